"""Screenings for tests: one with good defaults, and hypothesis strategies for all that can be written down."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

from fhir_screener.criteria.evidence import Evidence, Finding, met, not_met, unknown
from fhir_screener.criteria.ledger import CriterionFinding
from fhir_screener.records.patient_record import Seen
from fhir_screener.screening.screening import Outcome, Screening
from fhir_screener.verdict import UNKNOWN, Reason, Verdict

AS_OF = date(2021, 3, 1)
HBSAG = Evidence(
    "Observation/9",
    "2",
    code="http://loinc.org|5196-1",
    display="HBsAg",
    value="negative",
    date="2021-02-11",
    note="HBsAg was negative on 2021-02-11.",
)
SEARCHED = Evidence(note="No HBV DNA among 12 results since 2019.")


def criterion(finding: Finding, id: str = "E8a", role: str = "exclusion", settle: str = "") -> CriterionFinding:
    return CriterionFinding(id, role, settle, finding)


def screening(**changes: Any) -> Screening:
    """A candidate of whom two criteria are open; a change of outcome to one not kept needs `shown=False`."""
    defaults: dict[str, Any] = {
        "study": "NCT04660565",
        "study_version": "3",
        "checksum": "sha256:0f",
        "patient": "p1",
        "as_of": AS_OF,
        "outcome": Outcome.CANDIDATE,
        "criteria": (
            criterion(met(Evidence("Patient/p1", date="1962-05", note="58 years old.")), "I1", "inclusion"),
            criterion(unknown(Reason.NO_DATA, SEARCHED), "I2", "inclusion", "consent"),
            criterion(unknown(Reason.JUDGEMENT, HBSAG), "E8a", "exclusion", "test: hbv-dna"),
        ),
        "next_change_on": date(2021, 5, 12),
        "shown": True,
        "seen": {"Observation": Seen(12, "2019-01"), "Consent": Seen()},
        "reconciled": "2021-02-11",
        "absent": frozenset({"MedicationStatement"}),
        "problems": ("Observation/13: no code",),
    }
    return Screening(**{**defaults, **changes})


def excluded(**changes: Any) -> Screening:
    """The same patient with hepatitis B: not kept."""
    positive = Evidence(
        "Observation/10",
        "1",
        code=HBSAG.code,
        display=HBSAG.display,
        value="positive",
        date="2021-02-27",
        note="HBsAg was positive.",
    )
    hepatitis = (criterion(met(positive)),)
    return screening(**{"outcome": Outcome.EXCLUDED, "criteria": hepatitis, "shown": False, **changes})


def nested() -> Screening:
    """Branches in branches, with all that a finding can say."""
    deep = not_met(HBSAG, rule="result", label="HBsAg", settle="test: hbsag", repeatable=True)
    open_branch = unknown(Reason.STALE, SEARCHED, Evidence(decides=False), leans=Verdict.MET)
    middle = Finding(Verdict.NOT_MET, rule="all", branches=(deep, open_branch), decided_by=0)
    top = Finding(
        Verdict.MET, rule="not", branches=(middle,), decided_by=0, clock=True, applicable=False, settle="chart"
    )
    return screening(criteria=(criterion(top, settle="chart"),), eligible_from=date(2021, 6, 1))


_TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc", "Co", "Cn")), max_size=12)
texts = _TEXT.filter(lambda text: not text or bool(text.strip()))
ids = st.from_regex(r"[A-Za-z0-9\-.]{1,12}", fullmatch=True)
days = st.dates(date(1900, 1, 1), date(2100, 1, 1))
evidences = st.builds(
    Evidence,
    **dict.fromkeys(("reference", "version", "date", "code", "display", "value", "note", "standard"), texts),
    decides=st.booleans(),
)


def _finding(branches: st.SearchStrategy[tuple[Finding, ...]]) -> st.SearchStrategy[Finding]:
    @st.composite
    def build(draw: st.DrawFn) -> Finding:
        verdict = draw(st.sampled_from(Verdict))
        inner = draw(branches)
        return Finding(
            verdict,
            reason=draw(st.sampled_from(Reason)) if verdict is UNKNOWN else None,
            rule=draw(texts),
            evidence=tuple(draw(st.lists(evidences, max_size=2))),
            branches=inner,
            decided_by=draw(st.none() | st.integers(0, len(inner) - 1)) if inner else None,
            applicable=draw(st.booleans()),
            clock=draw(st.booleans()),
            leans=draw(st.none() | st.sampled_from(Verdict)),
            repeatable=draw(st.booleans()),
            label=draw(texts),
            settle=draw(texts),
            soonest=draw(st.none() | st.integers(0, len(inner) - 1)) if inner else None,
        )

    return build()


findings = st.recursive(
    _finding(st.just(())),
    lambda inner: _finding(st.lists(inner, max_size=3).map(tuple)),
    max_leaves=4,
)
criteria = st.builds(
    CriterionFinding,
    id=st.from_regex(r"[A-Z][0-9]{1,2}[a-c]?", fullmatch=True),
    role=st.sampled_from(("inclusion", "exclusion")),
    settle=st.sampled_from(("", "ask", "chart", "consent", "test: hbsag", "test:  hbv  dna")),
    answer=findings,
    phase=st.sampled_from(("prescreen", "visit")),
)
screenings = st.builds(
    Screening,
    study=ids,
    study_version=texts,
    checksum=texts,
    patient=ids,
    as_of=days,
    outcome=st.sampled_from(Outcome),
    criteria=st.lists(criteria, max_size=3, unique_by=lambda c: c.id).map(tuple),
    eligible_from=st.none() | days,
    eligible_until=st.none() | days,
    next_change_on=st.none() | days,
    why_not=texts,
    evaluated=st.booleans(),
    shown=st.booleans(),
    enrolled=st.booleans(),
    replaced_by=st.just("") | ids.map(lambda id: f"Patient/{id}"),
    seen=st.dictionaries(
        st.sampled_from(("Observation", "Condition", "Consent")),
        st.builds(Seen, st.integers(0, 10_000), st.none() | st.just("2019") | st.just("2019-04-01")),
    ),
    reconciled=st.none() | st.just("2021-02-11"),
    absent=st.frozensets(st.sampled_from(("MedicationStatement", "Consent"))),
    failed=st.frozensets(st.sampled_from(("Observation", "Procedure"))),
    problems=st.lists(texts.filter(bool), max_size=2).map(tuple),
)
