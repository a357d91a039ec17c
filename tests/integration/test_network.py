"""Tests with servers reach this machine, and no other."""

import socket

import pytest


def test_this_machine_is_reached() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        with socket.create_connection(listening.getsockname(), timeout=5) as sock:
            assert sock.getpeername() == listening.getsockname()


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "fhir.example.org", "0.0.0.0"])
def test_no_other_machine_is(host: str) -> None:
    with pytest.raises(RuntimeError, match="this machine only"):
        socket.create_connection((host, 443), timeout=5)
