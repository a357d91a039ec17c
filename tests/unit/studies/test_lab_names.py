"""How laboratories call the tests that NCT04660565 needs, where they give no code: each name leads to its value set."""

from __future__ import annotations

from pathlib import Path

import pytest

from fhir_screener.studies.load import Catalog
from fhir_screener.terminology.coding import Concept
from fhir_screener.terminology.terms import Terminology

NAMES = {
    "hbsag": "HBsAg|HBSAG QUAL|Hepatitis B Surface Ag|HEP B SURF AG|HBs-Antigen|乙肝表面抗原定量|乙型肝炎病毒表面抗原|HBsAg(化学发光法)",
    "anti-hbc": "Hep B Core Ab, Total|anti-HBc total|HBc抗体|乙型肝炎病毒核心抗体|抗-HBc",
    "hbv-dna": "HBV viral load|Hepatitis B DNA, Quant|HBV-DNA载量|乙肝病毒DNA定量",
    "hiv-screen": "HIV 1/2 Ag/Ab|HIV 1/2 antigen/antibody, fourth generation|HIV抗原抗体|人类免疫缺陷病毒抗体",
    "igra": "QuantiFERON-TB Gold Plus|QFT-Plus|TB-IGRA|γ-干扰素释放试验",
    "tspot-panel": "T-SPOT.TB|TSPOT|结核感染T细胞斑点试验",
    "hcg-qualitative": "Pregnancy test, urine|POC urine HCG|UPT|尿妊娠试验",
    "hcg-quantitative": "bHCG|HCG, total beta|血HCG|β人绒毛膜促性腺激素",
    "serum-igg4": "IgG4, serum|IGG SUBCLASS 4|血清IgG4|免疫球蛋白G4",
    "egfr": "Estimated GFR|eGFR CKD-EPI 2021|eGFRcr|估算肾小球滤过率",
    "platelets": "PLT|Platelet count|Thrombocytes|血小板计数",
    "eosinophils-absolute": "Absolute eosinophil count|Eos Abs|嗜酸性粒细胞绝对值",
    "bilirubin-total": "T.Bili|Bilirubin, total|总胆红素",
    "inr": "PT-INR|Prothrombin INR|国际标准化比值",
    "lvef": "LVEF|Ejection fraction|左室射血分数",
    "spo2": "O2 sat|SpO2|血氧饱和度",
    "ppd": "PPD induration|Mantoux|结核菌素试验",
    "hiv-rna": "HIV viral load|HIV-1 RNA, quantitative PCR|HIV病毒载量",
    "tb-culture-naat": "Xpert MTB/RIF|MTB/RIF Ultra|结核杆菌PCR",
}
OTHERS = "HBsAb|anti-HBs|乙肝表面抗体|HBV DNA genotype|Hepatitis C antibody|丙肝抗体|IgG|IgG1|免疫球蛋白G|IgG4 index|Total sleep time"
"""Tests of something else, or of too much else, by names that are near."""


@pytest.fixture(scope="module")
def terms() -> Terminology:
    return Catalog(Path(__file__).parents[3] / "mappings").load(["NCT04660565"]).terminology


@pytest.mark.parametrize(("name", "value_set"), [(n, s) for s, names in NAMES.items() for n in names.split("|")])
def test_a_name_leads_to_its_test(terms: Terminology, name: str, value_set: str) -> None:
    assert value_set in terms.classify(Concept((), name))


@pytest.mark.parametrize("name", OTHERS.split("|"))
def test_another_test_stays_another(terms: Terminology, name: str) -> None:
    assert not terms.classify(Concept((), name)).keys() & NAMES.keys()
