"""One patient by two versions of a study: what would change, and why; a criterion of one version alone included. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from fhir_screener.criteria.ledger import CriterionFinding
from fhir_screener.screening.change import MAPPING, Change, answer
from fhir_screener.screening.screening import Screening
from fhir_screener.screening.wire import sentences


@dataclass(frozen=True)
class Difference:
    """One patient whose outcome or ledger differs. `moves`: the outcome does."""

    patient: str
    before: str
    after: str
    changes: tuple[Change, ...]

    @property
    def moves(self) -> bool:
        return self.before != self.after


def compare(old: Screening, new: Screening) -> Difference | None:
    """What differs; None where neither the outcome nor any verdict or reason does."""
    was, now = ({c.id: c for c in screening.criteria} for screening in (old, new))
    changes = tuple(
        change for name in dict.fromkeys([*now, *was]) if (change := _change(name, was.get(name), now.get(name)))
    )
    if old.outcome is new.outcome and not changes:
        return None
    return Difference(new.patient, old.outcome.value, new.outcome.value, changes)


def _change(name: str, was: CriterionFinding | None, now: CriterionFinding | None) -> Change | None:
    before, after = answer(was), answer(now)
    if before == after:
        return None
    said = [_prose(sentences(one.finding)) for one in (now, was) if one is not None]
    return Change(name, before, after, MAPPING, next((words for words in said if words), ""))


def _prose(said: list[str]) -> str:
    """Not every piece of evidence is a whole sentence: what has no full stop gets a semicolon before the next."""
    return " ".join(one if one.endswith(".") else f"{one};" for one in said).removesuffix(";")
