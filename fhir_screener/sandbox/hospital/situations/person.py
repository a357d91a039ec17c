"""Who can be screened at all (S), age (I1) and consent (I2)."""

from __future__ import annotations

from datetime import date, timedelta

from fhir_screener.sandbox.hospital.charting import Charting
from fhir_screener.sandbox.hospital.dates import days_ago, months_ago, months_back, years_ago
from fhir_screener.sandbox.hospital.people import CHILD, Who
from fhir_screener.sandbox.hospital.situations.row import Birth, Row, Writes, nothing
from fhir_screener.sandbox.hospital.systems import ACT_REASON
from fhir_screener.sandbox.hospital.truth import IMPRECISE, MET, NO_DATA, NOT_MET

TEEN = Who("mf", 17, 17)
OTHER_TRIAL = "NCT00000102"


def _head(**more: object) -> Writes:
    return lambda c: c.head.update(more)


def _test_patient(c: Charting) -> None:
    label = {"system": ACT_REASON, "code": "HTEST", "display": "test health data"}
    c.head["meta"] = {"versionId": "1", "security": [label]}


def _died(days: int) -> Writes:
    return lambda c: c.head.update(deceasedDateTime=c.moment(days_ago(days)))


SCREENABLE = [
    Row("S", "died six weeks ago", NOT_MET, _died(42)),
    Row("S", "dead, date not recorded", NOT_MET, _head(deceasedBoolean=True)),
    # SEMANTICS 5: a death dated after as_of is ignored.
    Row("S", "death dated in the future", MET, _died(-20)),
    Row("S", "recorded as not deceased", MET, _head(deceasedBoolean=False)),
    Row("S", "inactive record", NOT_MET, _head(active=False)),
    # The survivor is filled in when the patients around are known.
    Row("S", "merged away, replaced by another record", NOT_MET, _head(link=[{"type": "replaced-by"}])),
    Row("S", "test patient (HTEST)", NOT_MET, _test_patient),
    Row("S", "denies research use of the record", NOT_MET, lambda c: c.consent("deny", days_ago(300))),
    # SEMANTICS 3: only a denial that is active and names no other study.
    Row("S", "denied another study by name", MET, lambda c: c.consent("deny", days_ago(200), study=OTHER_TRIAL)),
    Row("S", "old denial, since withdrawn", MET, lambda c: c.consent("deny", years_ago(2), status="inactive")),
    Row("S", "already on study", NOT_MET, lambda c: c.subject("on-study", days_ago(30))),
    Row("S", "already on study, treatment phase", NOT_MET, lambda c: c.subject("on-study-intervention", days_ago(40))),
    Row("S", "in follow-up of the study", NOT_MET, lambda c: c.subject("follow-up", days_ago(200))),
    Row("S", "off study", NOT_MET, lambda c: c.subject("off-study", days_ago(150))),
]


def _turned(years: int, days_before: int) -> Birth:
    """Born so that this birthday was so many days before the as-of date (negative: after it)."""
    return lambda as_of: months_back(as_of - timedelta(days=days_before), 12 * years)


def _leap(as_of: date) -> date:
    year = as_of.year - 14
    return date(year - year % 4, 2, 29)


def _not_last_of_month(as_of: date) -> bool:
    return (as_of + timedelta(days=1)).day != 1


def _not_before_leap_day(as_of: date) -> bool:
    tomorrow = as_of + timedelta(days=1)
    return (tomorrow.month, tomorrow.day) != (2, 29)


AGE = [
    Row("I1", "eighteenth birthday today", MET, nothing, who=TEEN, born=_turned(18, 0)),
    Row("I1", "eighteen tomorrow", NOT_MET,
        nothing, ends="birth", who=TEEN, born=_turned(18, -1), possible=_not_before_leap_day),
    Row("I1", "eighteen in three months", NOT_MET, nothing, ends="birth", who=TEEN, born=_turned(18, -90)),
    Row("I1", "a child", NOT_MET, nothing, ends="birth", who=CHILD),
    Row("I1", "a child born on 29 February", NOT_MET, nothing, ends="birth", who=CHILD, born=_leap),
    # SEMANTICS 4: a partial end uses its last possible day.
    Row("I1", "seventeen, birth known to the month", NOT_MET,
        nothing, ends="birth", who=TEEN, born=_turned(18, -200), register=lambda day: day.isoformat()[:7]),
    Row("I1", "turns eighteen this month, day of birth unknown", IMPRECISE,
        nothing,
        who=TEEN, born=_turned(18, 0), register=lambda day: day.isoformat()[:7], possible=_not_last_of_month),
    Row("I1", "turns eighteen this year, birth known to the year", IMPRECISE,
        nothing,
        who=TEEN, born=_turned(18, 0), register=lambda day: day.isoformat()[:4],
        possible=lambda as_of: (as_of.month, as_of.day) != (12, 31)),
]  # fmt: skip

CONSENT = [
    Row("I2", "signed consent to this study", MET, lambda c: c.consent("permit", days_ago(12), study="NCT04660565")),
    Row("I2", "enrolled as eligible", MET, lambda c: c.subject("eligible", days_ago(9))),
    Row("I2", "enrolled, pending", MET, lambda c: c.subject("pending-on-study", days_ago(5))),
    # A refusal that names this study is also one that names no other study (SEMANTICS 3).
    Row("I2", "refuses this study", NOT_MET, lambda c: c.consent("deny", days_ago(15), study="NCT04660565"),
        also={"S": NOT_MET}),
    Row("I2", "withdrew from this study", NOT_MET, lambda c: c.subject("withdrawn", days_ago(60))),
    Row("I2", "consented to another study", NO_DATA, lambda c: c.consent("permit", days_ago(90), study=OTHER_TRIAL)),
    Row("I2", "on another study", NO_DATA, lambda c: c.subject("on-study", days_ago(90), OTHER_TRIAL)),
    Row("I2", "consent to this study only proposed", NO_DATA,
        lambda c: c.consent("permit", days_ago(7), study="NCT04660565", status="proposed")),
    Row("I2", "a candidate in the enrolment list", NO_DATA, lambda c: c.subject("candidate", days_ago(7))),
    Row("I2", "agrees to research in general", NO_DATA, lambda c: c.consent("permit", months_ago(14))),
]  # fmt: skip

ROWS = [*SCREENABLE, *AGE, *CONSENT]
