"""Malignancy within ten years (E4)."""

from __future__ import annotations

from fhir_screener.sandbox.hospital.charting import Charting
from fhir_screener.sandbox.hospital.dates import days_ago, months_ago, years_ago
from fhir_screener.sandbox.hospital.people import ELDER, MAN, OLDER_MAN, WOMAN
from fhir_screener.sandbox.hospital.situations.row import FINER, TEXT, Row, then
from fhir_screener.sandbox.hospital.systems import LOINC, SNOMED, concept
from fhir_screener.sandbox.hospital.truth import EQUIVOCAL, IMPRECISE, MET, NO_DATA, NOT_MET, SUSPECTED

EDGE = years_ago(10)


def _once(c: Charting, key: str, days: int) -> None:
    c.problem(key, days_ago(days), category="encounter-diagnosis", visit=c.visit(days_ago(days)))


def _with_pathology(c: Charting) -> None:
    _once(c, "lung-cancer", 50)
    found = [concept(SNOMED, "363358000", "Malignant tumor of lung")]
    study = concept(LOINC, "11526-1", "Pathology study")
    c.report("Surgical pathology", study, days_ago(44), section="PAT", conclusionCode=found)


def _until_a_year(c: Charting) -> None:
    c.problem("colon-cancer", years_ago(9), ended=str(c.as_of.year - 7), clinical="resolved")


MET_ROWS = [
    Row("E4", "breast cancer two years ago", MET, lambda c: c.problem("breast-cancer", years_ago(2)), who=WOMAN),
    Row("E4", "thyroid cancer, active", MET, lambda c: c.problem("thyroid-cancer", years_ago(1))),
    Row("E4", "lymphoma without a category", MET, lambda c: c.problem("lymphoma", years_ago(4), category=None)),
    # remission included where onset lies in the window
    Row("E4", "colon cancer five years ago, in remission", MET,
        lambda c: c.problem("colon-cancer", years_ago(5), clinical="remission")),
    Row("E4", "lymph node metastases three years ago", MET,
        lambda c: c.problem("lymph-node-metastasis", years_ago(3))),
    Row("E4", "thyroid cancer coded at two encounters", MET,
        then(lambda c: _once(c, "thyroid-cancer", 90), lambda c: _once(c, "thyroid-cancer", 62))),
    Row("E4", "lung cancer coded once, confirmed by pathology", MET, _with_pathology, needs=FINER),
    # A dated abatement makes it a clock.
    Row("E4", "prostate cancer, over nine and a half years ago", MET,
        lambda c: c.problem("prostate-cancer", years_ago(12), ended=months_ago(114), clinical="resolved"),
        ends=months_ago(114), who=OLDER_MAN),
    Row("E4", "colon cancer, over ten years ago to the day", MET,
        lambda c: c.problem("colon-cancer", years_ago(13), ended=EDGE, clinical="resolved"), who=ELDER, ends=EDGE),
    Row("E4", "colon cancer, over four years ago", MET,
        lambda c: c.problem("colon-cancer", years_ago(6), ended=years_ago(4), clinical="resolved"),
        ends=years_ago(4)),
    # A partial end uses its last possible day.
    Row("E4", "colon cancer, end known to the year, seven years ago", MET,
        _until_a_year, ends=lambda as_of: str(as_of.year - 7)),
]  # fmt: skip

OPEN = [
    Row("E4", "pancreatic cancer coded at one encounter only", SUSPECTED,
        lambda c: _once(c, "pancreatic-cancer", 30)),
    Row("E4", "basal cell carcinoma of the skin two years ago", SUSPECTED,
        lambda c: c.problem("basal-cell", years_ago(2))),
    Row("E4", "carcinoma in situ of the breast", SUSPECTED,
        lambda c: c.problem("in-situ-breast", years_ago(3)), who=WOMAN),
    Row("E4", "polycythaemia vera", SUSPECTED, lambda c: c.problem("polycythaemia", years_ago(3))),
    # A tumour marker in a man; no evidence of pregnancy.
    Row("E4", "hCG positive in a man", SUSPECTED,
        lambda c: c.test("hcg", days_ago(9), "positive"), who=MAN, also={"E7": NOT_MET}),
    Row("E4", "cholangiocarcinoma as a differential diagnosis", EQUIVOCAL,
        lambda c: c.problem("bile-duct-cancer", days_ago(25), verified="differential")),
    Row("E4", "lung cancer, unconfirmed", EQUIVOCAL,
        lambda c: c.problem("lung-cancer", days_ago(25), verified="unconfirmed")),
    Row("E4", "mass of the pancreatic head, malignancy queried in words", EQUIVOCAL,
        lambda c: c.problem("pancreatic-cancer", days_ago(25), system="none", text="胰头占位待查:恶性肿瘤?"),
        needs=TEXT),
    Row("E4", "colon cancer 16 years ago, in remission, end not recorded", IMPRECISE,
        lambda c: c.problem("colon-cancer", years_ago(16), clinical="remission"), who=ELDER),
    Row("E4", "colon cancer 14 years ago, resolved, end not recorded", IMPRECISE,
        lambda c: c.problem("colon-cancer", years_ago(14), clinical="resolved"), who=ELDER),
    Row("E4", "breast cancer in the personal history, no dates", IMPRECISE,
        lambda c: c.problem("history-breast-cancer", recorded=days_ago(40)), who=WOMAN),
]  # fmt: skip

NONE = [
    Row("E4", "thyroid cancer 20 years ago, over for 15", NO_DATA,
        lambda c: c.problem("thyroid-cancer", years_ago(20), ended=years_ago(15), clinical="resolved"), who=ELDER),
    Row("E4", "colon cancer, over ten years and a day ago", NO_DATA,
        lambda c: c.problem("colon-cancer", years_ago(13), ended=years_ago(10, days=1), clinical="resolved"),
        who=ELDER),
    # Refuted leaves no-data: it does not prove that no other cancer exists.
    Row("E4", "pancreatic cancer refuted", NO_DATA,
        lambda c: c.problem(
            "pancreatic-cancer", months_ago(3), recorded=days_ago(30), clinical="inactive", verified="refuted")),
    Row("E4", "lung cancer entered in error", NO_DATA,
        lambda c: c.problem("lung-cancer", days_ago(80), clinical=None, verified="entered-in-error")),
    Row("E4", "breast cancer in the family", NO_DATA, lambda c: c.problem("family-cancer", recorded=days_ago(200))),
    Row("E4", "mother had breast cancer", NO_DATA,
        lambda c: c.relative("cm", "C50.911", "Malignant neoplasm of breast")),
    Row("E4", "screened for colon cancer", NO_DATA, lambda c: _once(c, "cancer-screening", 120)),
    Row("E4", "benign colon polyp", NO_DATA, lambda c: c.problem("colon-polyp", months_ago(8))),
]  # fmt: skip

ROWS = [*MET_ROWS, *OPEN, *NONE]
