"""Facts with good defaults, for tests: `condition("C1", onset="2015")`."""

from __future__ import annotations

import itertools
from typing import Any

from fhir_screener.records import facts
from fhir_screener.records.facts import Dose, Quantity, Span, Value
from fhir_screener.terminology.coding import CVX, LOINC, NOTHING, RXNORM, SNOMED, Coding, Concept

_number = itertools.count(1)

ROOMS = {
    facts.Condition: "conditions",
    facts.Observation: "observations",
    facts.Medication: "medications",
    facts.Procedure: "procedures",
    facts.Consent: "consents",
    facts.Subject: "subjects",
    facts.Immunization: "immunizations",
    facts.Encounter: "encounters",
}


def room(fact: Any) -> str:
    return ROOMS[type(fact)]


def span(text: str | None) -> Span:
    """`2020..2021` is a period, `2020..` an open one, `2020` a point."""
    if not text:
        return Span()
    start, dots, end = text.partition("..")
    return Span(start or None, (end or None) if dots else start)


def concept(system: str, code: str, text: str = "") -> Concept:
    return Concept((Coding(system, code, code),), text)


def _hits(found: Concept) -> Any:
    from tests.spec.conftest import SETS

    return SETS.classify(found)


def condition(code: str, text: str = "", **more: Any) -> facts.Condition:
    """An active, confirmed problem-list item; `onset` and `abatement` as `span` reads them."""
    coded = concept(SNOMED, code, text)
    fields = {"clinical": "active", "verification": "confirmed", "categories": ("problem-list-item",), **more}
    for key in ("onset", "abatement"):
        fields[key] = span(fields.get(key))
    return facts.Condition(ref=f"Condition/{next(_number)}", concept=coded, hits=_hits(coded), **fields)


def drug(code: str, kind: str = "statement", **more: Any) -> facts.Medication:
    """A drug; `taken` as `span` reads it, `mg` a dose once a day."""
    coded = concept(RXNORM, code)
    taken, mg = more.pop("taken", None), more.pop("mg", None)
    doses = () if mg is None else (dose(mg),)
    defaults = {"statement": "active", "request": "active"}
    moment = kind == "statement" and taken is not None and ".." not in taken
    fields = {"status": defaults.get(kind, "completed"), "doses": doses, "systemic": True, "moment": moment, **more}
    fields["span"] = span(taken)
    named = {"concept": coded, "hits": _hits(coded), **fields}
    return facts.Medication(ref=f"Medication/{next(_number)}", kind=kind, **named)


def dose(mg: float, **more: Any) -> Dose:
    amount = Quantity(mg, "mg")
    return Dose(**{"low": amount, "high": amount, "times": 1, "period": 1, "unit": "d", **more})


def result(code: str, value: Any = None, on: str | None = "2021-02-18", **more: Any) -> facts.Observation:
    """A final result: "positive" and the like as SNOMED answers, numbers with `unit`, other text as text."""
    coded = concept(LOINC, code)
    unit = more.pop("unit", "")
    fields = {"status": "final", "effective": span(on), "value": read(value, unit), **more}
    return facts.Observation(ref=f"Observation/{next(_number)}", concept=coded, hits=_hits(coded), **fields)


ANSWERS = {"positive": "10828004", "negative": "260385009", "indeterminate": "419984006"}


def read(value: Any, unit: str = "") -> Value:
    if isinstance(value, Value):
        return value
    if value is None:
        return Value(absent="unknown")
    if isinstance(value, str) and value in ANSWERS:
        return Value(concept=Concept((Coding(SNOMED, ANSWERS[value], value),)))
    if isinstance(value, str):
        return Value(text=value)
    if isinstance(value, bool):
        return Value(boolean=value)
    return Value(quantity=Quantity(float(value), unit))


def number(value: float, unit: str, comparator: str = "") -> Value:
    return Value(quantity=Quantity(value, unit, comparator))


def procedure(code: str, on: str, status: str = "completed", text: str = "") -> facts.Procedure:
    coded = concept(SNOMED, code, text)
    return facts.Procedure(
        ref=f"Procedure/{next(_number)}", status=status, concept=coded, hits=_hits(coded), span=span(on)
    )


def consent(*studies: str, permit: str = "permit", status: str = "active", **more: Any) -> facts.Consent:
    fields = {"status": status, "research": True, "permit": permit, "studies": studies, "dated": "2021-01-01", **more}
    return facts.Consent(ref=f"Consent/{next(_number)}", **fields)


def subject(study: str, status: str, **more: Any) -> facts.Subject:
    return facts.Subject(ref=f"ResearchSubject/{next(_number)}", status=status, study=study, **more)


def patient(**more: Any) -> facts.Patient:
    return facts.Patient(**{"id": "p1", "version": "1", "gender": "male", "birth_date": "1963-01-15", **more})


def vaccine(code: str, on: str, status: str = "completed") -> facts.Immunization:
    coded = concept(CVX, code)
    return facts.Immunization(
        ref=f"Immunization/{next(_number)}", status=status, concept=coded, hits=_hits(coded), occurred=on
    )


def encounter(code: str, on: str | None, **more: Any) -> facts.Encounter:
    """A finished one; `on` as `span` reads it, `reasons` codes or the facts it refers to, `virtual` its class."""
    coded = concept(SNOMED, code)
    hits = dict(_hits(coded))
    if more.pop("virtual", False):
        hits |= _hits(concept("http://terminology.hl7.org/CodeSystem/v3-ActCode", "VR"))
    reasons = tuple(concept(SNOMED, r) if isinstance(r, str) else Concept((), r.ref) for r in more.pop("reasons", ()))
    went = more.pop("discharge", None)
    fields = {"status": "finished", "discharge": concept(SNOMED, went) if went else NOTHING, **more}
    return facts.Encounter(
        ref=f"Encounter/{next(_number)}", concept=coded, hits=hits, span=span(on), reasons=reasons, **fields
    )
