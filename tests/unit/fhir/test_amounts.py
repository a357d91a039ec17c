"""A quantity read from its bytes is the one that is read from its parsed JSON, however it is spelled."""

from __future__ import annotations

import pytest

from fhir_screener.fhir.decode import elements
from fhir_screener.fhir.decode.amounts import quantity
from fhir_screener.fhir.decode.tolerant import plain
from fhir_screener.records.facts import Quantity

SPELLINGS = (
    b'{"value":175.98241711129813,"unit":"cm","system":"http://unitsofmeasure.org","code":"cm"}',
    b'{"value":7.10,"unit":"%"}',
    b'{"value":0}',
    b'{"value":0.0,"code":"1","system":"http://unitsofmeasure.org","unit":"ratio"}',
    b'{"value":-0}',
    b'{"value":-3.5,"unit":"mmol/L"}',
    b'{"value":1E2}',
    b'{"value":1e-30,"unit":"g"}',
    b'{"value":12345678901234567890,"unit":"IU"}',
    b'{"value":0.00000000000000000001}',
    b'{"value":"5","unit":"mg"}',
    b'{"value":"<5","unit":"mg"}',
    b'{"value":true}',
    b'{"value":null,"unit":"mg"}',
    b'{"unit":"mg"}',
    b'{"value":5,"comparator":" < ","unit":" mg "}',
    b'{"value":5,"comparator":7,"unit":3}',
    b'{"value":5,"unit":["mg"]}',
    b'{"value":NaN,"unit":"mg"}',
    b'{ "value" : 5 , "value" : 6 }',
    b"5.5",
    b"null",
    b"[]",
    b'{"value":5',
)


@pytest.mark.parametrize("raw", SPELLINGS, ids=bytes.decode)
def test_as_by_the_parsed_json(raw: bytes) -> None:
    assert quantity(raw) == elements.quantity(plain(raw))


def test_the_digits_are_kept() -> None:
    assert quantity(b'{"value":7.10,"unit":"%"}') == Quantity(7.1, "%", "", "7.10")
