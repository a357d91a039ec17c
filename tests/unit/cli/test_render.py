"""What people read: reasons in a line, tables, ledgers, sheets."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fhir_screener.cli import render
from fhir_screener.criteria.evidence import Evidence, Finding, met, not_met, unknown
from fhir_screener.screening.screening import Outcome
from fhir_screener.verdict import Reason, Verdict
from tests.builders.screenings import criterion, screening

MAPPINGS = Path(__file__).parents[3] / "mappings"
SCORE = Evidence("Observation/1", note="Score of 24, at least 20.", value="24", date="2021-02-11T10:00:00+08:00")
ASIDE = Evidence("Condition/7", note="IgG4-RD: on record.", decides=False)


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")


def test_why_is_what_keeps_out_else_what_needs_eyes_else_what_speaks_for() -> None:
    born = criterion(met(Evidence("Patient/p1", note="58 years old.")), "I1", "inclusion")
    score = criterion(met(SCORE, ASIDE), "I3", "inclusion")
    doubt = criterion(unknown(Reason.SUSPECTED, Evidence("Condition/3", note="Sepsis: provisional.")), "E2")
    out = criterion(met(Evidence("Observation/4", note="HBsAg: positive.")), "E8a")
    assert render.why(screening(criteria=(born, score))) == "I3 Score of 24, at least 20"
    assert render.why(screening(criteria=(born, score, doubt))) == "E2 (suspected) Sepsis: provisional"
    assert render.why(screening(criteria=(born, score, doubt, out))) == "E8a HBsAg: positive"
    assert render.why(screening(criteria=(born, score), why_not="deceased")) == "deceased"
    assert render.why(screening(criteria=(born,))) == "nothing on record speaks against"


def test_the_branch_that_decided_gives_the_reason() -> None:
    other = not_met(Evidence("Observation/1", note="Not this."))
    chosen = met(Evidence("Observation/2", note="This, within P3M."))
    both = Finding(Verdict.MET, branches=(other, chosen), decided_by=1)
    assert render.why(screening(criteria=(criterion(both, "E1"),))) == "E1 This, within 3 months"


def test_a_reason_has_its_bounds() -> None:
    long = criterion(met(Evidence("Observation/2", note="word " * 80)), "E1")
    assert len(render.why(screening(criteria=(long,)))) <= render.LONGEST + len(" ...")


def test_the_table_is_best_first() -> None:
    later = {"outcome": Outcome.LATER, "criteria": ()}
    rows = [
        render.Row.of(screening(patient="d", eligible_from=date(2021, 9, 1), **later)),
        render.Row.of(screening(patient="c", eligible_from=date(2021, 4, 1), **later)),
        render.Row.of(screening(patient="b", outcome=Outcome.REVIEW)),
        render.Row.of(screening(patient="a", outcome=Outcome.REVIEW)),
        render.Row.of(screening(patient="z")),
    ]
    lines = render.table(rows).splitlines()
    assert [line.split()[0] for line in lines if line[0] != " "][1:] == ["z", "a", "b", "c", "d"]
    assert "later 2021-04-01" in render.table(rows)
    assert "test: hbv-dna" in render.table(rows)


def test_who_is_open_in_minor_criteria_only_comes_first() -> None:
    doubt = unknown(Reason.SUSPECTED, Evidence("Condition/3", note="Something."))
    grave = screening(patient="a", outcome=Outcome.REVIEW, criteria=(criterion(doubt, "E2"),))
    minor = screening(patient="b", outcome=Outcome.REVIEW, criteria=(criterion(doubt, "E9"),))
    rows = [render.Row.of(one, minor=frozenset({"E9"})) for one in (grave, minor)]
    assert [line.split()[0] for line in render.table(rows).splitlines()[1:]] == ["b", "a"]


def test_an_empty_table_is_a_sentence() -> None:
    assert render.table([]).startswith("Nobody")
