"""Diseases that a diagnosis names only in words: what each criterion answers. Silence would be the worst answer.

Each example is the plain eligible man of the worked patients, or the same chart as a woman's, with one diagnosis more.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.spec.plain_patient import judged as judged
from tests.spec.plain_patient import said

KNOWN = {
    ("E4", "met"): (
        *(
            "Hodgkin disease",
            "Hodgkin's disease",
            "Hodgkin lymphoma",
            "mycosis fungoides",
            "Sézary syndrome",
            "Burkitt's tumour",
        ),
        *(
            "Waldenström macroglobulinaemia",
            "华氏巨球蛋白血症",
            "何杰金病",
            "蕈样肉芽肿",
            "浆细胞骨髓瘤",
            "erythroleukaemia",
        ),
        *(
            "oligodendroglioma",
            "anaplastic astrocytoma",
            "high-grade glioma",
            "medulloblastoma",
            "neuroblastoma",
            "髓母细胞瘤",
        ),
        *(
            "choriocarcinoma",
            "绒癌",
            "Klatskin tumour",
            "Klatskin's tumor",
            "Wilms' tumour",
            "肾母细胞瘤",
            "hepatoblastoma",
        ),
        *(
            "Ewing sarcoma",
            "尤文肉瘤",
            "fibrosarcoma",
            "dermatofibrosarcoma protuberans",
            "carcinosarcoma",
            "malignant meningioma",
        ),
        *(
            "十二指肠乳头癌",
            "胰体尾癌",
            "肝门部胆管癌",
            "肺腺癌",
            "转移性癌",
            "原发性肝癌",
            "peritoneal carcinomatosis",
            "linitis plastica",
        ),
        *(
            "pancreatic head carcinoma",
            "invasive ductal carcinoma of the left breast",
            "metastatic adenocarcinoma",
            "Krukenberg tumour",
        ),
        *(
            "malignant neoplasms of the colon",
            "Paget's disease of the nipple",
            "lung cancer on chemotherapy",
            "chordoma of the clivus",
        ),
    ),
    ("E4", "suspected"): (
        *(
            "DLBCL",
            "NSCLC",
            "SCLC",
            "CLL",
            "AML",
            "CML",
            "MDS",
            "Castleman disease",
            "卡斯尔曼病",
            "Bowen's disease",
            "鲍温病",
        ),
        *(
            "IPMN",
            "high-grade dysplasia of the bile duct",
            "PanIN-3",
            "malignant cells in ascites",
            "neoplastic cells",
            "hepatoma",
        ),
        *(
            "neoplasm of the prostate",
            "tumor of the prostate",
            "tumour of the kidney",
            "pancreatic head tumor",
            "pancreatic head mass",
        ),
        *(
            "胰腺肿瘤",
            "胰头占位",
            "胰头占位性病变",
            "肝右叶占位",
            "间质瘤",
            "胰岛素瘤",
            "星形细胞瘤",
            "glioma",
            "astrocytoma",
            "thymoma",
        ),
        *(
            "找到癌细胞",
            "见癌组织",
            "癌浸润",
            "符合癌",
            "癌栓形成",
            "癌待排",
            "癌可能性大",
            "malignant neoplasm of skin of the nose",
            "basal cell cancer",
        ),
        *(
            "malignant melanoma in situ",
            "breast carcinoma in situ",
            "familial breast cancer",
            "myelofibrosis",
            "primary myelofibrosis",
        ),
        *(
            "essential thrombocythaemia",
            "Langerhans cell histiocytosis",
            "PTLD",
            "PTLD after transplant",
            "solid pseudopapillary neoplasm",
        ),
        *(
            "骨髓增生异常综合征",
            "系统性肥大细胞增多症",
            "嗜铬细胞瘤",
            "副神经节瘤",
            "恶性病变",
            "metastatic disease to the liver",
            "chemotherapy",
        ),
    ),
    ("E4", "equivocal"): (
        *("癌不能除外", "考虑癌", "疑癌", "可疑癌", "胰头占位待查", "胰腺肿瘤?", "tumor of the pancreas?"),
        *(
            "possible lymphoproliferative disorder",
            "suspicious for malignant cells",
            "pancreatic mass, malignancy not excluded",
            "性质待定,恶性不除外",
        ),
    ),
    ("E2", "met"): ("septic shock", "脓毒症休克", "尿脓毒症", "bacterial sepsis"),
    ("E2", "suspected"): (
        *(
            "invasive aspergillosis",
            "necrotizing fasciitis",
            "necrotising fasciitis",
            "cryptococcosis",
            "candidemia",
            "candidaemia",
        ),
        *(
            "PJP",
            "pneumocystosis",
            "mucormycosis",
            "disseminated zoster",
            "abscess of liver",
            "brain abscess",
            "psoas abscess",
        ),
        *(
            "spontaneous bacterial peritonitis",
            "septic arthritis",
            "bloodstream infection",
            "CMV colitis",
            "CMV retinitis",
        ),
        *(
            "侵袭性真菌病",
            "侵袭性肺曲霉病",
            "坏死性筋膜炎",
            "隐球菌性脑膜炎",
            "念珠菌血症",
            "毛霉菌病",
            "脑脓肿",
            "脓胸",
            "血流感染",
        ),
        *("自发性细菌性腹膜炎", "化脓性关节炎", "病毒性脑炎", "奴卡菌病", "肺孢子菌病"),
    ),
    ("E1", "suspected"): (
        *(
            "dialysis dependent",
            "dependence on renal dialysis",
            "on dialysis since 2019",
            "MODS",
            "multi-organ failure",
            "ESRD",
        ),
        *(
            "CKD stage 5",
            "CKD 4",
            "chronic kidney disease, stage 4 (severe)",
            "stage V CKD",
            "hepatorenal syndrome",
            "cardiac failure",
        ),
        *(
            "left ventricular failure",
            "NYHA class IV",
            "ARDS",
            "home oxygen",
            "ventilator dependent",
            "acute-on-chronic liver failure",
        ),
        *(
            "多器官功能障碍",
            "多脏器功能衰竭",
            "维持性血液透析",
            "CKD5期",
            "心衰",
            "慢性肾衰",
            "肝性脑病",
            "依赖呼吸机",
            "长期家庭氧疗",
        ),
    ),
    ("E1", "no-data"): (
        "CKD stage 3",
        "chronic kidney disease, stage 3a",
        "CKD3期",
        "慢性肾脏病2期",
        "renal insufficiency",
        "肾功能不全",
    ),
    ("E3", "met"): (
        *(
            "combined immunodeficiency",
            "hyper-IgE syndrome",
            "Bruton's agammaglobulinaemia",
            "ataxia-telangiectasia",
            "Job syndrome",
        ),
        *(
            "common variable immunodeficiencies",
            "先天性无丙种球蛋白血症",
            "联合免疫缺陷病",
            "selective IgM deficiency",
            "adenosine deaminase deficiency",
        ),
    ),
    ("E3", "suspected"): (
        *(
            "immunosuppressed",
            "immunocompromised state",
            "agammaglobulinemia",
            "IgG deficiency",
            "C2 deficiency",
            "lymphopenia",
        ),
        *(
            "complement 4 deficiency",
            "hereditary angioedema",
            "DiGeorge syndrome",
            "免疫抑制状态",
            "免疫力低下",
            "无丙种球蛋白血症",
            "IgG缺乏",
        ),
        *("drug-induced immunosuppression", "粒缺"),
    ),
    ("E8a", "suspected"): ("hepatitis B virus", "HBV reactivation", "澳抗阳性", "乙肝病毒携带", "type B hepatitis"),
    ("E9", "suspected"): (
        "Mantoux positive",
        "inactive tuberculosis of lung",
        "lupus vulgaris",
        "寻常狼疮",
        "肺痨",
        "Pott's spine",
    ),
}
"""{(criterion, its answer): diagnoses in words}."""

HER = {"gender": "female", "birthDate": "1990-05-05"}

OF_WOMEN = {
    ("E7", "met"): (
        "pre-eclampsia",
        "placenta previa",
        "multiple gestation",
        "先兆流产",
        "前置胎盘",
        "孕产妇",
        "trying to get pregnant",
        "积极备孕",
    ),
    ("E7", "suspected"): (
        "20 weeks gestation",
        "prenatal visit",
        "产检",
        "胎心",
        "embryo transfer",
        "促排卵",
        "third trimester",
    ),
}

NOT_HIT = {
    "E4": (
        *(
            "adenoma of the colon",
            "colonic polyp",
            "lipoma",
            "haemangioma of liver",
            "hepatic hemangioma",
            "leiomyoma of uterus",
        ),
        *(
            "benign neoplasm of colon",
            "benign tumour of the parotid",
            "Warthin tumor",
            "pleomorphic adenoma",
            "meningioma",
            "mature teratoma",
        ),
        *(
            "CEA elevated",
            "tumor markers elevated",
            "raised tumour markers",
            "cancer antigen 125 raised",
            "癌胚抗原升高",
            "肿瘤标志物升高",
        ),
        *(
            "鳞癌抗原升高",
            "糖类抗原19-9升高",
            "orbital pseudotumor",
            "inflammatory pseudotumor",
            "inflammatory pseudotumour of lung",
            "炎性假瘤",
        ),
        *(
            "眼眶假瘤",
            "炎性假性肿瘤",
            "tumor necrosis factor receptor-associated periodic syndrome",
            "on anti-tumor necrosis factor",
            "肿瘤坏死因子升高",
        ),
        *(
            "cancer screening",
            "colorectal cancer screening",
            "screening for malignant neoplasm of breast",
            "宫颈癌筛查",
            "防癌体检",
            "肿瘤筛查",
        ),
        *(
            "HPV疫苗接种(宫颈癌疫苗)",
            "抗癌药物使用咨询",
            "癌前病变",
            "恐癌症",
            "fear of cancer",
            "risk of malignancy",
            "family history of cancer",
        ),
        *(
            "Family history of malignant neoplasm of breast",
            "家族恶性肿瘤史",
            "母亲患肺癌",
            "father: colon cancer",
            "breast cancer susceptibility gene",
        ),
        *(
            "no malignant cells seen",
            "未见癌细胞",
            "未见恶性",
            "未见肿瘤",
            "无占位",
            "未见占位性病变",
            "cancer ruled out",
            "negative for malignancy",
        ),
        *(
            "malignant hypertension",
            "Hypertensive heart disease, malignant",
            "malignant hyperthermia",
            "neuroleptic malignant syndrome",
        ),
        *(
            "恶性高血压",
            "恶性高热",
            "恶性疟",
            "转移性右下腹痛",
            "metastatic calcification",
            "占位效应",
            "monoclonal gammopathy of undetermined significance",
        ),
        *(
            "MGUS",
            "aortic aneurysm",
            "主动脉瘤",
            "子宫肌瘤",
            "肾囊肿",
            "脂肪瘤",
            "肝血管瘤",
            "甲状腺结节",
            "甲状腺腺瘤",
            "肿瘤科随访",
            "body mass index",
        ),
        *(
            "multiple endocrine neoplasia type 1",
            "cervical intraepithelial neoplasia grade 1",
            "non-neoplastic nodule",
            "exercise capacity 4 METs",
        ),
        *(
            "anti-GBM disease",
            "类白血病反应",
            "良性占位",
            "抗结核化疗",
            "Left renal AML (angiomyolipoma)",
            "Type 2 diabetes mellitus (HCC)",
        ),
    ),
    "E2": (
        *(
            "eosinophilic pneumonia",
            "organizing pneumonia",
            "cryptogenic organising pneumonia",
            "pneumonia vaccine",
            "接种肺炎疫苗",
            "肺炎球菌疫苗",
        ),
        *(
            "肺炎支原体抗体阳性",
            "肺炎克雷伯菌",
            "机化性肺炎",
            "嗜酸性粒细胞性肺炎",
            "间质性肺炎",
            "放射性肺炎",
            "hypersensitivity pneumonitis",
        ),
        *(
            "肥厚性硬脑膜炎",
            "hypertrophic pachymeningitis",
            "zoster vaccine",
            "shingles vaccination",
            "带状疱疹疫苗",
            "带状疱疹后神经痛",
        ),
        *(
            "postherpetic neuralgia",
            "sepsis screening",
            "aseptic necrosis of the femoral head",
            "PJP prophylaxis",
            "cellulitis",
            "COVID-19",
            "cystitis",
        ),
        *(
            "cholangitis",
            "胆管炎",
            "上呼吸道感染",
            "urinary tract infection",
            "Libman-Sacks endocarditis",
            "no candidemia",
            "未见侵袭性真菌感染",
        ),
        *("chronic recurrent multifocal osteomyelitis", "varicella-zoster virus IgG positive"),
    ),
    "E1": (
        *(
            "heart failure clinic",
            "no dialysis",
            "无尿频、尿急",
            "无心衰",
            "renal cyst",
            "fatty liver",
            "proteinuria",
            "hydronephrosis",
            "肾结石",
        ),
        *("respiratory tract infection", "hypertension", "mitral regurgitation", "肝囊肿"),
    ),
    "E3": (
        *(
            "iron deficiency",
            "vitamin D deficiency",
            "G6PD deficiency",
            "human immunodeficiency virus negative",
            "人类免疫缺陷病毒抗体阴性",
        ),
        *(
            "Bruton tyrosine kinase inhibitor",
            "immunization",
            "autoimmune disease",
            "免疫球蛋白升高",
            "hypergammaglobulinemia",
            "补体降低",
        ),
    ),
    "E8a": (
        "hepatitis A",
        "hepatitis C",
        "甲型肝炎",
        "丙型病毒性肝炎",
        "HBV DNA未检出",
        "乙肝病毒表面抗体阳性",
        "hepatitis B virus vaccine",
    ),
    "E8b": ("HIV negative", "HIV screening", "hearing aids", "HIV抗体阴性", "human immunodeficiency virus negative"),
    "E9": (
        "TB test negative",
        "nontuberculous mycobacterial infection",
        "卡介苗接种",
        "encounter for testing for latent tuberculosis infection",
    ),
}
"""{criterion: diagnoses in words that leave its answer as it is}."""

OF_WOMEN_NOT = (
    *(
        "pregnancy test negative",
        "妊娠试验阴性",
        "not pregnant",
        "不打算怀孕",
        "避孕",
        "antenatal screening for aneuploidy",
        "phantom pregnancy",
    ),
    *("pregnancy prevention", "infertility", "不孕症", "family history of pre-eclampsia", "孕酮升高"),
)


def diagnosis(words: str) -> dict[str, Any]:
    return {"resourceType": "Condition", "code": {"text": words}, "onsetDateTime": "2021-02-20"}


def pairs(known: dict[tuple[str, str], tuple[str, ...]]) -> list[tuple[str, str, str]]:
    return [(criterion, answer, words) for (criterion, answer), names in known.items() for words in names]


@pytest.mark.parametrize(("criterion", "answer", "words"), pairs(KNOWN))
def test_a_disease_in_words_is_known(judged, criterion, answer, words) -> None:
    assert said(judged(diagnosis(words)), criterion) == answer


@pytest.mark.parametrize(("criterion", "answer", "words"), pairs(OF_WOMEN))
def test_a_womans_diagnosis_in_words_is_known(judged, criterion, answer, words) -> None:
    assert said(judged(diagnosis(words), **HER), criterion) == answer


@pytest.mark.parametrize(("criterion", "words"), [(c, words) for c, names in NOT_HIT.items() for words in names])
def test_what_only_sounds_like_it_changes_nothing(judged, criterion, words) -> None:
    found = judged(diagnosis(words))
    assert said(found, criterion) == said(judged(), criterion)


@pytest.mark.parametrize("words", OF_WOMEN_NOT)
def test_what_only_sounds_like_a_pregnancy_is_none(judged, words) -> None:
    assert said(judged(diagnosis(words), **HER), "E7") == said(judged(**HER), "E7")


@pytest.mark.parametrize("words", ["history of malignancy", "h/o cancer", "癌症病史", "恶性肿瘤化疗后"])
def test_a_malignancy_that_was_is_asked_about(judged, words) -> None:
    undated = {"resourceType": "Condition", "code": {"text": words}}
    assert said(judged(undated), "E4") == "imprecise-date"


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        *(
            (words, "judgement")
            for words in ("IgG4-associated cholangitis", "IgG4 cholangiopathy", "IgG4肾病", "IgG4-SC")
        ),
        *(
            (words, "equivocal")
            for words in ("chronic sialadenitis", "periaortitis", "硬化性唾液腺炎", "orbital granuloma")
        ),
        *(
            (words, "no-data")
            for words in ("IgG4 deficiency", "cholangitis", "泪腺肿大", "hypertrophic pachymeningitis")
        ),
    ],
)
def test_the_disease_itself_in_words(judged, words, answer) -> None:
    assert said(judged(diagnosis(words), without=("acr-eular-2019-igg4rd-score", "D89.84")), "I3") == answer
