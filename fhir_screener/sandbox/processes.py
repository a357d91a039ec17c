"""Child processes that never outlive this one.

A context manager stops its child when it is left, by whatever way: SIGTERM, some seconds of patience, SIGKILL. On Linux
the kernel does it should this process be killed outright. Children stand in a process group of their own, so that Ctrl-C
at the terminal reaches only the parent, which then stops them in order.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from fhir_screener.errors import ScreenerError, ServerError

_PR_SET_PDEATHSIG = 1  # linux/prctl.h

_STDERR = 2

Process = subprocess.Popen[str]
Output = int | IO[bytes]


@contextmanager
def child(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    log: Path | None = None,
    announces: bool = False,
    death_signal: int = signal.SIGTERM,
    grace: float = 5.0,
) -> Iterator[Process]:
    """Runs `command` until the block is left. Call it from the main thread.

    Output goes to the end of `log`, or to stderr of this process; with `announces` stdout can be read instead.
    `death_signal` is what the kernel sends the child when this process is killed; `grace` is in seconds.
    Raises ServerError when the command cannot be started.
    """
    if threading.current_thread() is not threading.main_thread():
        # The kernel takes the end of the starting *thread* for the end of the parent.
        raise ScreenerError("child processes must be started from the main thread, or they would end with their thread")
    with ExitStack() as stack:
        output = stack.enter_context(log.open("ab")) if log else _STDERR
        process = _start(command, env, subprocess.PIPE if announces else output, output, death_signal)
        stack.callback(_close, process)
        stack.callback(stop, process, grace)
        yield process


def _start(
    command: Sequence[str | Path], env: Mapping[str, str] | None, out: Output, err: Output, death_signal: int
) -> Process:
    posix = os.name == "posix"
    try:
        return subprocess.Popen(  # noqa: S603 - commands are ours
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env=None if env is None else dict(env),
            text=True,
            preexec_fn=_dying_with_parent(death_signal) if sys.platform == "linux" else None,
            process_group=0 if posix else None,
        )
    except OSError as error:
        raise ServerError(f"cannot start {Path(str(command[0])).name}: {error.strerror}") from error


def _dying_with_parent(death_signal: int) -> Callable[[], None]:
    prctl = ctypes.CDLL(None).prctl  # looked up before the fork: little may be done after it
    parent = os.getpid()

    def ask_kernel() -> None:
        prctl(_PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != parent:
            os._exit(1)

    return ask_kernel


def stop(process: Process, grace: float = 5.0) -> None:
    """Ends a child: SIGTERM, then after `grace` seconds SIGKILL for its whole group. Ctrl-C meanwhile kills at once."""
    if process.poll() is not None:
        return
    try:
        process.terminate()
        process.wait(grace)
    except subprocess.TimeoutExpired:
        pass
    finally:
        if process.poll() is None:
            _kill(process)
            process.wait()


def _kill(process: Process) -> None:
    """Not yet reaped, so the number of its group is still its own."""
    if os.name == "posix":
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


def _close(process: Process) -> None:
    if process.stdout is not None:
        process.stdout.close()


@dataclass(frozen=True)
class FhirServer:
    """The embedded FHIR server in a process of its own. `admin_url` has `/_stats` and `/_faults`."""

    base_url: str
    process: Process

    @property
    def admin_url(self) -> str:
        return self.base_url.removesuffix("/fhir")


@contextmanager
def fhir_server(
    *, load: Sequence[Path] = (), port: int = 0, arguments: Sequence[str] = (), log: Path | None = None
) -> Iterator[FhirServer]:
    """The server with the files of `load`, ready to be asked; `arguments` are further ones of its command line.

    Raises ServerError when it does not come up; the reason is on stderr or in `log`.
    """
    command = [sys.executable, "-m", "fhir_screener.sandbox.server", "--port", str(port), *arguments]
    if load:
        command += ["--load", *map(str, load)]
    with child(command, log=log, announces=True) as process:
        assert process.stdout is not None
        base_url = process.stdout.readline().strip()
        if not base_url:
            where = f"see {log}" if log else "the reason is above"
            raise ServerError(f"the embedded FHIR server ended at its start with code {process.wait()}; {where}")
        yield FhirServer(base_url, process)
