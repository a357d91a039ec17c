"""The command line in this process, without a network; colours as the test says."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import pytest

from fhir_screener.cli.main import run


@pytest.fixture
def call(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., tuple[int, str, str]]]:
    """(exit code, standard output, standard error) of a command line."""
    monkeypatch.setenv("COLUMNS", "120")
    before = logging.getLogger().handlers[:]

    def called(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = run(list(arguments))
        return (code, *capfd.readouterr())

    yield called
    logging.getLogger().handlers[:] = before
