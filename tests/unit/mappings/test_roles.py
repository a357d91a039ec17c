"""Every verified code of the harvested lists is in a set of its role: what excludes, what a person looks at, what is a trap."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from fhir_screener.studies.load import Catalog
from fhir_screener.terminology.coding import ATC, ICD10, ICD10CM, ICD11, LOINC, RXNORM, SNOMED, Coding, Concept
from fhir_screener.terminology.terms import Terminology

ROOT = Path(__file__).parents[3]
CODES = ROOT.parent / "shared" / "clinical" / "codes.json"
SYSTEMS = {"icd10cm": ICD10CM, "icd10who": ICD10, "icd11": ICD11, "snomed": SNOMED, "loinc": LOINC}
SYSTEMS |= {"rxnorm": RXNORM, "atc": ATC}

ROLES: dict[str, dict[str, str]] = {
    "E1": {
        "review": "severe-organ-dysfunction",
        "lab": "egfr bilirubin-total inr lvef spo2 platelets",
    },
    "E2": {"match": "sepsis", "review": "serious-infections"},
    "E3": {"match": "primary-immunodeficiency", "review": "immunodeficiency-doubtful"},
    "E4": {"match": "malignancy malignancy-history", "review": "malignancy-doubtful"},
    "E5": {
        "match": "b-cell-depleting biologic-immunomodulators biologic-exposure",
        "review": "other-biologics biologic-exposure",
    },
    "E6": {"match": "nonbiologic-dmards dmard-exposure", "review": "dmard-doubtful dmard-exposure"},
    "E7": {
        "match": "pregnancy lactation pregnancy-planning",
        "review": "pregnancy-doubtful pregnancy-planning-doubtful pregnancy-ended",
        "lab": "pregnancy-status pregnancy-intention hcg-qualitative hcg-quantitative due-date pregnancy-outcome",
        "value": "not-pregnant-values",
    },
}
"""Criterion -> role of the harvested lists -> the sets of which a code of that role must be in one."""

ELSEWHERE = {
    "4A20": "acquired: a person says whether it is a disorder of its own (SEMANTICS 6: only a primary one decides)",
    "2160-0": "creatinine has no limit in the study: the filtration rate has",
    "14682-9": "creatinine has no limit in the study: the filtration rate has",
    "1742-6": "ALT has no limit in the study",
    "1920-8": "AST has no limit in the study",
    "718-7": "haemoglobin has no limit in the study",
    "1751-7": "albumin has no limit in the study",
    "33762-6": "natriuretic peptide has no limit in the study",
    "8665-2": "a last menstrual period is no pregnancy",
    "11885-1": "a gestational age stands beside other evidence",
    "11887-7": "a gestational age stands beside other evidence",
    "34670-0": "a mass of hCG has no limit",
}
"""Codes that are deliberately in no set of their role, and why."""

pytestmark = pytest.mark.skipif(not CODES.is_file(), reason="the harvested codes are not beside this checkout")


@cache
def terms() -> Terminology:
    return Catalog(ROOT / "mappings").load(["NCT04660565"]).terminology


@cache
def harvested() -> dict[str, Any]:
    lists: dict[str, Any] = json.loads(CODES.read_text("utf-8"))
    return lists


def codes(criterion: str, role: str) -> list[tuple[Coding, str]]:
    lists = next(lists for key, lists in harvested().items() if key.startswith(f"{criterion}_"))
    return [
        (Coding(SYSTEMS[system], code["code"]), code["display"])
        for system, listed in lists.items()
        for code in listed
        if code["role"] == role and code["verified"] and system in SYSTEMS
    ]


@pytest.mark.parametrize(("criterion", "role"), [(c, role) for c, roles in ROLES.items() for role in roles])
def test_every_verified_code_is_in_a_set_of_its_role(criterion: str, role: str) -> None:
    wanted = set(ROLES[criterion][role].split())
    missing = [
        (coding.code, display, sorted(terms().classify(Concept((coding,)))))
        for coding, display in codes(criterion, role)
        if coding.code not in ELSEWHERE and not wanted & terms().classify(Concept((coding,))).keys()
    ]
    assert not missing


@pytest.mark.parametrize("criterion", ROLES)
def test_no_trap_is_in_a_set_that_decides(criterion: str) -> None:
    deciding = set(ROLES[criterion].get("match", ROLES[criterion]["review"]).split())
    caught = [
        (coding.code, display)
        for coding, display in codes(criterion, "trap")
        if deciding & terms().classify(Concept((coding,))).keys()
    ]
    assert not caught


@pytest.mark.parametrize("criterion", ["E5", "E6"])
def test_drugs_named_only_by_words_are_known(criterion: str) -> None:
    lists = next(lists for key, lists in harvested().items() if key.startswith(f"{criterion}_"))
    wanted = set(ROLES[criterion]["match"].split())
    words = [word for row in lists["text"] for word in row["code"].replace("(", " ").split() if not word.isascii()]
    assert words
    unknown = [word for word in words if not wanted & terms().classify(Concept((), word)).keys()]
    assert not unknown
