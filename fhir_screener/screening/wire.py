"""The ndjson line: one Screening as JSON and back. A wire contract: later changes only add.

`from_wire(to_wire(screening)) == screening`, and `digest` and `explanation` can be read without knowing any of this.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any

from fhir_screener.criteria.evidence import CriterionFinding, Evidence, Finding
from fhir_screener.records.patient_record import Seen
from fhir_screener.screening.coverage import Coverage
from fhir_screener.screening.digest import evidence_digest
from fhir_screener.screening.screening import Outcome, Screening
from fhir_screener.verdict import Reason, Verdict

_EVIDENCE = tuple(field.name for field in fields(Evidence))


def to_wire(screening: Screening) -> dict[str, Any]:
    """The Screening as a JSON-ready dict; dates as `YYYY-MM-DD`, keys in a stable order."""
    return {
        "patient": screening.reference,
        "study": screening.study,
        "as_of": screening.as_of.isoformat(),
        "outcome": screening.outcome.value,
        "eligible_from": _day(screening.eligible_from),
        "eligible_until": _day(screening.eligible_until),
        "next_change_on": _day(screening.next_change_on),
        "study_version": screening.study_version,
        "checksum": screening.checksum,
        "digest": evidence_digest(screening),
        "why_not": str(screening.why_not),
        "evaluated": screening.evaluated,
        "shown": screening.shown,
        "enrolled": screening.enrolled,
        "replaced_by": screening.replaced_by,
        "criteria": [_criterion(criterion) for criterion in screening.criteria],
        "coverage": {
            "seen": {kind: {"count": s.count, "since": s.since} for kind, s in sorted(screening.seen.items())},
            "absent": sorted(screening.absent),
            "failed": sorted(screening.failed),
            "problems": list(screening.problems),
            **_known(screening.coverage),
        },
    }


def _known(coverage: Coverage) -> dict[str, Any]:
    """How much is known; read back from the criteria themselves."""
    return {
        "inclusions": {"met": coverage.inclusions_met, "open": coverage.inclusions_open},
        "exclusions": {"ruled_out": coverage.exclusions_ruled_out, "open": coverage.exclusions_open},
        "records": coverage.records,
        "since": coverage.since,
    }


def _criterion(criterion: CriterionFinding) -> dict[str, Any]:
    """`settle` is the criterion's own; `soonest` is the finding's, which for a branch is called `settle`."""
    body = {"id": criterion.id, "role": criterion.role, **finding_to_wire(criterion.finding)}
    body["settle"], body["phase"], body["soonest"] = criterion.settle, criterion.phase, criterion.finding.settle
    body["explanation"] = explanation(criterion.finding)
    return body


def finding_to_wire(finding: Finding) -> dict[str, Any]:
    """One node of the ledger; branches nest without limit."""
    return {
        "verdict": finding.verdict.value,
        "reason": finding.reason.value if finding.reason else None,
        "applicable": finding.applicable,
        "rule": finding.rule,
        "label": str(finding.label),
        "clock": finding.clock,
        "leans": finding.leans.value if finding.leans is not None else None,
        "repeatable": finding.repeatable,
        "decided_by": finding.decided_by,
        "settle": finding.settle,
        "soonest_branch": finding.soonest,
        "evidence": [_evidence(item) for item in finding.evidence],
        "branches": [finding_to_wire(branch) for branch in finding.branches],
    }


def _evidence(item: Evidence) -> dict[str, Any]:
    return {
        "reference": item.reference,
        "version": item.version,
        "date": item.date,
        "code": item.code,
        "display": item.display,
        "value": item.value,
        "note": str(item.note),
        "decides": item.decides,
        "standard": item.standard,
    }


def explanation(finding: Finding) -> str:
    """The sentences of the deciding evidence, joined; of a nested rule, those of the branch that decided."""
    notes = [str(item.note) for item in finding.evidence if item.note and item.decides]
    notes = notes or [str(item.note) for item in finding.evidence if item.note]
    if not notes and finding.branches:
        chosen = finding.branches if finding.decided_by is None else (finding.branches[finding.decided_by],)
        notes = [text for branch in chosen if (text := explanation(branch))]
    return " ".join(dict.fromkeys(notes))


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
