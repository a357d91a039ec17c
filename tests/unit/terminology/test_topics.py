"""A disease in words alone that may be a mere topic, somebody met, or long ago: it is in doubt, never told or denied."""

import pytest

from fhir_screener.terminology.coding import fold
from fhir_screener.terminology.stance import Stance
from fhir_screener.terminology.topics import disease_stance

TOPICS = [
    "[lymphoma] surveillance",
    "colonoscopy for [colon cancer] surveillance",
    "patient education: [lymphoma]",
    "[lymphoma] support group",
    "[lymphoma] workup",
    "referred for [lymphoma]",
    "2WW [lymphoma] referral",
    "genetic testing for [breast cancer]",
    "[HIV] serology",
    "close contact of [TB] patient",
    "caregiver of [lymphoma] patient",
    "anxiety about [lymphoma]",
    "[sepsis] 5 years ago",
    "[lymphoma] at age 5",
    "[lymphoma] '98",
    "treated [lymphoma]",
    "unconfirmed [lymphoma]",
    "false positive [HIV]",
    "[HIV] -ve",
    "[lymphoma]: nil",
    "[lymphoma] MDT",
    "nurse on [lymphoma] ward",
    "friend died of [lymphoma]",
    "dog with [lymphoma]",
    "child with [lymphoma]",
    "IgG4-RD or [lymphoma]",
    "[lymphoma] or sarcoid",
    "☐ [lymphoma]",
    "[lymphoma] -",
    "[lymphoma] at 7",
    "□[肺癌]",
    "[肺癌]×",
    "宠物犬患[淋巴瘤]",
    "从事[淋巴瘤]研究",
    "IgG4相关性疾病或[淋巴瘤]",
    "[肺癌]健康教育",
    "[肺癌]检查",
    "[淋巴瘤]抗原",
    "要求[艾滋病]检查",
    "防[肺结核]",
    "照顾[肺结核]患者",
    "同事患[肺结核]",
    "母患[肺癌]",
    "20年前[肺结核]",
    "[肺结核]20余年",
    "98年[肺结核]",
    "幼时患[肺结核]",
    "未确诊[肺癌]",
    "[肺癌]误诊",
    "[肺癌]：否",
]
DISEASES = [
    "metastatic [lymphoma]",
    "[lymphoma], stage IV, on chemotherapy",
    "never treated [tuberculosis]",
    "ER neg [breast cancer]",
    "[prostate cancer] on active surveillance",
    "[HIV] serology positive",
    "[lymphoma] diagnosed 2023",
    "[HIV] tests reactive",
    "☑ [lymphoma]",
    "[lung cancer], cat scan 2021",
    "■[肺癌]",
    "左上[肺癌]伴转移",
    "[肺癌]靶向治疗中",
    "[艾滋病]检测阳性",
    "与肺结核患者密切接触后确诊[肺结核]",
    "[慢性乙型肝炎]3年",
]


def said(text: str) -> Stance:
    plain = fold(text)
    start, end = plain.index("["), plain.index("]") - 1
    return disease_stance(plain.replace("[", "").replace("]", ""), start, end)


@pytest.mark.parametrize("text", TOPICS)
def test_a_mere_topic_is_in_doubt(text: str) -> None:
    assert said(text) is Stance.DOUBTFUL


@pytest.mark.parametrize("text", DISEASES)
def test_a_disease_of_the_patient_is_none(text: str) -> None:
    assert said(text) is Stance.ASSERTED
