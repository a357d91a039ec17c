"""Years in words: of a disease or a drug, and not of a classification, a dose or a number."""

from __future__ import annotations

import pytest

from fhir_screener.terminology.years import years_in


@pytest.mark.parametrize(
    ("words", "years"),
    [
        ("Pulmonary tuberculosis 2010", ["2010"]),
        ("2010年肺结核", ["2010"]),
        ("Gastric cancer (2008, recurrence 2012)", ["2012", "2008"]),
        ("Rituximab 2000 mg", []),
        ("HBV DNA 2000 IU/mL", []),
        ("DLBCL (WHO 2008)", []),
        ("IgG4-RD (2019 ACR/EULAR criteria)", ["2019"]),
        ("IgG4-RD by ACR/EULAR 2019", []),
        ("Tuberculosis (ICD-10 2016 edition)", []),
        ("COVID-2019 pneumonia", []),
        ("12010", []),
    ],
)
def test_years(words: str, years: list[str]) -> None:
    assert years_in(words) == years
