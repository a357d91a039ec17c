"""Units: UCUM, the spellings of charts, molar masses, and what does not convert."""

from __future__ import annotations

import pytest

from fhir_screener.terminology.analytes import MOLAR, molar_mass
from fhir_screener.terminology.units import convert


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        (20, "mIU/mL", "[IU]/mL", 0.02),
        (0.02, "kIU/L", "[IU]/mL", 0.02),
        (1.2, "cm", "mm", 12),
        (3, "COI", "{s_co}", 3),
        (3, "Index Value", "{s_co}", 3),
        (0.12, "ng/mL", "[IU]/mL", None),  # mass of a protein: each assay's own
        (500, "copies/mL", "[IU]/mL", None),  # copies: each assay's own
        (12, "SFC/10^6 PBMC", "{spots}", None),
        (12, "S/N", "{s_co}", None),
        (45, "×10⁹/L", "10*9/L", 45),
        (45, "G/L", "10*9/L", 45),
        (2, "g/L", "mg/dL", 200),
        (45, "x10(3)/mcL", "10*9/L", 45),
        (45, "Thousand/uL", "10*9/L", 45),
        (4.5, "万/μL", "10*9/L", 45),
        (4.5, "万/微升", "10*9/L", 45),
        (1.35, "克/升", "g/L", 1.35),
        (900, "微摩尔/升", "umol/L", 900),
        (25, "毫升/分/1.73m²", "mL/min/{1.73_m2}", 25),
        (25, "毫升/分鐘/1.73平方米", "mL/min/{1.73_m2}", 25),
        (25, "ml/min/1.73㎡", "mL/min/{1.73_m2}", 25),
        (20, "毫国际单位/毫升", "[IU]/mL", 0.02),
        (12, "㎎/㎗", "mg/dL", 12),
        (3500, "个/μL", "10*9/L", 3.5),
        (3500, "/UL", "10*9/L", 3.5),
        (25, "mL/min/1.73", "mL/min/{1.73_m2}", 25),
        (25, "ml/(min*1.73m2)", "mL/min/{1.73_m2}", 25),
        (25, "ml/min/1,73m²", "mL/min/{1.73_m2}", 25),
        (0.5, "mL/s/1.73m2", "mL/min/{1.73_m2}", 30),
        (120, "mmHg", "mm[Hg]", 120),
        (4.4, "mEq/L", "meq/L", 4.4),
        (31, "kg/m²", "kg/m2", 31),
        (5400, "cp/mL", "{copies}/mL", 5400),
        (300, "mg/g creat", "mg/g", 300),
        (300, "ug/mg Cr", "mg/g{creat}", 300),
        (30, "mg/mmol creatinine", "mg/mmol", 30),
        (300, "mg/g protein", "mg/g", None),
        (39, "weeks", "wk", 39),
        (39, "周", "d", 273),
        (38.5, "℃", "Cel", 38.5),
        (101.3, "°F", "Cel", 38.5),
        (38.5, "Cel", "[degF]", 101.3),
        (310.15, "K", "Cel", 37),
        (38, "kg", "Cel", None),
        (53, "mmol/mol", "%", None),
        (530, "umol/mol", "mmol/mol", 0.53),
    ],
)
def test_units_of_charts(value: float, source: str, target: str, expected: float | None) -> None:
    found = convert(value, source, target)
    assert found == (expected if expected is None else pytest.approx(expected))


def test_mass_and_amount_of_substance_by_molar_mass() -> None:
    bilirubin = molar_mass(frozenset({"bilirubin-total"}))
    assert convert(70, "umol/L", "mg/dL", bilirubin) == pytest.approx(4.09, abs=0.01)
    assert convert(1.2, "mg/dL", "umol/L", bilirubin) == pytest.approx(20.5, abs=0.1)
    assert convert(1.2, "mg/dL", "umol/L") is None
    assert convert(0.02, "[IU]/mL", "mg/dL", bilirubin) is None
    assert molar_mass(frozenset({"bilirubin-total", "hbsag"})) is None
    assert molar_mass(frozenset()) is None


def test_every_molar_mass_says_where_it_is_from() -> None:
    assert all(one.mass > 1 and one.source for one in MOLAR.values())
