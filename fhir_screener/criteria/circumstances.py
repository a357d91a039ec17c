"""What else may lie behind a positive result: a vaccine just given, or an episode that is over."""

from __future__ import annotations

from fhir_screener.criteria.disease import counts, course, is_doubtful
from fhir_screener.criteria.index import among
from fhir_screener.criteria.view import View
from fhir_screener.records.dates import Days, Duration

_AN_EPISODE = Duration.parse("P6M")
"""How long after its onset a positive still belongs to an episode whose end nobody dated."""


def soon_after_vaccine(view: View, taken: Days, vaccines: frozenset[str], within: Duration) -> bool:
    """Whether a vaccine of these sets was given within this time before the result was taken."""
    first = within.before(taken.lo)
    doses = [one for one in view.record.immunizations if vaccines & one.hits.keys() and one.status == "completed"]
    given = (view.days(dose.occurred) for dose in doses)
    return any(days is not None and days.hi >= first and days.lo <= taken.hi for days in given)


def of_past_episode(view: View, taken: Days, diseases: frozenset[str]) -> bool:
    """Whether the result belongs to an episode of these diseases that is over: dated by its end, else by its onset.

    A diagnosis that is itself in doubt explains nothing away.
    """
    for fact in among(view.index.conditions, diseases):
        hit = fact.hit(diseases)
        if hit is None or not counts(fact, hit) or is_doubtful(fact, hit):
            continue
        episode = course(view, fact)
        end = episode.end or (Days(0, _AN_EPISODE.after(episode.start.hi)) if episode.start else None)
        if not episode.current and end is not None and taken.hi <= end.hi:
            return True
    return False
