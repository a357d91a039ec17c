"""The everyday of a hospital: visits, blood counts, blood pressure and the drugs half the town takes.

Nothing written here bears on the trial. Tests a situation owns (`touched`) are left alone, so that no later
normal value speaks against it.
"""

from __future__ import annotations

from fhir_screener.sandbox.hospital.charting import Charting
from fhir_screener.sandbox.hospital.dates import When, days_ago
from fhir_screener.sandbox.hospital.drugs import Dose
from fhir_screener.sandbox.hospital.laboratory import TESTS
from fhir_screener.sandbox.hospital.systems import LOINC, Json, coding, concept, quantity

CHEMISTRY = ("creatinine", "egfr", "alt", "ast", "bilirubin", "albumin", "glucose", "sodium", "potassium", "urate")
COUNTS = ("wbc", "hemoglobin", "platelets", "eosinophils")
LIPIDS = ("cholesterol", "triglyceride")
OTHERS = ("hba1c", "tsh", "crp")
BEDSIDE = ("pulse", "temperature", "weight", "oxygen")

# illness: drugs that go with it, and how much of them
ILLNESSES: dict[str, tuple[tuple[str, Dose], ...]] = {
    "hypertension": (("amlodipine", Dose(5)), ("valsartan", Dose(80)), ("metoprolol", Dose(25, 2))),
    "diabetes": (("metformin", Dose(500, 2)), ("acarbose", Dose(50, 3)), ("insulin glargine", Dose(0.7))),
    "hyperlipidaemia": (("atorvastatin", Dose(20)),),
    "coronary": (("aspirin", Dose(100)), ("clopidogrel", Dose(75))),
    "osteoarthritis": (("celecoxib", Dose(200)),),
    "reflux": (("omeprazole", Dose(20)),),
    "gout": (("allopurinol", Dose(100)),),
    "asthma": (("salbutamol", Dose(0.1, 2)),),
    "hypothyroidism": (("levothyroxine", Dose(0.05)),),
    "cataract": (),
    "gallstones": (),
    "cold": (),
}
VACCINES = (
    ("141", "Influenza, seasonal, injectable"),
    ("133", "Pneumococcal conjugate PCV 13"),
    ("187", "zoster recombinant"),
)
# Tests that bear on the trial are never known by their Chinese name alone: that would be a fact to read.
HARMLESS = frozenset({"glucose", "sodium", "potassium", "urate", "alt", "ast", "hba1c", "tsh", "hemoglobin"})
PROCEDURES = (
    ("73761001", "Colonoscopy"),
    ("29303009", "Electrocardiographic procedure"),
    ("80146002", "Excision of appendix"),
    ("40701008", "Echocardiography"),
)


def write(c: Charting, *, full: bool = True) -> None:
    """A patient's everyday: 20 to 50 records for a full chart, a few for a slim one."""
    dice = c.rng
    oldest = min(900, (c.as_of - c.person.birth).days - 20)
    days = sorted((dice.randint(2, oldest) for _ in range(dice.randint(2, 5) if full else 1)), reverse=True)
    for day in days:
        _visit(c, days_ago(day), full)
    adult = c.person.age(c.as_of) >= 18
    for illness in dice.sample(tuple(ILLNESSES), dice.choice((0, 1, 2, 3)) if adult and full else 0):
        _illness(c, illness)
    if c.person.sex == "male" and adult and dice.random() < 0.1:
        c.problem("prostate", days_ago(dice.randint(100, 2000)))
        c.statement("tamsulosin", days_ago(dice.randint(20, 90)), dose=Dose(0.2), asserted=days_ago(15))
    if dice.random() < 0.25:
        c.vaccine(*dice.choice(VACCINES), days_ago(dice.randint(30, 900)))
    if adult and dice.random() < 0.25:
        code, display = dice.choice(PROCEDURES)
        c.procedure(concept("sct", code, display), days_ago(dice.randint(10, 1500)))
    _slips(c)


def _visit(c: Charting, on: When, full: bool) -> None:
    """One encounter with its vital signs and one or two panels of blood tests, some under a laboratory report."""
    stay = c.rng.random() < 0.15
    visit = c.visit(on, inpatient=stay, until=days_ago(max(on.days - c.rng.randint(2, 9), 1)) if stay else None)
    if c.rng.random() < 0.6:
        _pressure(c, on, visit)
    for key in c.rng.sample(BEDSIDE, 1):
        _normal(c, key, on, visit)
    if not full:
        return
    panel = c.rng.choice((CHEMISTRY, CHEMISTRY, COUNTS, LIPIDS, OTHERS))
    made = [one for key in panel if (one := _normal(c, key, on, visit))]
    if made and c.rng.random() < 0.4:
        c.results_report(c.words("Laboratory report", "检验报告单"), on, made)


def _normal(c: Charting, key: str, on: When, visit: Json) -> Json | None:
    """A value as well people have it, now and then under a local code alone; None where a situation owns the test."""
    if key in c.touched or (key in ("creatinine", "egfr") and {"creatinine", "egfr"} & c.touched):
        return None
    test = TESTS[key]
    value = round(c.rng.uniform(*test.normal), test.digits)
    number: float = int(value) if test.digits == 0 else value
    naming = "local" if key in HARMLESS and c.rng.random() < 0.2 else c.rng.choice(("loinc", "both"))
    made = c.test(key, on, number, naming=naming, encounter=visit)
    c.touched.discard(key)
    return made


def _pressure(c: Charting, on: When, visit: Json) -> None:
    upper, lower = c.rng.randint(108, 152), c.rng.randint(62, 94)
    parts = [("8480-6", "Systolic blood pressure", upper), ("8462-4", "Diastolic blood pressure", lower)]
    c.write(
        "Observation",
        {
            "status": "final",
            "code": {"coding": [coding(LOINC, "85354-9", "Blood pressure panel with all children optional")]},
            "subject": c.patient,
            "encounter": visit,
            "effectiveDateTime": c.moment(on),
            "component": [
                {"code": concept(LOINC, code, name), "valueQuantity": quantity(value, "mmHg", "mm[Hg]")}
                for code, name, value in parts
            ],
        },
    )


def _illness(c: Charting, key: str) -> None:
    """A chronic illness and the drugs for it, each known from one of four kinds of record."""
    since = c.rng.randint(100, 3600)
    words_only = c.rng.random() < 0.1
    sparse = c.rng.random() < 0.15
    c.problem(
        key,
        days_ago(since),
        system="none" if words_only else "",
        clinical=None if sparse else "active",
        verified=None if sparse else "confirmed",
        category=c.rng.choice(("problem-list-item", "problem-list-item", "encounter-diagnosis", None)),
    )
    for name, dose in ILLNESSES[key][: c.rng.randint(1, 3)]:
        style, day = c.rng.random(), c.rng.randint(5, 300)
        if style < 0.35:
            c.statement(name, days_ago(min(since, day + 60)), dose=dose, asserted=days_ago(c.rng.randint(2, 30)))
        elif style < 0.7:
            c.order(name, days_ago(day), status=c.rng.choice(("active", "active", "completed", "stopped")), dose=dose)
        elif style < 0.9:
            c.handed_over(name, days_ago(day), c.rng.choice((14, 28, 30, None)), dose=dose)
        else:
            c.given(name, days_ago(day), dose.mg)


def _slips(c: Charting) -> None:
    """What goes wrong in any record: a result sent twice, one struck out, one still preliminary."""
    results = [one for one in c.records if one["resourceType"] == "Observation" and "encounter" in one]
    if not results:
        return
    if c.rng.random() < 0.2:
        c.copy(c.rng.choice(results))
    if c.rng.random() < 0.1:
        struck = c.rng.choice(results)
        c.copy(struck)
        c.records[-1]["status"] = "entered-in-error"
    if c.rng.random() < 0.1:
        early = c.rng.choice(results)
        c.copy(early)
        c.records[-1]["status"] = "preliminary"
