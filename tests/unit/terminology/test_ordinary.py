"""What nobody can name, and what a code makes a known stranger."""

import pytest

from fhir_screener.terminology.coding import ATC, RXNORM, Coding, Concept
from fhir_screener.terminology.ordinary import Ordinary
from fhir_screener.terminology.terms import Terminology
from fhir_screener.terminology.valueset import ValueSet

ASKED = ValueSet(
    "biologics",
    "Biologics",
    "drug",
    stems=("-mab", "-nercept", "-limus", "-单抗", "-莫司", "-gliptin"),
    unlike=("莫司汀",),
)
ORDINARY = ValueSet("ordinary-drugs", "", "ordinary", names={"": ("sitagliptin",)}, stems=("-gliptin", "-pril"))


@pytest.mark.parametrize(
    ("system", "display", "unlisted"),
    [
        (RXNORM, "donepezil 10 MG Oral Tablet [Aricept]", False),
        (RXNORM, "Concept DHA", False),
        (RXNORM, "zelfutumab-abcd 150 MG Injection", True),
        (RXNORM, "zelficept 50 MG/ML", False),
        (RXNORM, "zelfunercept 50 MG/ML", True),
        (ATC, "zelfulimus", True),
        (ATC, "carmustine", False),
        (ATC, "卡莫司汀", False),
        (ATC, "某某单抗", True),
        (ATC, "西普乐", False),
        ("urn:local", "zelfudrug", True),
        ("urn:local", "zelfopril", False),
        ("urn:local", "zelfogliptin", True),
    ],
)
def test_a_standard_code_makes_a_drug_known_but_for_the_stems_of_drugs_that_are_asked_about(
    system, display, unlisted
) -> None:
    ordinary = Ordinary(Terminology([ASKED, ORDINARY]))
    assert ordinary.unlisted(Concept((Coding(system, "X1", display),))) is unlisted


def test_in_a_study_that_asks_about_no_such_class_a_coded_drug_is_a_known_stranger() -> None:
    assert not Ordinary(Terminology([ORDINARY])).unlisted(Concept((Coding(ATC, "L01FD01", "trastuzumab"),)))


@pytest.mark.parametrize(("words", "unlisted"), [("Syringe", False), ("NS", False), ("zelfudrug syringe", True)])
def test_what_a_drug_comes_in_is_none_by_itself(words, unlisted) -> None:
    assert Ordinary(Terminology([])).unlisted(Concept((), words)) is unlisted


@pytest.mark.parametrize(
    "words",
    [
        "ZELFUPRIL 50 mg, comprimé pelliculé",
        "ZELFUPRIL 4 mg, lyophilisat et solution pour usage parentéral",
        "ZELFUPRIL 40 mg, solution injectable en stylo prérempli",
        "Zelfupril 5 mg, Filmtabletten",
        "Zelfupril, infusiepoeder 100mg",
        "Zelfupril 100micrograms/dose inhaler CFC free",
    ],
)
def test_the_form_behind_a_product_is_no_second_drug(words) -> None:
    ordinary = Ordinary(Terminology([ORDINARY]))
    assert not ordinary.unlisted(Concept((), words))
    assert ordinary.unlisted(Concept((), f"{words} + zelfudrug"))


NOTHING = Coding("http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips", "no-medication-info")


@pytest.mark.parametrize(
    ("concept", "unlisted"),
    [
        (Concept((NOTHING,), "Aucune information"), False),
        (Concept((), "No known medications"), False),
        (Concept((), "No information about medications"), False),
        (Concept((), "None reported."), False),
        (Concept((), "目前未服用药物"), False),
        (Concept((), "Unknown medication"), True),  # there is one
        (Concept((), "No-Sorrow herbal tea"), True),
    ],
)
def test_that_there_is_no_drug_is_no_drug_unknown(concept: Concept, unlisted: bool) -> None:
    assert Ordinary(Terminology([])).unlisted(concept) is unlisted


@pytest.mark.parametrize(
    ("words", "unlisted"),
    [
        ("sitagliptin 100 mg + ramipril 5 mg", False),
        ("sitagliptin 100 mg + zelfudrug 5 mg", True),
        ("zelfudrug+sitagliptin", True),
        ("sitagliptin 50 mg + 100 mg film-coated tablets", False),  # an amount is no drug
        ("sitagliptin (K+ 5 mmol)", False),
        ("sitagliptin, zelfudrug", True),
        ("sitagliptin / zelfudrug", True),
        ("sitagliptin and zelfudrug", True),
        ("sitagliptin or zelfudrug", True),
        ("sitagliptin; zelfudrug", True),
        ("sitagliptin、某某新药", True),
        ("sitagliptin 100 mg zelfudrug 5 mg", True),
        ("sitagliptin 100 mg/tablet, film-coated, by mouth", False),
        ("sitagliptin, take one tablet with food", False),
        ("sitagliptin 1x/Woche", False),
        ("sitagliptin 100 mg Tabletten, Ratiopharm", False),
        ("sitagliptin，批号20240101", False),
        ("sitagliptin/HCTZ", False),
    ],
)
def test_of_drugs_that_one_text_joins_each_must_be_known(words, unlisted) -> None:
    assert Ordinary(Terminology([ORDINARY])).unlisted(Concept((), words)) is unlisted


MARCUMAR = ValueSet("anticoagulants", "Anticoagulants", "drug", names={"": ("Marcumar",)})


@pytest.mark.parametrize(
    ("concept", "unlisted"),
    [
        (Concept((), "Marcumar + sitagliptin"), False),
        (Concept((), "Marcumar + zelfudrug"), True),
        (Concept((), "Marcumar, zelfudrug"), True),
        (Concept((), "Marcumar, 3 mg daily"), False),
        (Concept((Coding(RXNORM, "X1", "Marcumar and zelfudrug"),)), False),  # the code is of both
    ],
)
def test_a_drug_that_nobody_knows_is_not_hidden_by_one_of_a_set_beside_it(concept, unlisted) -> None:
    assert Ordinary(Terminology([ORDINARY, MARCUMAR])).unlisted(concept) is unlisted
