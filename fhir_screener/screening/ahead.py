"""What time alone will change, and on which days: a Screening's `eligible_from`, `eligible_until`, `next_change_on`. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fhir_screener.criteria.ledger import CriterionFinding
from fhir_screener.screening.change import Again, answer
from fhir_screener.screening.plain_words import REASONS, standing
from fhir_screener.screening.screening import Outcome, Screening
from fhir_screener.sentence import Text, say


@dataclass(frozen=True)
class Milestone:
    """A day on which time alone makes a difference: the sentence, and what answers otherwise from then on, where known."""

    said: Text
    turns: tuple[Text, ...] = ()


def milestones(screening: Screening, turns: Sequence[Text] = ()) -> tuple[Milestone, ...]:
    """The days ahead in their order, each said once: the first on which something differs. `turns` (see `ahead`) stand with
    the day of the next change; of whom no time lets in, a change that turns nothing is not worth a day.
    """
    start, until, change = screening.eligible_from, screening.eligible_until, screening.next_change_on
    days: dict[date, Text] = {}
    if change and (turns or screening.outcome is not Outcome.EXCLUDED):
        days[change] = say("Time alone changes something on {day}.", day=change)
    if start and until:
        lost = until + timedelta(days=1)
        days[start] = say(
            "Could qualify from {start}; time alone takes something away on {day}.", start=start, day=lost
        )
    elif start:
        days[start] = say("Could qualify from {day}.", day=start)
    elif until:
        lost = until + timedelta(days=1)
        days[lost] = say("Time alone takes something away on {day}.", day=lost)
    return tuple(Milestone(days[day], tuple(turns) if day == change else ()) for day in sorted(days))


def ahead(screening: Screening, again: Again) -> tuple[Text, ...]:
    """A sentence for each criterion that answers otherwise on that day, the records unchanged; none where none will.

    Of whom time alone does not let in, not what is open and stays so for another reason.
    """
    if screening.next_change_on is None:
        return ()
    return tuple(_turns(screening, again(screening.next_change_on)))


def _turns(now: Screening, then: Screening) -> Iterator[Text]:
    today = {found.id: found for found in now.criteria}
    moot = now.outcome is Outcome.EXCLUDED and then.outcome is Outcome.EXCLUDED
    for found in then.criteria:
        before = today.get(found.id)
        if before is None or answer(before) == answer(found) or (moot and before.reason and found.reason):
            continue
        yield say("{id}: {before}, from then on {after}", id=found.id, before=_stands(before), after=_stands(found))


def _stands(found: CriterionFinding) -> Text:
    if found.reason is None:
        return standing(found)
    return say("{standing} ({why})", standing=standing(found), why=REASONS[found.reason])
