"""The ndjson line: one Screening as JSON and back. A wire contract: later changes only add.

`from_wire(to_wire(screening)) == screening`, and `digest` and `explanation` can be read without knowing any of this.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import orjson

from fhir_screener.criteria.blank import Blanks, encode, pieces
from fhir_screener.criteria.evidence import Evidence, Finding
from fhir_screener.criteria.ledger import CriterionFinding
from fhir_screener.records.patient_record import Seen
from fhir_screener.screening.coverage import Coverage
from fhir_screener.screening.digest import evidence_digest
from fhir_screener.screening.screening import Outcome, Screening
from fhir_screener.sentence import Text
from fhir_screener.verdict import Reason, Verdict

_EVIDENCE = tuple(field.name for field in msgspec.structs.fields(Evidence))


class _Entry(msgspec.Struct, gc=False):
    """One criterion of the line. `settle` is the criterion's own; `soonest` is the finding's, called `settle` in a branch."""

    id: str
    role: str
    verdict: Verdict
    reason: Reason | None
    applicable: bool
    rule: str
    label: Text
    clock: bool
    leans: Verdict | None
    repeatable: bool
    decided_by: int | None
    settle: str
    soonest_branch: int | None
    evidence: tuple[Evidence, ...]
    branches: tuple[Finding, ...]
    phase: str
    soonest: str
    explanation: str


def to_wire(screening: Screening) -> dict[str, Any]:
    """The Screening as a JSON-ready dict; dates as `YYYY-MM-DD`, keys in a stable order."""
    line: dict[str, Any] = orjson.loads(to_line(screening))
    return line


def to_line(screening: Screening) -> bytes:
    """The Screening as one line of JSON, without the newline."""
    blanks = Blanks()
    head = encode(
        {
            "patient": screening.reference,
            "study": screening.study,
            "as_of": screening.as_of.isoformat(),
            "outcome": screening.outcome,
            "eligible_from": _day(screening.eligible_from),
            "eligible_until": _day(screening.eligible_until),
            "next_change_on": _day(screening.next_change_on),
            "study_version": screening.study_version,
            "checksum": screening.checksum,
            "digest": evidence_digest(screening, blanks),
            "why_not": screening.why_not,
            "evaluated": screening.evaluated,
            "shown": screening.shown,
            "enrolled": screening.enrolled,
            "replaced_by": screening.replaced_by,
        }
    )
    coverage = encode(
        {
            "seen": dict(sorted(screening.seen.items())),
            "absent": sorted(screening.absent),
            "failed": sorted(screening.failed),
            "problems": screening.problems,
            **_known(screening.coverage),
        }
    )
    # The criteria are nearly all of the line: put in once, as the pieces that they are.
    parts = [head[:-1], b',"criteria":[']
    for number, criterion in enumerate(screening.criteria):
        if number:
            parts.append(b",")
        parts += _entry(criterion, blanks)
    return b"".join((*parts, b'],"coverage":', coverage, b"}"))


def _known(coverage: Coverage) -> dict[str, Any]:
    """How much is known; read back from the criteria themselves."""
    return {
        "inclusions": {"met": coverage.inclusions_met, "open": coverage.inclusions_open},
        "exclusions": {"ruled_out": coverage.exclusions_ruled_out, "open": coverage.exclusions_open},
        "records": coverage.records,
        "since": coverage.since,
        "reconciled": coverage.reconciled,
    }


def _entry(criterion: CriterionFinding, blanks: Blanks) -> list[bytes]:
    """The JSON of a criterion, in pieces."""
    standing = criterion.standing
    if standing is None or standing.finding is not criterion.answer:
        return blanks.filled(_pieces(criterion), criterion.scope)
    if standing.line is None:
        standing.line = _pieces(criterion)
    return blanks.filled(standing.line, criterion.scope)


def _pieces(criterion: CriterionFinding) -> list[bytes]:
    """The JSON of a criterion, parted at its blanks; every second piece is the name of one."""
    found = criterion.answer
    entry = _Entry(
        criterion.id,
        criterion.role,
        found.verdict,
        found.reason,
        found.applicable,
        found.rule,
        found.label,
        found.clock,
        found.leans,
        found.repeatable,
        found.decided_by,
        criterion.settle,
        found.soonest,
        found.evidence,
        found.branches,
        criterion.phase,
        found.settle,
        explanation(found),
    )
    return pieces(entry)


def explanation(finding: Finding) -> str:
    """The sentences of the deciding evidence, joined; of a nested rule, those of the branch that decided."""
    return " ".join(sentences(finding))


def sentences(finding: Finding) -> list[str]:
    """What `explanation` joins, each once."""
    return list(dict.fromkeys(_notes(finding)))


def _notes(finding: Finding) -> list[str]:
    notes = [str(item.note) for item in finding.evidence if item.note and item.decides]
    notes = notes or [str(item.note) for item in finding.evidence if item.note]
    return notes or [note for branch in finding.deciding for note in _notes(branch)]


def from_wire(line: dict[str, Any]) -> Screening:
    """The Screening that `to_wire` wrote; raises KeyError or ValueError on anything else."""
    coverage = line.get("coverage", {})
    return Screening(
        study=line["study"],
        study_version=line["study_version"],
        checksum=line["checksum"],
        patient=line["patient"].partition("/")[2],
        as_of=date.fromisoformat(line["as_of"]),
        outcome=Outcome(line["outcome"]),
        criteria=tuple(_read_criterion(c) for c in line["criteria"]),
        eligible_from=_read_day(line["eligible_from"]),
        eligible_until=_read_day(line.get("eligible_until")),
        next_change_on=_read_day(line["next_change_on"]),
        why_not=line.get("why_not", ""),
        evaluated=line.get("evaluated", True),
        shown=line.get("shown", False),
        enrolled=line.get("enrolled", False),
        replaced_by=line.get("replaced_by", ""),
        seen={kind: Seen(s["count"], s["since"]) for kind, s in coverage.get("seen", {}).items()},
        reconciled=coverage.get("reconciled"),
        absent=frozenset(coverage.get("absent", ())),
        failed=frozenset(coverage.get("failed", ())),
        problems=tuple(coverage.get("problems", ())),
    )


def _read_criterion(body: dict[str, Any]) -> CriterionFinding:
    finding = finding_from_wire({**body, "settle": body.get("soonest", "")})
    return CriterionFinding(body["id"], body["role"], body["settle"], finding, body.get("phase", "prescreen"))


def finding_from_wire(body: dict[str, Any]) -> Finding:
    """The finding that `finding_to_wire` wrote."""
    return Finding(
        verdict=Verdict(body["verdict"]),
        reason=Reason(body["reason"]) if body["reason"] else None,
        rule=body.get("rule", ""),
        evidence=tuple(_read_evidence(item) for item in body["evidence"]),
        branches=tuple(finding_from_wire(branch) for branch in body["branches"]),
        decided_by=body.get("decided_by"),
        applicable=body["applicable"],
        clock=body.get("clock", False),
        leans=Verdict(body["leans"]) if body.get("leans") else None,
        repeatable=body.get("repeatable", False),
        label=body.get("label", ""),
        settle=body.get("settle", ""),
        soonest=body.get("soonest_branch"),
    )


def _read_evidence(item: dict[str, Any]) -> Evidence:
    """Keys that a later version added are passed over."""
    return Evidence(**{name: item[name] for name in _EVIDENCE if name in item})


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _read_day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
