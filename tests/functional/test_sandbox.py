"""`sandbox serve` and `sandbox load`."""

from __future__ import annotations

import json
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.functional.conftest import PATIENTS
from tests.functional.program import command, environment, run, running


@contextmanager
def served(*arguments: str | Path) -> Iterator[str]:
    """The address that `sandbox serve` gives; stopped by Ctrl-C."""
    asked = command("sandbox", "serve", "--port", "0", *arguments)
    with running(asked, stdout=subprocess.PIPE, text=True, env=environment()) as process:
        try:
            assert process.stdout
            yield process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(20)


def count(base: str, kind: str) -> int:
    with urllib.request.urlopen(f"{base}/{kind}?_summary=count") as answer:
        return int(json.load(answer)["total"])


def test_the_hospital_comes_with_the_server(charts: Path) -> None:
    with served("--patients", "12") as base:
        assert count(base, "Patient") == 12
        assert count(base, "Condition") > 0
    with served("--data", charts) as base:
        assert count(base, "Patient") == PATIENTS


def test_loading_into_an_empty_server(charts: Path, tmp_path: Path) -> None:
    with served("--empty") as base:
        assert count(base, "Patient") == 0
        assert run("sandbox", "load", base, "--patients", "12").code == 0
        assert count(base, "Patient") == 12
        observations = count(base, "Observation")
        assert run("sandbox", "load", base, "--patients", "12").code == 0
        assert count(base, "Observation") == observations
        (tmp_path / "some.ndjson").write_text(
            '{"resourceType":"Patient","id":"mine"}\n{"resourceType":"Patient"}\nnot json\n'
        )
        ran = run("sandbox", "load", base, "--data", tmp_path)
        assert ran.code == 1
        assert "some.ndjson:2" in ran.err
        assert "some.ndjson:3" in ran.err
        assert count(base, "Patient") == 13


def test_it_stays_on_this_machine() -> None:
    ran = run("sandbox", "serve", "--host", "0.0.0.0")
    assert ran.code == 2
    assert "--allow-remote" in ran.err
