"""Running the embedded FHIR server: here until stopped, in a thread, or as `python -m fhir_screener.sandbox.server`."""

from __future__ import annotations

import argparse
import gc
import logging
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from fhir_screener.errors import ScreenerError, UsageError
from fhir_screener.sandbox.abilities import Abilities
from fhir_screener.sandbox.app import LOOPBACK, PREFIX, application
from fhir_screener.sandbox.faults import Fault, Faults
from fhir_screener.sandbox.loading import load_path, load_resources
from fhir_screener.sandbox.service import Service
from fhir_screener.sandbox.stats import Stats
from fhir_screener.sandbox.store import Store

if TYPE_CHECKING:
    import uvicorn

Resources = Iterable[Mapping[str, Any] | bytes]


@dataclass(frozen=True)
class Sandbox:
    """A server ready to run. `base_url` is the FHIR base, `admin_url` has `/_stats` and `/_faults`."""

    base_url: str
    admin_url: str
    service: Service
    stats: Stats
    socket: socket.socket
    any_host: bool


def prepare(
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    data: Resources = (),
    load: Iterable[Path] = (),
    faults: Iterable[Fault | Mapping[str, Any]] = (),
    abilities: Abilities | None = None,
    allow_remote: bool = False,
    public_url: str | None = None,
) -> Sandbox:
    """Takes the port and loads `data` and the files of `load`; port 0 is any free one.

    The server has no sign-in, so a host beyond loopback is refused unless `allow_remote`. `public_url` is the base
    that links carry where clients reach the server under another name. Raises UsageError, DataError.
    """
    if host not in LOOPBACK and not allow_remote:
        raise UsageError(f"the sandbox has no sign-in and stays on loopback; to open it on {host}, allow it expressly")
    waiting = Faults(faults)
    listening = _listen(host, port)
    try:
        name = f"[{host}]" if ":" in host else host
        admin = f"http://{name}:{listening.getsockname()[1]}"
        base = (public_url or admin + PREFIX).rstrip("/")
        store = Store(base)
        load_resources(store, data)
        for path in load:
            load_path(store, path)
    except BaseException:
        listening.close()
        raise
    service = Service(store, abilities, waiting)
    stats = Stats(service)
    return Sandbox(base, admin, service, stats, listening, allow_remote or public_url is not None)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise UsageError(f"cannot listen on {host} port {port}: {reason}; choose another port") from error
    # asyncio does so only for sockets that name their protocol; without it each answer may wait 40 ms for an ACK.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def serve(
    sandbox: Sandbox,
    announce: Callable[[Sandbox], None] | None = None,
    until: Callable[[Callable[[], None]], AbstractContextManager[None]] | None = None,
) -> None:
    """Serves until SIGINT or SIGTERM, which end it in good order; `announce` is called when it can be asked.

    `until` is given what stops it, and held meanwhile: it may take the signals that arrive before and after.
    """
    gc.collect()
    gc.freeze()
    server = _uvicorn(sandbox)

    def stop() -> None:
        server.should_exit = True

    with until(stop) if until is not None else nullcontext():
        (announce or _announce)(sandbox)
        server.run(sockets=[sandbox.socket])


def _announce(sandbox: Sandbox) -> None:
    """The FHIR base as one line on stdout, for the process that started this one."""
    sys.stdout.write(sandbox.base_url + "\n")
    sys.stdout.flush()


def _uvicorn(sandbox: Sandbox) -> uvicorn.Server:
    import uvicorn

    # Connections cut on purpose are no news: uvicorn would report each of them.
    config = uvicorn.Config(
        application(sandbox.service, sandbox.stats, any_host=sandbox.any_host),
        lifespan="off",
        log_config=None,
        log_level=logging.CRITICAL,
        access_log=False,
        timeout_graceful_shutdown=2,
        timeout_keep_alive=60,
        ws="none",
    )
    return uvicorn.Server(config)


@contextmanager
def running(data: Resources = (), **options: Any) -> Iterator[Sandbox]:
    """A server in a thread of this process, for tests; options as `prepare`. Its store can be looked into."""
    sandbox = prepare(data=data, **options)
    server = _uvicorn(sandbox)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [sandbox.socket]}, daemon=True)
    thread.start()
    try:
        yield sandbox
    finally:
        server.should_exit = True
        thread.join(10)
        sandbox.socket.close()


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m fhir_screener.sandbox.server",
        description="An in-memory FHIR R4 server. Its base URL comes as one line on stdout.",
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: any free port")
    parser.add_argument("--load", type=Path, nargs="+", default=[], metavar="PATH", help="files or folders")
    parser.add_argument("--hospital", type=int, metavar="PATIENTS", help="a sample hospital of this size")
    parser.add_argument("--seed", type=int, default=1, help="of the sample hospital")
    parser.add_argument("--fault", action="append", default=[], metavar="JSON", help="see sandbox/faults.py")
    parser.add_argument("--without", nargs="+", default=[], metavar="TYPE", help="resource types not offered")
    parser.add_argument("--no-client-ids", action="store_true")
    parser.add_argument("--no-transactions", action="store_true")
    parser.add_argument("--no-conditional", action="store_true")
    parser.add_argument("--no-patient-lists", action="store_true")
    parser.add_argument("--max-count", type=int, default=1_000, help="most resources in a page")
    parser.add_argument("--public-url", help="the base clients know the server by")
    parser.add_argument("--allow-remote", action="store_true", help="let hosts other than loopback in")
    return parser


def _hospital(patients: int, seed: int) -> Resources:
    """The charts of the sample hospital, as they are made."""
    from fhir_screener.sandbox.hospital import AS_OF, generate, shared_resources

    yield from shared_resources(patients, seed, AS_OF)
    for chart in generate(patients, seed):
        yield from chart.resources


def main(arguments: list[str] | None = None) -> int:
    """Runs the server; gives the exit code."""
    given = _arguments().parse_args(arguments)
    try:
        sandbox = prepare(
            given.host,
            given.port,
            data=_hospital(given.hospital, given.seed) if given.hospital else (),
            load=given.load,
            faults=[orjson.loads(text) for text in given.fault],
            abilities=Abilities(
                without=frozenset(given.without),
                client_ids=not given.no_client_ids,
                transactions=not given.no_transactions,
                conditional=not given.no_conditional,
                patient_lists=not given.no_patient_lists,
                max_count=given.max_count,
            ),
            allow_remote=given.allow_remote,
            public_url=given.public_url,
        )
        serve(sandbox)
    except KeyboardInterrupt:
        return 130
    except orjson.JSONDecodeError as error:
        sys.stderr.write(f"a fault is not JSON: {error}\n")
        return UsageError.exit_code
    except ScreenerError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
