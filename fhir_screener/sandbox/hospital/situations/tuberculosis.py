"""Active tuberculosis, by T-SPOT or another immunologic test and chest imaging (E9)."""

from __future__ import annotations

from fhir_screener.sandbox.hospital.charting import Charting
from fhir_screener.sandbox.hospital.dates import When, days_ago, months_ago, years_ago
from fhir_screener.sandbox.hospital.people import ELDER
from fhir_screener.sandbox.hospital.situations.row import FINER, TEXT, Row, then
from fhir_screener.sandbox.hospital.systems import INTERPRETATION, LOINC, SNOMED, Json, concept
from fhir_screener.sandbox.hospital.truth import EQUIVOCAL, MET, NO_DATA, NOT_MET, SUSPECTED

LAST = days_ago(14)
NORMAL = ("17621005", "Normal")
NEGATIVE = ("260385009", "Negative")
ACTIVE = ("427099000", "Active tuberculosis")
INACTIVE = ("428697002", "Inactive tuberculosis of lung (disorder)")


def spots(
    c: Charting, a: float, b: float, nil: float = 0, mitogen: float = 240, *, on: When = LAST, flag: str | None = None
) -> None:
    """A T-SPOT with its four counts, as components of one Observation, as members of a panel, or singly."""
    counts = {"tspot-a": a, "tspot-b": b, "tspot-nil": nil, "tspot-mitogen": mitogen}
    style, timing = c.rng.random(), c.timing(on)
    if style < 0.5:
        c.test("tspot", on, {"component": [c.part(key, count) for key, count in counts.items()]}, flag=flag)
        return
    parts = [c.test(key, on, count, subject=style < 0.75, timing=timing) for key, count in counts.items()]
    if style > 0.75:
        made = c.panel("tspot", on, parts, timing)
        if flag:
            made["interpretation"] = [concept(INTERPRETATION, flag)]


def chest_clear(c: Charting, on: When | None = None) -> None:
    """Chest imaging without activity, concluded in a code."""
    c.chest_image(on or days_ago(c.rng.randint(3, 75)), c.rng.choice((NORMAL, NEGATIVE)))


def clear(c: Charting) -> None:
    """T-SPOT negative and the chest clear."""
    spots(c, c.rng.randint(0, 3), c.rng.randint(0, 3), c.rng.randint(0, 1), c.rng.randint(120, 300), flag="NEG")
    chest_clear(c)


def quantiferon(c: Charting, tb1: float, nil: float, mitogen: float, result: str) -> None:
    """A QuantiFERON: TB1 minus nil, nil and mitogen minus nil in IU/mL, and the laboratory's reading."""
    timing = c.timing(LAST)
    for key, value in (("qft-tb1", tb1), ("qft-nil", nil), ("qft-mitogen", mitogen)):
        c.test(key, LAST, value, timing=timing)
    c.test("quantiferon", LAST, result, timing=timing)


def _image_as_observation(c: Charting) -> None:
    spots(c, 1, 0)
    code = concept(LOINC, "24627-2", "CT Chest")
    body: Json = {"status": "final", "code": code, "subject": c.patient, "effectiveDateTime": c.moment(LAST)}
    c.write("Observation", {**body, "valueCodeableConcept": concept(SNOMED, *NEGATIVE)})


def _said(c: Charting, words: str, a: float = 0) -> None:
    spots(c, a, 1)
    c.chest_image(LAST, words=words)


CLEAR = [
    Row("E9", "T-SPOT negative, chest clear", NOT_MET, clear),
    Row("E9", "T-SPOT 3 and 4 spots, chest clear", NOT_MET, then(lambda c: spots(c, 3, 4), chest_clear)),
    Row("E9", "T-SPOT negative and chest clear three months ago to the day", NOT_MET,
        then(lambda c: spots(c, 0, 1, on=months_ago(3)), lambda c: chest_clear(c, months_ago(3)))),
    Row("E9", "QuantiFERON negative, chest clear", NOT_MET,
        then(lambda c: quantiferon(c, 0.02, 0.05, 8.4, "negative"), chest_clear)),
    # 0.5 IU/mL is above 0.35, but less than a quarter of nil.
    Row("E9", "QuantiFERON 0.5 above a nil of 4, chest clear", NOT_MET,
        then(lambda c: quantiferon(c, 0.5, 4.0, 6.0, "negative"), chest_clear), needs=FINER),
    Row("E9", "tuberculin test 0 mm, chest clear", NOT_MET,
        then(lambda c: c.test("ppd", LAST, 0), chest_clear), needs=FINER),
    Row("E9", "T-SPOT negative, chest CT as an observation", NOT_MET, _image_as_observation),
    Row("E9", "negative; came for tuberculosis screening", NOT_MET,
        then(
            clear,
            lambda c: c.problem(
                "tuberculosis-screening", days_ago(15), category="encounter-diagnosis", visit=c.visit(days_ago(15))))),
    Row("E9", "T-SPOT negative, CT: no sign of active tuberculosis", NOT_MET,
        lambda c: _said(c, "Lungs clear, no pleural effusion. No evidence of active tuberculosis."), needs=TEXT),
    Row("E9", "T-SPOT negative, CT in Chinese: no sign of active tuberculosis", NOT_MET,
        lambda c: _said(c, "双肺未见活动性结核征象,胸腔未见积液。"), needs=TEXT),
]  # fmt: skip

ACTIVE_DISEASE = [
    Row("E9", "pulmonary tuberculosis since six weeks", MET, lambda c: c.problem("tuberculosis", days_ago(42))),
    Row("E9", "tuberculosis without a category", MET,
        lambda c: c.problem("tuberculosis", days_ago(30), category=None)),
    Row("E9", "M. tuberculosis DNA detected in sputum", MET, lambda c: c.test("tb-dna", days_ago(12), "positive")),
    Row("E9", "chest imaging: active tuberculosis", MET, lambda c: c.chest_image(days_ago(9), ACTIVE)),
    Row("E9", "tuberculosis coded at two encounters", MET, then(lambda c: _once(c, 50), lambda c: _once(c, 30))),
]  # fmt: skip


def _once(c: Charting, days: int) -> None:
    c.problem("tuberculosis", days_ago(days), category="encounter-diagnosis", visit=c.visit(days_ago(days)))


OPEN = [
    # Infection is not active disease: neither a silent exclusion nor to be ignored.
    Row("E9", "T-SPOT 22 and 15 spots, chest clear", SUSPECTED, then(lambda c: spots(c, 22, 15, 1), chest_clear)),
    Row("E9", "T-SPOT 8 spots above nil, chest clear", SUSPECTED, then(lambda c: spots(c, 10, 2, 2), chest_clear)),
    Row("E9", "QuantiFERON positive, chest clear", SUSPECTED,
        then(lambda c: quantiferon(c, 2.1, 0.1, 7.5, "positive"), chest_clear)),
    Row("E9", "tuberculin test 18 mm, chest clear", SUSPECTED, then(lambda c: c.test("ppd", LAST, 18), chest_clear)),
    Row("E9", "latent tuberculosis", SUSPECTED,
        then(clear, lambda c: c.problem("latent-tuberculosis", days_ago(40)))),
    Row("E9", "history of tuberculosis", SUSPECTED,
        then(clear, lambda c: c.problem("old-tuberculosis", years_ago(25), recorded=years_ago(3))), who=ELDER),
    Row("E9", "tuberculosis 20 years ago, over", SUSPECTED,
        then(clear, lambda c: c.problem("tuberculosis", years_ago(20), ended=years_ago(19), clinical="resolved")),
        who=ELDER),
    Row("E9", "tuberculosis coded at one encounter only", SUSPECTED, then(clear, lambda c: _once(c, 35))),
    Row("E9", "T-SPOT negative, chest imaging: inactive tuberculosis", SUSPECTED,
        then(lambda c: spots(c, 0, 0), lambda c: c.chest_image(LAST, INACTIVE))),
    Row("E9", "T-SPOT positive, CT in Chinese: old lesion", SUSPECTED,
        lambda c: _said(c, "右肺上叶陈旧性结核灶。", a=26), needs=TEXT),
    # Borderline is 5 to 7 spots.
    Row("E9", "T-SPOT 6 spots, chest clear", EQUIVOCAL, then(lambda c: spots(c, 6, 2), chest_clear)),
    Row("E9", "T-SPOT invalid, nil 14 spots", EQUIVOCAL, then(lambda c: spots(c, 15, 14, 14), chest_clear)),
    Row("E9", "T-SPOT invalid, mitogen 9 spots", EQUIVOCAL, then(lambda c: spots(c, 0, 1, 0, 9), chest_clear)),
    Row("E9", "QuantiFERON indeterminate", EQUIVOCAL,
        then(lambda c: quantiferon(c, 0.02, 0.1, 0.2, "indeterminate"), chest_clear)),
    Row("E9", "tuberculosis, provisional", EQUIVOCAL,
        then(clear, lambda c: c.problem("tuberculosis", days_ago(10), verified="provisional"))),
]  # fmt: skip

NONE = [
    Row("E9", "T-SPOT negative, no chest imaging", NO_DATA, lambda c: spots(c, 0, 1)),
    Row("E9", "chest clear, no immunologic test", NO_DATA, chest_clear),
    Row("E9", "T-SPOT negative five months ago, chest clear now", NO_DATA,
        then(lambda c: spots(c, 1, 0, on=months_ago(5)), chest_clear)),
    Row("E9", "chest imaging four months ago, T-SPOT negative now", NO_DATA,
        then(lambda c: spots(c, 1, 0), lambda c: chest_clear(c, months_ago(4)))),
    Row("E9", "infection by another mycobacterium", NO_DATA, lambda c: c.problem("other-mycobacteria", years_ago(2))),
    Row("E9", "M. tuberculosis DNA not detected, nothing else", NO_DATA,
        lambda c: c.test("tb-dna", days_ago(12), "negative")),
]  # fmt: skip

ROWS = [*CLEAR, *ACTIVE_DISEASE, *OPEN, *NONE]
