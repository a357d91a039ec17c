"""Unit tests reach no server at all; the refusal cannot be mistaken for an outage."""

import socket

import pytest
import requests


def test_a_connection_is_refused_here() -> None:
    with socket.socket() as listening, socket.socket() as sock:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        with pytest.raises(RuntimeError, match="only tests of integration"):
            sock.connect(listening.getsockname())


def test_a_name_is_not_looked_up_here() -> None:
    with pytest.raises(RuntimeError, match="only tests of integration"):
        socket.create_connection(("fhir.example.org", 443))


def test_what_speaks_http_does_not_swallow_the_refusal() -> None:
    with pytest.raises(RuntimeError, match="only tests of integration"):
        requests.get("http://127.0.0.1:9/metadata", timeout=1)


def test_a_pair_of_sockets_within_the_process_still_works() -> None:
    left, right = socket.socketpair()
    with left, right:
        left.sendall(b"ping")
        assert right.recv(4) == b"ping"
