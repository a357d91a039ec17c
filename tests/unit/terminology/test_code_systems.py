"""One system, many spellings: other case, a version or an edition in the URI, a bare OID, a name instead of a URI."""

from __future__ import annotations

import pytest

from fhir_screener.terminology.coding import (
    ATC,
    ICD9CM,
    ICD10,
    ICD10CM,
    ICD10PCS,
    ICD11,
    LOINC,
    RXNORM,
    SNOMED,
    Coding,
    is_procedure,
    is_rubric,
    normal_code,
    normal_system,
)


@pytest.mark.parametrize(
    ("spelled", "system"),
    [
        ("http://hl7.org/fhir/sid/ICD-10-CM", ICD10CM),
        ("https://hl7.org/fhir/sid/icd-10-cm/", ICD10CM),
        ("http://hl7.org/fhir/sid/icd-10-cm|2024", ICD10CM),
        ("http://terminology.hl7.org/CodeSystem/icd10CM", ICD10CM),
        ("2.16.840.1.113883.6.90", ICD10CM),
        ("I10C", ICD10CM),
        ("https://twcore.mohw.gov.tw/ig/twcore/CodeSystem/icd-10-cm-2023-tw", ICD10CM),
        ("https://twcore.mohw.gov.tw/ig/twcore/CodeSystem/icd-9-cm-2001-tw", ICD9CM),
        ("ICD-10", ICD10),
        ("http://hl7.org/fhir/sid/icd-10-pcs", ICD10PCS),  # procedures of the United States: other codes altogether
        ("https://www.cms.gov/medicare/coding/icd10", ICD10PCS),
        ("http://hl7.org/fhir/sid/icd-10-nl", ICD10),
        ("http://hl7.org/fhir/sid/icd-10-cn", ICD10),
        ("http://hl7.org/fhir/sid/icd-9-cm/diagnosis", ICD9CM),
        ("http://id.who.int/icd/release/11/2023-01/mms", ICD11),
        (" http://snomed.info/sct ", SNOMED),
        ("http://snomed.info/sct/731000124108/version/20240301", SNOMED),
        ("http://snomed.info/sct|http://snomed.info/sct/731000124108", SNOMED),
        ("SNOMED CT", SNOMED),
        ("LN", LOINC),
        ("HTTPS://LOINC.ORG/", LOINC),
        ("RXNORM", RXNORM),
        ("https://www.whocc.no/atc", ATC),
    ],
)
def test_a_known_system_however_it_is_spelled(spelled: str, system: str) -> None:
    assert normal_system(spelled) == system


@pytest.mark.parametrize(
    "other",
    [
        "http://hl7.org/fhir/sid/ndc",
        "urn:oid:1.2.156.112636.1.2.3",
        "http://hospital.example/icd-10",
        "http://loinc.org.example",
    ],
)
def test_another_system_stays_what_it_is(other: str) -> None:
    assert normal_system(other) == other


def test_no_system_is_none() -> None:
    assert normal_system(None) == normal_system("") == normal_system("  ") == ""


@pytest.mark.parametrize(
    ("system", "written", "code"),
    [
        (ICD10, " c34.9 ", "C349"),
        (ICD10, "\uff23\uff13\uff14.9", "C349"),  # full-width letters and digits
        (ICD10, "A15.0†", "A150"),
        (SNOMED, "363358000 |Malignant tumor of lung|", "363358000"),
        (SNOMED, "363358000:116676008=35917007", "363358000:116676008=35917007"),  # a code of its own
    ],
)
def test_a_code_is_compared_however_it_is_written(system: str, written: str, code: str) -> None:
    assert normal_code(system, written) == code


@pytest.mark.parametrize(
    ("system", "code", "rubric"),
    [
        (ICD9CM, "279.8", True),
        (ICD9CM, "155.0", True),
        (ICD9CM, "786.50", True),
        (ICD9CM, "300.02", False),  # of the mind
        (ICD9CM, "765.1", False),  # of the newborn
        (ICD9CM, "850.0", False),
        (ICD9CM, "V10.3", False),
        (ICD9CM, "E849.0", False),
        (ICD10, "D89.8", True),
        (SNOMED, "155", False),
    ],
)
def test_codes_of_many_diseases_of_which_words_may_say_more(system: str, code: str, rubric: bool) -> None:
    assert is_rubric(Coding(system, code)) is rubric


@pytest.mark.parametrize(
    ("code", "procedure"),
    [("68.49", True), ("68.4901", True), ("68.4900x001", True), ("684.9", False), ("6849", False)],
)
def test_of_icd_9_cm_two_digits_before_the_dot_are_a_procedure(code: str, procedure: bool) -> None:
    assert is_procedure(Coding(ICD9CM, code)) is procedure
