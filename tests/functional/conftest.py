"""A small hospital in files, and one on a server in a process of its own."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Protocol

import pytest

from fhir_screener.cli.main import run as run_here
from fhir_screener.sandbox.hospital import TRUTH, write
from fhir_screener.sandbox.processes import fhir_server
from tests.functional.program import DAY, Ran

PATIENTS = 60


@pytest.fixture(scope="session")
def charts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """NDJSON files of sixty patients, the truth about them not among them."""
    folder = tmp_path_factory.mktemp("hospital") / "charts"
    write(folder, PATIENTS, 1, date.fromisoformat(DAY))
    (folder / TRUTH).replace(folder.parent / "truth.jsonl")
    (folder / TRUTH).parent.rmdir()
    return folder


@pytest.fixture(scope="module")
def server(charts: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base address of a server that holds them, fresh for each module."""
    with fhir_server(load=[charts], log=tmp_path_factory.mktemp("server") / "log") as running:
        yield running.base_url


class Inside(Protocol):
    """As `program.run`, but in this process: quicker, and the same but for the process's own end."""

    def __call__(self, *arguments: str | Path, **settings: str) -> Ran: ...


@pytest.fixture
def inside(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Inside]:
    before = logging.getLogger().handlers[:]

    def call(*arguments: str | Path, **settings: str) -> Ran:
        with monkeypatch.context() as patch:
            for name, value in {"COLUMNS": "120", **settings}.items():
                patch.setenv(name, value)
            capfd.readouterr()
            code = run_here([str(argument) for argument in arguments])
            return Ran(code, *capfd.readouterr())

    yield call
    logging.getLogger().handlers[:] = before
