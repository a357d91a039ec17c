"""A Celery worker as a child process: for demo and tests, and wherever nothing else supervises workers."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fhir_screener.sandbox.processes import Process, child
from fhir_screener.settings import PREFIX, Settings

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


@contextmanager
def worker(
    settings: Settings, *, concurrency: int = 2, log: Path | None = None, grace: float = 5.0
) -> Iterator[Process]:
    """A worker with these settings, as long as the block; its lines go to `log`, or to stderr.

    It is given `grace` seconds to finish its chunk; what it leaves undone, another worker does. Call it from the main
    thread. It may end by itself: `process.poll()` tells, and a new one may be started at any time.
    """
    with child(_command(concurrency), env=_environment(settings), log=log, death_signal=_KILL, grace=grace) as process:
        yield process


# A worker whose broker is away waits for it and heeds no milder signal; killed, it takes its pool with it.
_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


def end_with_parent(parent: int) -> None:
    """In a pool process: end at once when the worker does, however that ends (Linux). Its chunk is done by another.

    `parent` is the worker's process id, known before the fork: it may be gone by now.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _KILL)
        if os.getppid() != parent:
            os._exit(1)


def _command(concurrency: int) -> list[str]:
    """Without gossip and mingle a worker is ready a second earlier; they are for crowds of workers."""
    command = [
        sys.executable,
        "-m",
        "celery",
        "--quiet",
        "-A",
        "workers.app",
        "worker",
        "--concurrency",
        str(concurrency),
    ]
    return [*command, "--without-gossip", "--without-mingle"]


def _environment(settings: Settings) -> dict[str, str]:
    """This process's environment, with these settings in place of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return kept | settings.environment()
