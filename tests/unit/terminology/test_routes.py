"""Does the drug reach the whole body?"""

import pytest

from fhir_screener.terminology.coding import SNOMED, Coding, Concept
from fhir_screener.terminology.routes import by_instruction, by_words, is_in_place, systemic_route

V3 = "http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration"
EDQM = "http://standardterms.edqm.eu"


@pytest.mark.parametrize(
    ("system", "code", "expected"),
    [
        (SNOMED, "26643006", True),
        (SNOMED, "47625008", True),
        (SNOMED, "78421000", True),
        (SNOMED, "34206005", True),
        (SNOMED, "37839007", True),
        (SNOMED, "6064005", False),
        (SNOMED, "54485002", False),
        (SNOMED, "10547007", False),
        (SNOMED, "46713006", False),
        (SNOMED, "18679011000001101", False),
        (SNOMED, "447694001", False),
        (SNOMED, "37161004", False),
        (SNOMED, "16857009", False),
        (SNOMED, "12130007", False),
        (SNOMED, "372466002", False),
        (SNOMED, "999", None),
        (V3, "PO", True),
        (V3, "IVINJ", True),
        (V3, "sq", True),
        (V3, "OPTHALTA", False),
        (V3, "NASINHL", False),
        (EDQM, "20053000", True),
        (EDQM, "20045000", True),
        (EDQM, "20051000", False),
    ],
)
def test_by_code(system, code, expected):
    assert systemic_route(Concept((Coding(system, code),))) is expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Oral", True),
        ("by mouth", True),
        ("IV infusion", True),
        ("subcutaneous", True),
        ("口服", True),
        ("静脉滴注", True),
        ("皮下注射", True),
        ("prednisone 5 MG Oral Tablet", True),
        ("methylprednisolone 500 mg powder for injection", True),
        ("triamcinolone 0.1 % oral paste", False),
        ("hydrocortisone cream", False),
        ("cutaneous", False),
        ("prednisolone ophthalmic suspension", False),
        ("budesonide 0.5 mg/2 mL inhalation suspension", False),
        ("fluticasone nasal spray", False),
        ("hydrocortisone enema", False),
        ("外用", False),
        ("地塞米松滴眼液", False),
        ("糠酸莫米松鼻喷雾剂", False),
        ("布地奈德吸入剂", False),
        ("关节腔注射", False),
        ("percutaneous", None),
        ("accidental ingestion", None),
        ("FOLFOX for colorectal cancer", None),
        ("dental paste", False),
        ("sirolimus-eluting coronary stent", False),
        ("雷帕霉素洗脱支架", False),
        ("both eyes", False),
        ("氢化可的松栓", False),
        ("抗血栓", None),
        ("prednisone", None),
        ("as directed", None),
    ],
)
def test_by_words(words, expected):
    assert by_words(words) is expected


def test_a_code_speaks_before_the_words():
    assert systemic_route(Concept((Coding(SNOMED, "26643006", "Topical"),), "外用")) is True


def test_a_route_in_words_alone():
    assert systemic_route(Concept((), "鼻用")) is False
    assert systemic_route(Concept((Coding("urn:local", "7", "Intravenous"),))) is True


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("15 mg PO weekly for ocular inflammation", True),
        ("take 1 tablet daily; rinse the mouth after", True),
        ("50 mg by mouth daily, nasal polyps", True),
        ("口服 50mg qd 直肠炎", True),
        ("15 mg weekly, cream for the hands", None),
        ("每周一次 每次4片 局部皮损", None),
        ("1 gtt OU bid", False),
        ("20 gtt/min", None),
        ("2 puffs bid", False),
        ("one drop in each eye", False),
        ("then drop to 5 mg", None),
        ("外用,禁止口服", False),
        ("1滴 双眼 bid", False),
        ("涂患处 bid", False),
        ("as directed", None),
    ],
)
def test_an_instruction_says_how_before_it_says_for_what(words, expected):
    assert by_instruction(words) is expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("inject 40 mg into the left knee", True),
        ("epidural", True),
        ("腱鞘内封闭 40mg", True),
        ("25 mg per rectum at night", True),
        ("40 mg by mouth for knee pain", False),
        ("40 mg daily", False),
    ],
)
def test_what_is_put_in_one_place(words, expected):
    assert is_in_place(words) is expected
