"""For all tests: no network but loopback, and that only where servers are part of the test; a zone far from UTC."""

from __future__ import annotations

import gc
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import hypothesis
import pytest

# For 14 hours of the day the date here is not the date in UTC: a slip of zone shows. Child processes inherit it.
os.environ["TZ"] = "Pacific/Kiritimati"
time.tzset()

# Whom a shell starts in the background ignores Ctrl-C, and so would all children: tests that send it would wait in vain.
if threading.current_thread() is threading.main_thread():
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The settings of whoever runs the tests are not those of the tests.
for name in [n for n in os.environ if n.startswith("FHIR_SCREENER_") and not n.startswith("FHIR_SCREENER_TEST_")]:
    del os.environ[name]

hypothesis.settings.register_profile("house", deadline=None, derandomize=os.environ.get("CI") == "true")
hypothesis.settings.load_profile("house")

TESTS = Path(__file__).parent
WITH_SERVERS = ("integration", "functional", "browser")

pytest_plugins = ["tests.parsed_once", "tests.servers", "tests.shares"]


class NetworkRefused(RuntimeError):
    """A test reached for an address it may not; no OSError, lest the code under test take it for an outage."""


class Guard:
    """Stands before the calls by which a socket reaches an address. `loopback` says whether this machine is allowed."""

    loopback = False

    def check(self, address: object) -> None:
        if not isinstance(address, tuple) or not isinstance(address[0], str):
            return  # a Unix socket
        if not self.loopback:
            raise NetworkRefused(f"{address[:2]}: only tests of {', '.join(WITH_SERVERS)} may use sockets")
        if not _is_loopback(address[0]):
            raise NetworkRefused(f"{address[:2]}: tests reach this machine only")

    def before(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def checked(sock: socket.socket, *args: Any) -> Any:
            self.check(args[-1])
            return call(sock, *args)

        return checked


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


GUARD = Guard()


def pytest_configure() -> None:
    for name in ("connect", "connect_ex", "sendto"):
        setattr(socket.socket, name, GUARD.before(getattr(socket.socket, name)))
    resolve = socket.getaddrinfo

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host:
            GUARD.check((host.decode() if isinstance(host, bytes) else host, None))
        return resolve(host, *args, **kwargs)

    socket.getaddrinfo = getaddrinfo


def pytest_collection_finish() -> None:
    """What is collected lives to the end: to look for garbage in it at every turn would cost a sixth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    before, GUARD.loopback = GUARD.loopback, item.path.relative_to(TESTS).parts[0] in WITH_SERVERS
    if before and not GUARD.loopback:
        _see_out()
    return (yield)


def _see_out() -> None:
    """Wait for pages of earlier tests that still have a word with their server: in the next test that is an error."""
    GUARD.loopback = True
    for thread in threading.enumerate():
        if thread.name == "warm":
            thread.join(60)
    GUARD.loopback = False


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    if nextitem is None:  # servers of the whole session stop now, whichever test came last
        GUARD.loopback = True
