"""A diagnosis whose own text doubts what its code says, and codes whose meaning only the words beside them tell."""

from __future__ import annotations

import pytest

from fhir_screener.terminology.coding import ICD9CM, ICD9CM3_CN, ICD10, ICD10CM, RXNORM, Coding, Concept
from fhir_screener.terminology.stance import Stance
from fhir_screener.terminology.terms import Terminology
from fhir_screener.terminology.valueset import Entry, ValueSet

TERMS = Terminology(
    [
        ValueSet(
            "cancer", "Cancer", "condition", codes=(Entry(ICD10, "C25", "Pancreas"),), names={"": ("胰腺癌", "癌")}
        ),
        ValueSet("whipple", "Whipple", "condition", codes=(Entry(ICD9CM3_CN, "52.7", "Whipple"),)),
        ValueSet("hbsag", "HBsAg", "result", names={"": ("HBsAg", "乙肝表面抗原")}),
        ValueSet("anti-hbs", "Anti-HBs", "result", names={"": ("HBsAb", "乙肝表面抗体")}),
        ValueSet("rituximab", "R", "drug", codes=(Entry(RXNORM, "1", "R"),), names={"rituximab": ("rituximab",)}),
    ]
)


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("胰腺癌?", Stance.DOUBTFUL),
        ("胰腺占位待查", Stance.DOUBTFUL),  # names no cancer, and ends open
        ("排除胰腺癌", Stance.DOUBTFUL),  # the code says one thing, the words another
        ("母亲胰腺癌", Stance.DOUBTFUL),
        ("胰腺癌术后", Stance.PAST),  # when, nobody says
        ("胰腺占位,性质待定", Stance.DOUBTFUL),
        ("Pancreatic mass, presumed malignant", Stance.DOUBTFUL),
        ("误诊胰腺癌", Stance.DOUBTFUL),
        ("胰腺癌", Stance.ASSERTED),
        ("胰腺癌, 排除肝癌", Stance.ASSERTED),  # said once without doubt
        ("腹痛", Stance.ASSERTED),
        ("", Stance.ASSERTED),
    ],
)
def test_the_words_beside_a_code(text, stance) -> None:
    hit = TERMS.classify(Concept((Coding(ICD10, "C25.9", "Pancreas, unspecified"),), text))["cancer"]
    assert hit.stance is stance
    assert not hit.by_name


def test_drugs_are_left_to_their_status() -> None:
    assert TERMS.classify(Concept((Coding(RXNORM, "1"),), "rituximab?"))["rituximab"].stance is Stance.ASSERTED


@pytest.mark.parametrize(
    "text", ["no rituximab", "plan to start rituximab", "rituximab if needed", "husband's rituximab"]
)
def test_a_coded_drug_whose_own_text_says_that_it_is_not_taken_is_in_doubt(text) -> None:
    hit = TERMS.classify(Concept((Coding(RXNORM, "1"),), text))["rituximab"]
    assert hit.stance is Stance.DOUBTFUL
    assert not hit.by_name


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("胰腺癌?", Stance.DOUBTFUL),
        ("胰腺占位待查", Stance.DOUBTFUL),
        ("误诊胰腺癌", Stance.DOUBTFUL),
        ("Pancreatic mass, presumed malignant", Stance.DOUBTFUL),
        ("胰腺癌术后", Stance.PAST),
        ("Malignant neoplasm of pancreas, not otherwise specified", Stance.ASSERTED),
    ],
)
def test_a_remark_is_read_where_the_display_repeats_it(text, stance) -> None:
    assert TERMS.classify(Concept((Coding(ICD10, "C25.900", text),), text))["cancer"].stance is stance


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("K86.801", True),  # China's own digits: WHO's K86.8 says nothing of it
        ("K86.800x003", True),
        ("N19.x03", True),
        ("K86.8", False),  # the display of a code that all know is not read
        ("Z12.901", False),  # what is looked for, feared or kept from the patient
        ("F45.201", False),
        ("T45.101", False),
        ("S06.0X1A", False),
    ],
)
def test_the_display_of_a_code_of_chinas_edition_is_its_meaning(code, named) -> None:
    hits = TERMS.classify(Concept((Coding(ICD10, code, "胰腺癌"),)))
    assert ("cancer" in hits) is named


@pytest.mark.parametrize(
    ("system", "code", "named"),
    [(ICD10, "K86.8", True), (ICD9CM, "577.8", True), (ICD10CM, "K86.8", False)],
)
def test_a_text_that_repeats_the_display_of_a_wide_code_is_read(system, code, named) -> None:
    hits = TERMS.classify(Concept((Coding(system, code, "胰腺癌"),), "胰腺癌"))
    assert ("cancer" in hits) is named


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("排除癌; 胰腺癌", Stance.DOUBTFUL),  # one denied, another named: a person looks
        ("胰腺癌; 排除癌", Stance.ASSERTED),
        ("排除癌; 母亲胰腺癌", Stance.NEGATED),
    ],
)
def test_what_is_denied_does_not_hide_what_is_named_after_it(text, stance) -> None:
    assert TERMS.classify(Concept((), text))["cancer"].stance is stance


@pytest.mark.parametrize(("code", "found"), [("52.7", True), ("52.7x01", True), ("527", False)])
def test_a_procedure_under_the_uri_of_icd_9_cm_is_one(code, found) -> None:
    assert ("whipple" in TERMS.classify(Concept((Coding(ICD9CM, code),)))) is found


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("HBsAg 乙肝表面抗原", {"hbsag"}),
        ("乙肝表面抗体/HBsAb", {"anti-hbs"}),
        ("HBsAg 乙肝表面抗体", set()),  # the halves are names of two tests
        ("HBsAg 乙肝表面抗原滴度", set()),
        ("HBsAg", {"hbsag"}),
    ],
)
def test_a_test_named_in_two_languages(text, names) -> None:
    assert set(TERMS.classify(Concept((), text))) == names
