"""The ledger: one Task.output for the patient, one a criterion, and back again without loss.

The verdict and its reason are codings, the explanation their text; branches and evidence are nested extensions, as deep
as the rule. Codes, values and dates are strings as recorded: a server that knows LOINC must not refuse a local display.
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_screener.criteria.evidence import Evidence, Finding
from fhir_screener.criteria.ledger import CriterionFinding
from fhir_screener.errors import DataError
from fhir_screener.fhir.task import names
from fhir_screener.fhir.task.coded import (
    Json,
    codes,
    coding,
    concept,
    extensions,
    first_values,
    group,
    part,
    value_of,
)
from fhir_screener.screening.wire import explanation
from fhir_screener.verdict import Reason, Verdict

_TEXTS = ("reference", "version", "code", "display", "value", "date", "note", "standard")


def criterion_output(criterion: CriterionFinding) -> Json:
    """The Task.output of one criterion."""
    finding = criterion.finding
    answer = [coding(names.VERDICT, finding.verdict.value, names.VERDICTS[finding.verdict.value])]
    if finding.reason:
        answer.append(coding(names.REASON, finding.reason.value, names.REASONS[finding.reason.value]))
    about = [
        *part("role", criterion.role, "valueCode"),
        *part("phase", criterion.phase if criterion.phase != "prescreen" else "", "valueCode"),
        *part("settle", criterion.settle),
    ]
    return {
        "extension": [*group(names.CRITERION_EXT, about), *group(names.FINDING_EXT, _inside(finding))],
        "type": concept(coding(names.CRITERION, criterion.id)),
        "valueCodeableConcept": concept(*answer, words=explanation(finding)),
    }


def _finding(finding: Finding) -> Iterator[Json]:
    """A branch: as the finding of a criterion, with verdict and reason inside."""
    reason = finding.reason.value if finding.reason else ""
    answer = [*part("verdict", finding.verdict.value, "valueCode"), *part("reason", reason, "valueCode")]
    yield from group(names.FINDING_EXT, [*answer, *_inside(finding)])


def _inside(finding: Finding) -> Iterator[Json]:
    """All of a finding but its verdict and reason; what is as usual is left out."""
    yield from part("rule", finding.rule)
    yield from part("label", str(finding.label))
    yield from part("settle", finding.settle)
    yield from part("soonest", finding.soonest, "valueInteger")
    yield from part("leans", finding.leans.value if finding.leans is not None else "", "valueCode")
    yield from part("decidedBy", finding.decided_by, "valueInteger")
    yield from part("applicable", None if finding.applicable else False, "valueBoolean")
    yield from part("clock", finding.clock or None, "valueBoolean")
    yield from part("repeatable", finding.repeatable or None, "valueBoolean")
    for item in finding.evidence:
        yield _evidence(item)
    for branch in finding.branches:
        yield from _finding(branch)


def _evidence(item: Evidence) -> Json:
    parts = [p for name in _TEXTS for p in part(name, str(getattr(item, name)))]
    if not item.decides or not parts:
        parts.extend(part("decides", item.decides, "valueBoolean"))
    return {"url": names.EVIDENCE_EXT, "extension": parts}


def read_criterion(output: Json) -> CriterionFinding | None:
    """The criterion that an output holds, or None where the output is not one of ours. Raises DataError."""
    ids = codes(output.get("type"), names.CRITERION)
    if not ids:
        return None
    answer = output.get("valueCodeableConcept")
    about = next(iter(extensions(output, names.CRITERION_EXT)), {})
    inside = next(iter(extensions(output, names.FINDING_EXT)), {})
    try:
        verdict = next(iter(codes(answer, names.VERDICT)), "")
        reason = next(iter(codes(answer, names.REASON)), "")
        return CriterionFinding(
            ids[0],
            value_of(about, "role"),
            value_of(about, "settle"),
            _read_finding(inside, verdict, reason),
            value_of(about, "phase", "prescreen"),
        )
    except (ValueError, TypeError) as error:
        raise DataError("not a ledger entry of ours: judge the patient again", where=f"output {ids[0]}") from error


def _read_finding(body: Json, verdict: str, reason: str) -> Finding:
    said = first_values(body)
    leans = said.get("leans", "")
    return Finding(
        verdict=Verdict(verdict),
        reason=Reason(reason) if reason else None,
        rule=said.get("rule", ""),
        evidence=tuple(_read_evidence(e) for e in extensions(body, names.EVIDENCE_EXT)),
        branches=tuple(
            _read_finding(e, value_of(e, "verdict"), value_of(e, "reason")) for e in extensions(body, names.FINDING_EXT)
        ),
        decided_by=said.get("decidedBy"),
        applicable=said.get("applicable", True),
        clock=said.get("clock", False),
        leans=Verdict(leans) if leans else None,
        repeatable=said.get("repeatable", False),
        label=said.get("label", ""),
        settle=said.get("settle", ""),
        soonest=said.get("soonest"),
    )


def _read_evidence(body: Json) -> Evidence:
    said = first_values(body)
    return Evidence(**{name: said.get(name, "") for name in _TEXTS}, decides=said.get("decides", True))
