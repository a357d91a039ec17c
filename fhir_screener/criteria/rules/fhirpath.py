"""`fhirpath`: the escape hatch, for what no other rule can ask of a single resource.

    fhirpath:
      on: Observation
      met: "code.coding.where(code = '8867-4').exists() and (value as Quantity).value < 50"
      date: "effective as dateTime"
      within: P1M

The expression is asked of each resource on its own, and gives yes or no; it may not ask for today: windows are the
rule's. Only studies that use it keep resources whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from fhir_screener.criteria.absence import absent, fetched
from fhir_screener.criteria.evidence import Evidence, Finding, met, not_met, unknown
from fhir_screener.criteria.expression import Expression, compiled
from fhir_screener.criteria.keys import choice, duration, mapping, text
from fhir_screener.criteria.model import Build, Needs, Rule
from fhir_screener.criteria.settling import CHART
from fhir_screener.criteria.spec import Spec
from fhir_screener.criteria.tally import Tally, aside
from fhir_screener.criteria.view import View, When
from fhir_screener.criteria.wording import clauses, length
from fhir_screener.records.dates import Duration
from fhir_screener.records.modifiers import is_modified
from fhir_screener.records.patient_record import CHART_TYPES
from fhir_screener.sentence import Text, say
from fhir_screener.terminology.coding import normal_system
from fhir_screener.verdict import Reason

_CLOCK = re.compile(r"\b(?:today|now|timeOfDay)\s*\(")
_WITHDRAWN = frozenset({"entered-in-error", "refuted", "cancelled", "not-done"})


class _Answer(NamedTuple):
    """What the expressions say of one resource; None where they give no yes or no."""

    resource: Mapping[str, Any]
    yes: bool | None
    no: bool | None
    date: str | None


@dataclass(frozen=True)
class FhirPathRule:
    on: str
    met: Expression
    not_met: Expression | None
    date: Expression | None
    within: Duration | None
    written: str
    kind: ClassVar[str] = "fhirpath"

    def evaluate(self, view: View) -> Finding:
        answers = view.shared.asked.get(id(self))
        if answers is None:
            answers = view.shared.asked[id(self)] = [*map(self._ask, view.record.whole.get(self.on, ()))]
        tally = Tally()
        for answer in answers:
            self._weigh(view, answer, tally)
        return fetched(self._conclude(tally), view, self.needs().types, say("what the expression asks"))

    def _ask(self, resource: Mapping[str, Any]) -> _Answer:
        yes, no = _truth(self.met, resource), _truth(self.not_met, resource) if self.not_met else False
        found = _run(self.date, resource) if self.date else []
        return _Answer(resource, yes, no, found[0] if found and isinstance(found[0], str) else None)

    def _weigh(self, view: View, answer: _Answer, tally: Tally) -> None:
        resource, yes, no, date = answer
        if _statuses(resource) & _WITHDRAWN or (yes is False and no is False):
            return
        evidence = self._cite(resource, date, say("{type}: the expression holds", type=self.on))
        placed = self._placed(view, date)
        if placed is When.FUTURE:
            return
        if placed is When.BEFORE:
            tally.context(aside(evidence))
        elif is_modified(resource):
            said = say("carries a modifier extension that is not understood")
            tally.doubt(Reason.UNREADABLE, self._cite(resource, date, said))
        elif yes is None or no is None:
            said = say("{type}: the expression gives no yes or no", type=self.on)
            tally.doubt(Reason.UNREADABLE, self._cite(resource, date, said))
        elif yes and no:
            tally.doubt(Reason.CONFLICTING, evidence)
        elif placed is When.STRADDLES:
            tally.doubt(Reason.IMPRECISE_DATE, evidence)
        elif yes:
            tally.yes(evidence, clock=self.within is not None)
        else:
            tally.against(self._cite(resource, date, say("{type}: the expression rules it out", type=self.on)))

    def _placed(self, view: View, date: str | None) -> When:
        days = view.days(date)
        if days is None:
            return When.STRADDLES if self.within else When.INSIDE
        return view.place(days, self.within)

    def _conclude(self, tally: Tally) -> Finding:
        if tally.met and tally.refuting:
            return unknown(Reason.CONFLICTING, *tally.met, *tally.refuting, rule=self.kind, settle=CHART)
        if tally.met:
            return met(*tally.met, *tally.around(), rule=self.kind, clock=tally.clock)
        if tally.reasons:
            return unknown(tally.reason, *tally.evidence, *tally.around(), rule=self.kind, settle=CHART)
        if tally.refuting:
            return not_met(*tally.refuting, *tally.around(), rule=self.kind)
        nothing = absent(say("what the expression asks"), self.needs().types)
        return unknown(Reason.NO_DATA, *tally.around(), nothing, rule=self.kind, settle=CHART)

    def _cite(self, resource: Mapping[str, Any], date: str | None, note: Text) -> Evidence:
        code, display = _coding(resource.get("code") or resource.get("medicationCodeableConcept"))
        meta = resource.get("meta")
        version = str(meta.get("versionId") or "") if isinstance(meta, dict) else ""
        ref = f"{self.on}/{resource.get('id', '?')}"
        return Evidence(ref, version, date=date or "", code=code, display=display, note=note)

    def needs(self) -> Needs:
        types = frozenset() if self.on == "Patient" else frozenset({self.on})
        return Needs(types=types, whole=frozenset({self.on}))

    def parts(self) -> tuple[Rule, ...]:
        return ()

    def describe(self) -> Text:
        what = say("a {type} of which this holds: {expression}", type=self.on, expression=f"`{self.written}`")
        return clauses(what, say("within {time}", time=length(self.within)) if self.within else "")


def _run(expression: Expression, resource: Mapping[str, Any]) -> list[Any] | None:
    try:
        return expression(resource)
    except Exception:
        # An expression meets whatever a chart holds: what it cannot read is no answer, and stops nobody else.
        return None


def _truth(expression: Expression, resource: Mapping[str, Any]) -> bool | None:
    """Empty is no, a single boolean is itself, all else is neither."""
    found = _run(expression, resource)
    if found is None or len(found) > 1 or (found and not isinstance(found[0], bool)):
        return None
    return bool(found and found[0])


def _statuses(resource: Mapping[str, Any]) -> set[str]:
    verification = resource.get("verificationStatus")
    codings = verification.get("coding") if isinstance(verification, dict) else None
    found = {c["code"] for c in codings or () if isinstance(c, dict) and isinstance(c.get("code"), str)}
    status = resource.get("status")
    return found | ({status} if isinstance(status, str) else set())


def _coding(concept: Any) -> tuple[str, str]:
    codings = concept.get("coding") if isinstance(concept, dict) else None
    for one in codings or ():
        if isinstance(one, dict) and one.get("code"):
            code = f"{normal_system(one.get('system'))}|{one['code']}".lstrip("|")
            return code, str(one.get("display") or concept.get("text") or one["code"])
    return "", str(concept.get("text") or "") if isinstance(concept, dict) else ""


FORM = mapping(
    "",
    "The escape hatch: a FHIRPath expression, asked of each resource of one type. It may not ask for today.",
    choice("on", "The type of resource.", "", "Patient", *CHART_TYPES).must(),
    text("met", "What makes it met: an expression that gives true or false.").must(),
    text("not_met", "What makes it not met; without it, never.", ""),
    text("date", "The expression of the resource's own date; needed, but on Patient.", ""),
    duration("within", "The date lies in this time before the day asked about; without it: up to that day."),
)


def parse_fhirpath(spec: Spec, build: Build) -> Rule:
    given = FORM.read(spec, build)
    if not given["date"] and (given["on"] != "Patient" or given["within"]):
        raise spec.fail("`date` is missing", "the FHIRPath of the date that counts: effective as dateTime")
    return FhirPathRule(
        on=given["on"],
        met=_compiled(spec, "met", given["met"]),
        not_met=_compiled(spec, "not_met", given["not_met"]) if given["not_met"] else None,
        date=_compiled(spec, "date", given["date"]) if given["date"] else None,
        within=given["within"],
        written=given["met"],
    )


def _compiled(spec: Spec, key: str, written: str) -> Expression:
    if _CLOCK.search(written):
        raise spec.fail("an expression may not ask for today", "use `date` and `within`", key)
    try:
        found = compiled(written)
        found({"resourceType": spec.text("on")})  # unknown functions show only when they are called
    except Exception as error:
        what = str(error)[:80] or type(error).__name__
        raise spec.fail(f"not FHIRPath: {what}", "see hl7.org/fhirpath", key) from None
    return found
