"""What time alone will change: the criteria that answer otherwise on a Screening's `next_change_on`. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from fhir_screener.criteria.ledger import CriterionFinding
from fhir_screener.screening.change import Again, answer
from fhir_screener.screening.plain_words import REASONS, standing
from fhir_screener.screening.screening import Screening
from fhir_screener.sentence import Text, say


def ahead(screening: Screening, again: Again) -> tuple[Text, ...]:
    """A sentence for each criterion that answers otherwise on that day, the records unchanged; none where none will."""
    if screening.next_change_on is None:
        return ()
    return tuple(_turns(screening, again(screening.next_change_on)))


def _turns(now: Screening, then: Screening) -> Iterator[Text]:
    today = {found.id: found for found in now.criteria}
    for found in then.criteria:
        before = today.get(found.id)
        if before is not None and answer(before) != answer(found):
            yield say("{id}: {before}, from then on {after}", id=found.id, before=_stands(before), after=_stands(found))


def _stands(found: CriterionFinding) -> Text:
    if found.reason is None:
        return standing(found)
    return say("{standing} ({why})", standing=standing(found), why=REASONS[found.reason])
