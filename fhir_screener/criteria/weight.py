"""Body weight, for doses by the kilogram: as an interval, never assumed."""

from __future__ import annotations

from fhir_screener.criteria.amount import Amount
from fhir_screener.criteria.index import among
from fhir_screener.criteria.results import FINAL
from fhir_screener.criteria.view import View, When
from fhir_screener.records.dates import Duration
from fhir_screener.terminology.units import convert

RECENT = Duration.parse("P12M")
"""How long a weight speaks for the doses of this time."""


def body_weight(view: View, names: frozenset[str]) -> Amount | None:
    """The lowest and the highest weight measured within twelve months, in kg; None where there is none."""
    found = []
    for fact in among(view.index.observations, names):
        quantity, days = fact.value.quantity, view.point(fact.effective, fact.issued)
        if quantity is None or quantity.comparator or not quantity.unit or days is None:
            continue
        if fact.other_subject or fact.status not in FINAL or view.place(days, RECENT) is not When.INSIDE:
            continue
        kilograms = convert(quantity.value, quantity.unit, "kg")
        if kilograms is not None and kilograms > 0:
            found.append(kilograms)
    return Amount(min(found), max(found)) if found else None
