"""What serves until somebody ends it: by Ctrl-C or SIGTERM, in good order, with 0 and nothing said."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fhir_screener.sandbox.processes import fhir_server


def ended(args: list[str], by: signal.Signals) -> tuple[int, str]:
    """(exit code, standard error) of a command that is ended once it says where it is."""
    command = [sys.executable, "-m", "fhir_screener", *args, "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert "http://" in process.stdout.readline()
            process.send_signal(by)
            _, errors = process.communicate(timeout=60)
        finally:
            process.kill()
        return process.returncode, errors


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_the_sandbox(by: signal.Signals) -> None:
    assert ended(["sandbox", "serve", "--empty"], by) == (0, "")


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_the_pages(by: signal.Signals, tmp_path: Path) -> None:
    with fhir_server(log=tmp_path / "server.log") as server:
        assert ended(["serve", "--source", server.base_url], by) == (0, "")
