"""What a server makes of its arguments before it listens to anybody."""

from __future__ import annotations

import socket

import pytest

from fhir_screener.errors import UsageError
from fhir_screener.sandbox import processes, server
from fhir_screener.sandbox.server import prepare


def test_the_base_has_the_port_taken():
    sandbox = prepare(data=[{"resourceType": "Patient", "id": "p1"}])
    with sandbox.socket:
        port = sandbox.socket.getsockname()[1]
        assert sandbox.base_url == f"http://127.0.0.1:{port}/fhir"
        assert sandbox.admin_url == f"http://127.0.0.1:{port}"
        assert sandbox.service.store.base == sandbox.base_url
        assert sandbox.service.store.current("Patient", "p1")
        assert sandbox.stats.shown()["written"] == {}


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.0.9", "::"])
def test_only_loopback_unless_allowed(host):
    with pytest.raises(UsageError, match="loopback"):
        prepare(host)


def test_another_name_for_clients():
    sandbox = prepare(public_url="https://fhir.example/r4/")
    with sandbox.socket:
        assert sandbox.base_url == "https://fhir.example/r4"


def test_a_port_that_is_taken_is_said():
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(UsageError, match="port"):
        prepare(port=taken.getsockname()[1])


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--host", "0.0.0.0"], 2, "loopback"),
        (["--fault", "{"], 2, "fault"),
        (["--fault", '{"kind":"nonsense"}'], 2, "nonsense"),
        (["--load", "no-such-file"], 1, "no-such-file"),
    ],
)
def test_wrong_use_is_one_line_and_an_exit_code(capsys, arguments, code, said):
    assert server.main(arguments) == code
    text = capsys.readouterr().err
    assert said in text
    assert text.count("\n") == 1


def test_children_start_from_the_main_thread_only(monkeypatch):
    from concurrent.futures import ThreadPoolExecutor

    from fhir_screener.errors import ScreenerError

    def start():
        with processes.child(["true"]):
            pass

    with ThreadPoolExecutor(1) as pool, pytest.raises(ScreenerError, match="main thread"):
        pool.submit(start).result()
