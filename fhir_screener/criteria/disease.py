"""When a recorded disease began, ended, and whether it is current (SEMANTICS "Clinical dates" and "Condition")."""

from __future__ import annotations

import re

import msgspec

from fhir_screener.criteria.view import View
from fhir_screener.records.dates import EVER, Days, Duration
from fhir_screener.records.facts import UNREADABLE, Condition
from fhir_screener.sentence import Text, say
from fhir_screener.terminology.stance import NOT_THERE, Stance
from fhir_screener.terminology.valueset import Hit
from fhir_screener.terminology.years import years_in
from fhir_screener.verdict import Reason

ACTIVE = frozenset({"active", "recurrence", "relapse"})
ENDED = frozenset({"inactive", "remission", "resolved"})
DOUBTFUL = frozenset({"unconfirmed", "provisional", "differential", UNREADABLE})


class Course(msgspec.Struct, frozen=True, gc=False):
    """A disease in time. `start` may be an upper bound only (`lo` is then EVER); `end` None: not known to have ended.

    `current`: held to be present on `as_of`; `stated`: the record itself says so, by its clinical status.
    `recorded`: when somebody wrote it down. `torn`: its status says that it is present, its abatement that it is over.
    `unclear`: its status cannot be read.
    """

    start: Days | None
    end: Days | None
    current: bool
    future: bool
    stated: bool
    recorded: Days | None
    torn: bool = False
    unclear: bool = False


def course(view: View, fact: Condition, past: bool = False) -> Course:
    """The course of a condition as seen on the view's day; `past` for codes that mean a history of a disease."""
    onset = view.some_day(fact.onset)
    recorded = view.days(fact.recorded) or view.days(fact.encounter.start)
    end = view.some_day(fact.abatement)
    start = onset or (Days(EVER, recorded.hi) if recorded else None)
    known = onset or recorded
    future = known is not None and not view.begun(known)
    ended = past or fact.clinical in ENDED or fact.abated or end is not None
    if end is not None and not view.begun(end):
        # An end still to come: the disease goes on until then.
        return Course(start, end, not past and fact.clinical not in ENDED, future, True, recorded)
    torn = fact.clinical in ACTIVE and not past and (fact.abated or end is not None)
    unclear = fact.clinical == UNREADABLE and not ended
    return Course(start, end, not ended, future, fact.clinical in ACTIVE, recorded, torn, unclear)


def why_unlisted(hit: Hit) -> Text:
    """What names a disease or procedure whose code no list has."""
    if hit.by_name:
        return say("named by the words of a code that no list knows")
    return say("by the American edition of ICD-10, of which the code seems to be")


def is_uncertain(fact: Condition, hit: Hit) -> bool:
    """Whether the record itself calls the diagnosis uncertain."""
    return fact.verification in DOUBTFUL or hit.stance is Stance.DOUBTFUL


def is_doubtful(fact: Condition, hit: Hit) -> bool:
    """Whether it is uncertain, or only the words of a code that no list has say what it is."""
    return is_uncertain(fact, hit) or hit.unlisted


def doubt_of(fact: Condition, hit: Hit) -> tuple[Reason, Text]:
    """Why a doubtful diagnosis is: its own status, its words, or that no list knows its code."""
    if fact.verification in DOUBTFUL:
        return Reason.EQUIVOCAL, say(fact.verification)
    if hit.stance is Stance.DOUBTFUL:
        return Reason.EQUIVOCAL, say("said to be uncertain")
    return Reason.TEXT_ONLY, why_unlisted(hit)


def counts(fact: Condition, hit: Hit) -> bool:
    """Whether the record speaks of this patient's own disease at all."""
    if fact.verification in ("refuted", "entered-in-error") or fact.family or fact.status == "entered-in-error":
        return False
    return hit.stance not in NOT_THERE


def year_in_words(view: View, fact: Condition, window: Duration | None) -> str:
    """A year before the window that the words of a diagnosis name, where no element dates its onset; "" for none.

    "Pulmonary tuberculosis 2010", recorded today: of the day of the record its words say that it is no onset, and of the
    year whether the disease is there still they do not. What is said to be chronic, or to be there since then, is.
    """
    if not fact.onset.empty or _SINCE.search(fact.concept.label):
        return ""
    for year in years_in(fact.concept.label):
        days = view.days(year)
        if days is not None:
            recorded = view.days(fact.recorded)
            long_ago = view.older_than(days, window or LATELY) and (recorded is None or recorded.lo > days.hi)
            return year if long_ago else ""
    return ""


LATELY = Duration.parse("P12M")
"""For so long a diagnosis that its words date to a year is taken to be there still."""
_SINCE = re.compile(r"since|chronic|carrier|慢性|携带|以来|至今", re.IGNORECASE)
