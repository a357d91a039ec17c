"""Units as people read them."""

from __future__ import annotations

import pytest

from fhir_screener.records.facts import Quantity
from fhir_screener.terminology.unit_words import readable


@pytest.mark.parametrize(
    ("ucum", "written"),
    [
        ("mL/min/{1.73_m2}", "mL/min/1.73 m2"),
        ("[IU]/mL", "IU/mL"),
        ("m[IU]/mL", "mIU/mL"),
        ("10*9/L", "10^9/L"),
        ("{copies}/mL", "copies/mL"),
        ("{score}", "score"),
        ("mm[Hg]", "mmHg"),
        ("Cel", "°C"),
        ("mg{creat}", "mg creat"),
        ("{}", ""),
        ("{", "{"),
        ("mg/dL", "mg/dL"),
        ("", ""),
    ],
)
def test_a_unit_loses_the_brackets_of_ucum_and_nothing_else(ucum: str, written: str) -> None:
    assert readable(ucum) == written


def test_a_quantity_is_told_with_its_unit_as_people_write_it() -> None:
    assert str(Quantity(110, "mL/min/{1.73_m2}")) == "110 mL/min/1.73 m2"
