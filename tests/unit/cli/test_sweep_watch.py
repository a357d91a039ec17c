"""What `sweep` says at the terminal while workers have the work, and when one stops watching."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from fhir_screener.bootstrap import Screener
from fhir_screener.cli import sweep as command
from fhir_screener.errors import Unreachable
from fhir_screener.screening.sweep_plan import Head
from fhir_screener.screening.sweep_ports import Progress
from tests.unit.screening.sweep_fakes import STUDY
from tests.unit.screening.test_sweep_queue import Crew


def watch(crew: Crew, while_watched: Callable[[Progress, Callable[[str], None]], None]) -> None:
    """A queued sweep is begun and watched, until Ctrl-C."""

    def follow(head: Head, step: Progress, warn: Callable[[str], None]) -> None:
        while_watched(step, warn)
        raise KeyboardInterrupt

    screener = SimpleNamespace(
        ledger=crew.ledger, sweeper=crew.sweeper, start=lambda *_, **__: [crew.start()], follow=follow
    )
    with pytest.raises(KeyboardInterrupt):
        command._queued(cast(Screener, screener), [STUDY], None, dry_run=False)


def test_nobody_took_it_up(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "PATIENCE", -1.0)

    def nothing_is_done(step: Progress, warn: Callable[[str], None]) -> None:
        step(0, 20)
        step(0, 20)

    watch(Crew(), nothing_is_done)
    said = capsys.readouterr().err
    assert said.count("no worker has taken it up in") == 1
    assert "no longer watching s1; no worker has taken it up yet" in said
    assert "celery -A workers.app worker" in said
    assert "sweep --end-abandoned" in said


def test_a_worker_that_began_is_not_asked_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "PATIENCE", -1.0)
    crew = Crew()

    def began(step: Progress, warn: Callable[[str], None]) -> None:
        crew.ledger.begin("s1", 0, 1.0)
        step(0, 20)
        warn("a worker refused a chunk: other mappings")

    watch(crew, began)
    said = capsys.readouterr().err
    assert "is one running" not in said
    assert "a worker began, and has finished nothing" in said
    assert "warning: a worker refused a chunk: other mappings\n" in said
    assert "no longer watching s1; the workers go on with it" in said


def test_a_ledger_that_is_away_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    crew = Crew()

    def away(*_: Any) -> None:
        raise Unreachable("the ledger does not answer")

    watch(crew, lambda step, warn: setattr(crew.ledger, "head", away))
    assert "whether a worker has it is not known: the ledger does not answer" in capsys.readouterr().err
