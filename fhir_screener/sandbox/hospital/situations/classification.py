"""IgG4-related disease and its classification (I3, the anchor)."""

from __future__ import annotations

from fhir_screener.sandbox.hospital.charting import Charting
from fhir_screener.sandbox.hospital.dates import days_ago, months_ago, years_ago
from fhir_screener.sandbox.hospital.situations.row import FINER, TEXT, Row, then
from fhir_screener.sandbox.hospital.systems import quantity
from fhir_screener.sandbox.hospital.truth import EQUIVOCAL, JUDGEMENT, MET, NO_DATA, NOT_MET, SUSPECTED

# The organs the protocol lists, and one it leaves out although ACR/EULAR accepts it.
ORGANS = (
    ("15776009", "pancreas"),
    ("13561001", "lacrimal gland"),
    ("385294005", "salivary gland"),
    ("34707002", "biliary tract"),
    ("363654007", "orbit"),
    ("39607008", "lung"),
    ("82849001", "retroperitoneum"),
    ("15825003", "aorta"),
    ("64033007", "kidney"),
    ("69748006", "thyroid gland"),
)
MENINGES = ("1231004", "pachymeninges")


def classified(c: Charting, points: float = 0, days: int = 0) -> None:
    """Diagnosis and an investigator's score of 20 or more with one or two listed organs."""
    c.problem("igg4-rd", months_ago(c.rng.randint(1, 40)), recorded=days_ago(c.rng.randint(5, 25)))
    organs = c.rng.sample(ORGANS, c.rng.choice((1, 1, 2)))
    c.score(days_ago(days or c.rng.randint(2, 40)), points or c.rng.randint(20, 38), organs)


def igg4(c: Charting, level: float, unit: str, limit: float, days: int) -> None:
    """Serum IgG4 with the range the laboratory prints, in its own unit."""
    normal = [{"high": quantity(limit, unit)}]
    c.test("igg4", days_ago(days), {"valueQuantity": quantity(level, unit), "referenceRange": normal})


def _raised(c: Charting) -> None:
    classified(c)
    igg4(c, c.rng.randint(180, 900), "mg/dL", 135, c.rng.randint(5, 60))


def _score_only(c: Charting) -> None:
    c.score(days_ago(8), 23, ORGANS[:1], status="amended")


def _two_scores(c: Charting) -> None:
    c.problem("igg4-rd", months_ago(3))
    c.score(days_ago(70), 16, ORGANS[2:3])
    c.score(days_ago(6), 25, ORGANS[2:4])


def _fell(c: Charting) -> None:
    c.problem("igg4-rd", months_ago(5))
    c.score(days_ago(90), 24, ORGANS[:1])
    c.score(days_ago(10), 14, ORGANS[:1])


def _wrong_score_struck_out(c: Charting) -> None:
    classified(c, 22, 15)
    c.score(days_ago(3), 9, (), status="entered-in-error")


def _percent(c: Charting) -> None:
    classified(c)
    c.test("eosinophils-percent", days_ago(9), 32)
    c.test("wbc", days_ago(9), 6.0)
    c.touched.add("eosinophils")


CLASSIFIED = [
    Row("I3", "classified: diagnosis and score of 20 or more with a listed organ", MET, classified, signal=True),
    Row("I3", "classified with exactly 20 points", MET, lambda c: classified(c, 20), signal=True),
    Row("I3", "classified, serum IgG4 raised", MET, _raised, signal=True),
    Row("I3", "score of the investigator without a diagnosis code", MET, _score_only, signal=True),
    # The latest valid score speaks.
    Row("I3", "16 points two months ago, 25 last week", MET, _two_scores, signal=True),
    Row("I3", "classified; a low score entered in error", MET, _wrong_score_struck_out, signal=True),
    # A percentage is not a count: 32 % of 6.0 is 1,920/uL, below 3,000/uL.
    Row("I3", "classified; eosinophils 32 percent", MET, _percent, signal=True),
    Row(
        "I3",
        "classified; PR3 antibodies negative",
        MET,
        then(classified, lambda c: c.test("pr3", days_ago(20), "negative")),
        signal=True,
    ),
]


def _pair(c: Charting, key: str, value: float, unit: str = "") -> None:
    classified(c)
    c.test(key, days_ago(7), value, unit=unit)


AGAINST = [
    Row("I3", "14 points at the latest scoring", NOT_MET, _fell, signal=True),
    Row("I3", "IgG4-RD refuted, nothing else", NOT_MET,
        lambda c: c.problem("igg4-rd", months_ago(2), recorded=days_ago(14), clinical="inactive", verified="refuted"),
        signal=True),
    Row("I3", "score of 22 without an organ", SUSPECTED,
        then(lambda c: c.problem("igg4-rd", months_ago(2)), lambda c: c.score(days_ago(5), 22, ())), signal=True),
    # The protocol's organ list lacks the pachymeninges.
    Row("I3", "score of 24, only the pachymeninges", SUSPECTED,
        then(lambda c: c.problem("igg4-rd", months_ago(2)), lambda c: c.score(days_ago(5), 24, (MENINGES,))),
        signal=True),
    Row("I3", "classified; eosinophils 3.4 x 10^9/L", SUSPECTED, lambda c: _pair(c, "eosinophils", 3.4), signal=True),
    Row("I3", "classified; eosinophils 3600/uL", SUSPECTED,
        lambda c: _pair(c, "eosinophils", 3600, "/uL"), signal=True),
    Row("I3", "classified; PR3 antibodies positive", SUSPECTED,
        then(classified, lambda c: c.test("pr3", days_ago(20), "positive")), signal=True),
    Row("I3", "classified; MPO antibodies positive", SUSPECTED,
        then(classified, lambda c: c.test("mpo", days_ago(20), "positive")), signal=True),
]  # fmt: skip

OPEN = [
    Row("I3", "diagnosis of IgG4-RD, not scored", JUDGEMENT,
        lambda c: c.problem("igg4-rd", months_ago(4)), signal=True),
    Row("I3", "diagnosis without status or category, not scored", JUDGEMENT,
        lambda c: c.problem("igg4-rd", months_ago(6), verified=None, category=None), signal=True),
    Row("I3", "IgG4-RD in Chinese words under a rest code", JUDGEMENT,
        lambda c: c.problem("igg4-rd", months_ago(4), system="none", text="IgG4相关性疾病"), needs=TEXT, signal=True),
    Row("I3", "IgG4-RD provisional", EQUIVOCAL,
        lambda c: c.problem("igg4-rd", days_ago(20), verified="provisional"), signal=True),
    Row("I3", "IgG4-RD as a differential diagnosis", EQUIVOCAL,
        lambda c: c.problem("igg4-rd", days_ago(20), verified="differential"), signal=True),
    Row("I3", "score still preliminary", EQUIVOCAL,
        lambda c: c.score(days_ago(2), 26, ORGANS[:1], status="preliminary"), signal=True),
    Row("I3", "serum IgG4 2.4 times its limit, nothing else", EQUIVOCAL,
        lambda c: igg4(c, 3.24, "g/L", 1.35, 25), signal=True),
    Row("I3", "serum IgG4 2700 mg/L, nothing else", EQUIVOCAL,
        lambda c: igg4(c, 2700, "mg/L", 1350, 19), signal=True),
    Row("I3", "retroperitoneal fibrosis alone", EQUIVOCAL,
        lambda c: c.problem("retroperitoneal-fibrosis", months_ago(7)), signal=True),
    Row("I3", "multifocal fibrosclerosis alone", EQUIVOCAL,
        lambda c: c.problem("fibrosclerosis", months_ago(7)), signal=True),
    Row("I3", "sclerosing cholangitis of unknown cause alone", EQUIVOCAL,
        lambda c: c.problem("sclerosing-cholangitis", months_ago(5)), signal=True),
    Row("I3", "K86.1 whose text names an autoimmune pancreatitis", EQUIVOCAL,
        lambda c: c.problem("chronic-pancreatitis", months_ago(5), system="who", text="自身免疫性胰腺炎"),
        needs=TEXT, signal=True),
    Row("I3", "Mikulicz disease in words", EQUIVOCAL,
        lambda c: c.problem("fibrosclerosis", months_ago(5), system="none", text="米库利兹病"),
        needs=TEXT, signal=True),
]  # fmt: skip


def _mother(c: Charting) -> None:
    c.relative("cm", "D89.84", "IgG4-related disease")


NO_SIGNAL = [
    Row("I3", "chronic pancreatitis", NO_DATA, lambda c: c.problem("chronic-pancreatitis", years_ago(4))),
    Row("I3", "primary sclerosing cholangitis", NO_DATA,
        lambda c: c.problem("primary-sclerosing-cholangitis", years_ago(4)), needs=FINER),
    Row("I3", "Hashimoto thyroiditis", NO_DATA, lambda c: c.problem("hashimoto", years_ago(6))),
    Row("I3", "hydronephrosis", NO_DATA, lambda c: c.problem("hydronephrosis", days_ago(30))),
    Row("I3", "serum IgG4 in its range", NO_DATA, lambda c: c.test("igg4", days_ago(30), 0.64)),
    Row("I3", "IgG4-RD entered in error", NO_DATA,
        lambda c: c.problem("igg4-rd", days_ago(50), clinical=None, verified="entered-in-error")),
    Row("I3", "mother had IgG4-RD", NO_DATA, _mother),
]  # fmt: skip

ROWS = [*CLASSIFIED, *AGAINST, *OPEN, *NO_SIGNAL]
