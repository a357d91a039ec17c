"""Rule `dose` against a model of it that knows nothing but the dose of each day."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_screener.criteria.view import View
from fhir_screener.records.facts import Dose, Medication
from tests.spec import facts as make
from tests.spec.conftest import SETS, ZONE, read_rule, record_of
from tests.spec.test_dose import RULE

TODAY = date(2021, 3, 1)
DOSES = st.sampled_from([5.0, 8.0, 10.0, 12.0, 20.0, 40.0])
LENGTHS = st.sampled_from([4, 9, 27, 28, 29, 30, 60, 90, 150, 180, 181])
PAUSES = st.sampled_from([91, 120, 200])
"""Long enough for a new start: what a shorter pause means the protocol does not say."""

COURSES = st.lists(st.lists(st.tuples(DOSES, LENGTHS), min_size=1, max_size=4), min_size=1, max_size=3)

WAYS = {
    "coded": lambda mg: make.dose(mg),
    "coded twice a day": lambda mg: make.dose(mg / 2, times=2),
    "coded every other day": lambda mg: make.dose(mg * 2, period=2),
    "english": lambda mg: Dose(text=f"{mg:g} mg once daily"),
    "chinese": lambda mg: Dose(text=f"每次{mg / 2:g}mg，每日2次"),
    "tablets": lambda mg: Dose(text=f"0.5mg×{mg * 2:g}片 qd"),
    "code and words": lambda mg: make.dose(mg, text=f"每日{mg:g}mg，分3次服"),
}


def model(doses: dict[int, float]) -> str:
    """The answer from the dose of each day, `doses` by days ago."""
    ago = [doses.get(number, 0.0) for number in range(1200)]
    if not ago[0]:
        return "no-data"
    begun = next(number for number, dose in enumerate(ago) if not dose) - 1
    rises = [number for number in range(begun) if ago[number] > ago[number + 1]]
    if begun <= 28 or any(number <= 28 and ago[number + 1] <= 10 for number in rises):
        return "met"
    late = [number for number in rises if number <= 180]
    if any(ago[number + 1] > 10 for number in late):
        return "suspected"
    return "judgement" if late or begun <= 180 else "suspected"


@settings(max_examples=150, deadline=None)
@given(courses=COURSES, pauses=st.lists(PAUSES, min_size=3, max_size=3), ahead=st.integers(0, 40), data=st.data())
def test_the_answer_follows_from_the_dose_of_each_day(courses, pauses, ahead, data) -> None:
    """Whatever way a dose is written; `ahead`: how many days of the newest course are still to come, or a pause before."""
    doses: dict[int, float] = {}
    facts: list[Medication] = []
    at = data.draw(st.sampled_from([-ahead, ahead]))
    for steps, pause in zip(courses, pauses, strict=False):
        for mg, days in steps:
            doses.update(dict.fromkeys(range(at, at + days), mg))
            facts.append(_record(mg, at, at + days - 1, data.draw(st.sampled_from(sorted(WAYS)))))
            at += days
        at += pause
    found = read_rule(RULE).evaluate(View(record_of(*facts), TODAY.toordinal(), ZONE, SETS, "NCT1"))
    assert (found.reason.value if found.reason else found.verdict.value) == model(doses)


def _record(mg: float, newest: int, oldest: int, way: str) -> Medication:
    taken = f"{TODAY - timedelta(days=oldest)}..{TODAY - timedelta(days=newest)}"
    status = "active" if newest <= 0 else "completed"
    return make.drug("P1", taken=taken, status=status, doses=(WAYS[way](mg),), asserted="2021-02-26")
