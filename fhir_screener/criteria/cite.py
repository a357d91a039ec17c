"""Citing a fact as evidence: its reference, code, value and date as recorded, and one sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fhir_screener.criteria.evidence import Evidence
from fhir_screener.records.facts import Condition, Fact, Medication, Mention, Observation, Span, Value
from fhir_screener.sentence import Text, say
from fhir_screener.terminology.coding import Concept
from fhir_screener.terminology.valueset import Hit


def span_text(span: Span) -> str:
    """The dates of a period as recorded: `2021-02-20..`, `2020..2020-05`, or one date."""
    if span.start and span.start == span.end:
        return span.start
    if span.start and span.end is None:
        return f"{span.start}.."
    if span.empty:
        return span.text
    return f"{span.start or ''}..{span.end}"


def value_text(value: Value) -> str:
    """The value as recorded, in words."""
    if value.quantity is not None and value.plain and value.integer is None and not value.date:
        return str(value.quantity)
    parts = []
    if value.quantity is not None:
        parts.append(str(value.quantity))
    if value.concept is not None:
        parts.append(value.concept.label)
    if value.text:
        parts.append(value.text)
    if value.boolean is not None:
        parts.append("true" if value.boolean else "false")
    if value.integer is not None:
        parts.append(str(value.integer))
    if value.date:
        parts.append(value.date)
    if not parts and value.absent:
        parts.append(f"no result ({value.absent})")
    marks = [label for concept in value.interpretation if (label := _mark(concept))]
    if marks and not parts:
        parts.extend(marks)
    return ", ".join(parts)


def _mark(concept: Concept) -> str:
    return concept.codings[0].code if concept.codings else concept.text


def cite(
    fact: Fact, note: Text = "", *, date: str = "", value: str = "", hit: Hit | None = None, decides: bool = True
) -> Evidence:
    """This fact as evidence; `hit` puts the coding that matched before the first one."""
    if hit is not None and hit.coding is not None:
        code = str(hit.coding)
        display = hit.coding.display or fact.concept.label
    else:
        code, display = fact.concept.code, fact.concept.label
    name = display or code
    if hit is not None and hit.listed and hit.coding is not None and name == hit.coding.code:
        name = f"{hit.listed} ({name})"
    return Evidence(
        reference=fact.ref,
        version=fact.version,
        code=code,
        display=display,
        value=value,
        date=date or fact_date(fact),
        note=say("{name}: {note}", name=name, note=note) if note and name else note or name,
        decides=decides,
        standard=str(hit.standard) if hit is not None and hit.standard is not None else "",
    )


def fact_date(fact: Fact) -> str:
    """The best clinical date of a fact, as recorded."""
    read = _DATES.get(type(fact))
    if read is not None:
        return read(fact)
    span = getattr(fact, "span", None) or getattr(fact, "period", None)
    return span_text(span) if isinstance(span, Span) else getattr(fact, "occurred", None) or ""


_DATES: dict[type[Fact], Callable[[Any], str]] = {
    Observation: lambda fact: span_text(fact.effective) or fact.issued or "",
    Condition: lambda fact: (
        span_text(fact.onset) or span_text(fact.abatement) or fact.recorded or span_text(fact.encounter)
    ),
    Medication: lambda fact: span_text(fact.span) or fact.authored or fact.asserted or "",
    Mention: lambda fact: fact.dated or "",
}
