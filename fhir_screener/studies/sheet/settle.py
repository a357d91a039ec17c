"""How an unknown is settled, as a phrase."""

from __future__ import annotations

from fhir_screener.screening.plain_words import TEST, Order
from fhir_screener.sentence import Text, say

_WAYS: dict[str, Text] = {
    "ask": say("asking the patient"),
    "chart": say("reading the chart"),
    "consent": say("the patient's consent"),
}


def settling(way: str) -> Text:
    """`test: hbsag` as "a test (HBsAg)"; a way nobody knows as it stands."""
    if way.startswith(TEST):
        return say("a test ({order})", order=Order(way))
    return _WAYS.get(way, way)
