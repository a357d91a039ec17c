"""A product's strength by its name, and words that say what a drug is given ahead of."""

from __future__ import annotations

import pytest

from fhir_screener.terminology.product_words import (
    is_premedication,
    names_a_topic,
    names_no_disease,
    only_named,
    read_strength,
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("醋酸泼尼松片(5mg)", (5, "mg")),
        ("醋酸泼尼松片 5mg×100片/瓶", (5, "mg")),
        ("prednisone 5 MG Oral Tablet", (5, "mg")),
        ("地塞米松片 0.75毫克", (0.75, "mg")),
        ("prednisolone 15 mg/5 mL solution", (3, "mg/mL")),
        ("甲泼尼龙片", None),
        ("prednisone 40 mg daily", None),  # a dose, no strength
        ("prednisone 5 mg or 10 mg tablets", None),
        ("1% cream, 5 mg", None),
    ],
)
def test_strength(name, expected) -> None:
    assert read_strength(name) == expected


@pytest.mark.parametrize(
    "text", ["Premedication before contrast", "50 mg prior to iodinated contrast", "化疗前用", "预防过敏"]
)
def test_premedication(text) -> None:
    assert is_premedication(text)


@pytest.mark.parametrize("text", ["IgG4-RD flare", "40 mg daily", "餐前口服", "before breakfast"])
def test_a_therapy_is_no_premedication(text) -> None:
    assert not is_premedication(text)


@pytest.mark.parametrize(
    "words",
    [
        "Education about rituximab therapy",
        "Tacrolimus trough level",
        "TPMT test before azathioprine",
        "Methotrexate monitoring",
        "利妥昔单抗用药知情同意",
        "环孢素血药浓度测定",
        "MMF of mandible",
        "RTX abdomen",
    ],
)
def test_a_procedure_about_a_drug(words: str) -> None:
    assert only_named(words)


@pytest.mark.parametrize(
    "words",
    [
        "Rituximab infusion",
        "Monitored infusion of rituximab",
        "Rituximab test dose",
        "环磷酰胺冲击治疗",
        "Desensitization, rituximab",
        "RTX infusion",
    ],
)
def test_a_procedure_that_gives_it(words: str) -> None:
    assert not only_named(words)


@pytest.mark.parametrize(
    "words", ["flare", "Disease flare", "induction of remission", "复发", "疾病活动", "诱导缓解治疗", "See note"]
)
def test_a_reason_that_names_no_disease(words: str) -> None:
    assert names_no_disease(words)


@pytest.mark.parametrize(
    "words",
    ["COPD exacerbation", "autoimmune hepatitis", "痛风急性发作", "慢性阻塞性肺疾病急性加重", "nephrotic syndrome"],
)
def test_a_reason_that_names_one(words: str) -> None:
    assert not names_no_disease(words)


@pytest.mark.parametrize(
    ("drug", "topic"),
    [
        ("methotrexate level", True),
        ("Rituximab consent", True),
        ("甲氨蝶呤血药浓度", True),
        ("methotrexate 2.5 mg tablet", False),
        ("methotrexate 10 mg, monitoring as agreed", False),
        ("利妥昔单抗注射液", False),
    ],
)
def test_a_name_that_ends_in_something_else_is_no_drug_taken(drug: str, topic: bool) -> None:
    assert names_a_topic(drug) is topic
