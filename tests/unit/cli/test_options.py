"""What commands share: the settings, read once, and how much they let be logged."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from fhir_screener.cli.options import read_settings
from fhir_screener.log import OURS


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    handlers = logging.getLogger().handlers[:]
    yield
    logging.getLogger().handlers[:] = handlers


@pytest.mark.parametrize(
    ("given", "level"),
    [(None, logging.WARNING), ("", logging.WARNING), ("info", logging.INFO), ("debug", logging.DEBUG)],
)
def test_before_people_only_warnings_are_logged_unless_more_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, given: str | None, level: int
) -> None:
    """An empty variable asks for nothing."""
    monkeypatch.delenv("FHIR_SCREENER_LOG_LEVEL", raising=False)
    if given is not None:
        monkeypatch.setenv("FHIR_SCREENER_LOG_LEVEL", given)
    read_settings()
    assert {logging.getLogger(name).level for name in OURS} == {level}
