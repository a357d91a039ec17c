"""What serves until somebody ends it: by Ctrl-C or SIGTERM, in good order, with 0 and nothing said."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from fhir_screener.sandbox.processes import fhir_server
from tests.functional.program import command, running


def ended(args: list[str], by: signal.Signals) -> tuple[int, str]:
    """(exit code, standard error) of a command that is ended once it says where it is."""
    asked = command(*args, "--port", "0")
    with running(asked, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert "http://" in process.stdout.readline()
        process.send_signal(by)
        _, errors = process.communicate(timeout=60)
        return process.returncode, errors


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_the_sandbox(by: signal.Signals) -> None:
    assert ended(["sandbox", "serve", "--empty"], by) == (0, "")


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_the_pages(by: signal.Signals, tmp_path: Path) -> None:
    with fhir_server(log=tmp_path / "server.log") as server:
        assert ended(["serve", "--source", server.base_url], by) == (0, "")
