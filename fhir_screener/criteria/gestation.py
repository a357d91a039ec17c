"""What a gestational age says of today: a pregnancy that began so long before it, and perhaps still goes on."""

from __future__ import annotations

from fhir_screener.criteria.cite import cite, value_text
from fhir_screener.criteria.evidence import Evidence
from fhir_screener.criteria.limits import Limits
from fhir_screener.criteria.results import Result, results
from fhir_screener.criteria.tally import Tally
from fhir_screener.criteria.view import View, When
from fhir_screener.records.dates import Days, Duration
from fhir_screener.sentence import Text, say
from fhir_screener.terminology.result_words import Polarity
from fhir_screener.terminology.units import convert
from fhir_screener.verdict import Reason

SPEAKS = Duration.parse("P294D")
"""42 weeks: how long after a positive test, or a gestational age, its pregnancy may still go on."""
_ANY = Limits(above={"wk": 0, "d": 0})


def weigh_gestation(view: View, sets: frozenset[str], tally: Tally, outcome: Days) -> None:
    """Enter the gestational ages as signs to look at; `outcome` is when the last pregnancy ended.

    One of a pregnancy that began before that is of the one that ended, also where it was written down afterwards.
    """
    for result in results(view, sets, _ANY):
        placed = view.place(result.days, SPEAKS) if result.days else When.STRADDLES
        if result.reading.says is Polarity.NEGATIVE or placed is When.BEFORE or _ended(result, outcome):
            tally.context(_cite(result, decides=False))
        elif result.days is None:
            tally.doubt(Reason.IMPRECISE_DATE, _cite(result, say("no date")))
        elif result.reading.says is Polarity.UNREADABLE:
            tally.doubt(Reason.UNREADABLE, _cite(result))
        else:
            tally.doubt(Reason.SUSPECTED, _cite(result))


def _ended(result: Result, outcome: Days) -> bool:
    if result.days is None or not outcome.lo:
        return False
    amount = result.value.quantity
    age = convert(amount.value, amount.unit, "d") if amount else None
    return result.days.hi - (age or 0) <= outcome.lo


def _cite(result: Result, note: Text = "", decides: bool = True) -> Evidence:
    return cite(result.fact, note, value=value_text(result.value), hit=result.hit, decides=decides)
