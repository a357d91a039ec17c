"""Who gets which situations, planned a thousand patients at a time so that any size of hospital fits in memory.

Of each thousand patients 140 come through the IgG4-RD clinic, in rounds of fourteen:

* 3 candidates known from codes alone, 1 candidate known in part from words (of whom some become a candidate with
  unknowns to settle, never more: every planned fact of theirs lets them pass),
* 8 who differ from such a candidate in one situation, whatever it leads to,
* 2 who differ in two or three.

The other 860 are ordinary patients: no sign of IgG4-RD, and often none of anything that bears on the trial.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from fhir_screener.sandbox.hospital.people import ADULT, Who
from fhir_screener.sandbox.hospital.situations import ALL, BY_CRITERION
from fhir_screener.sandbox.hospital.situations.row import CODED, Row
from fhir_screener.sandbox.hospital.truth import CRITERIA, JUDGEMENT, MET, NO_DATA, NOT_MET, Truth

BLOCK = 1000
CODED_CANDIDATE, CANDIDATE, ONE, SEVERAL, ORDINARY, SLIM = (
    "coded candidate", "candidate", "one difference", "several differences", "ordinary", "slim",
)  # fmt: skip
ROUND = (
    CODED_CANDIDATE, ONE, ONE, ONE, CANDIDATE, ONE, SEVERAL,
    CODED_CANDIDATE, ONE, ONE, ONE, CODED_CANDIDATE, SEVERAL, ONE,
)  # fmt: skip
# What a candidate has on record, and how often: the shares of the truths a row is drawn from; the rest have nothing.
USUAL: dict[str, tuple[tuple[float, Truth], ...]] = {
    "I3": ((0.92, MET), (1.0, JUDGEMENT)),
    "I4": ((0.75, MET), (0.85, JUDGEMENT), (0.93, NO_DATA)),
    "E8a": ((0.85, NOT_MET), (0.93, NO_DATA)),
    "E8b": ((0.85, NOT_MET), (0.93, NO_DATA)),
    "E9": ((0.85, NOT_MET), (0.93, NO_DATA)),
}


@dataclass(slots=True)
class Plan:
    """One patient to be: number, kind, and the rows that are true of them (at most one for each criterion)."""

    number: int
    kind: str
    rows: list[Row] = field(default_factory=list)
    who: Who = ADULT

    @property
    def id(self) -> str:
        """The Patient id."""
        return f"h{self.number:05d}"

    @property
    def of_the_clinic(self) -> bool:
        """A patient of the IgG4-RD clinic, listed in its Group."""
        return self.kind not in (ORDINARY, SLIM)

    def take(self, row: Row) -> bool:
        """Add a row if nothing planned speaks against it."""
        taken = {criterion for known in self.rows for criterion in known.criteria}
        who = self.who.meet(row.who) if self.rows else row.who
        twice_born = row.born is not None and any(known.born for known in self.rows)
        if who is None or twice_born or taken & set(row.criteria):
            return False
        self.rows.append(row)
        self.who = who
        return True


def plans(patients: int, seed: int, as_of: date) -> Iterator[Plan]:
    """The plans of all patients, by number; the first thousand are the same whatever comes after them."""
    for start in range(0, patients, BLOCK):
        yield from _Block(seed, start, min(BLOCK, patients - start), as_of).plans()


def _new(key: tuple[str, Truth, bool], seen: set[tuple[str, Truth, bool]]) -> bool:
    fresh = key not in seen
    seen.add(key)
    return fresh


class _Block:
    """Up to a thousand patients; situations are dealt like cards, so that each comes up before any comes twice."""

    def __init__(self, seed: int, start: int, size: int, as_of: date) -> None:
        self.dice = random.Random(f"plan/{seed}/{start}")  # noqa: S311 - sample data, not a secret
        self.start, self.size = start, size
        self.possible = {row.name for row in ALL if row.possible(as_of)}
        self.deck: list[Row] = []

    def plans(self) -> list[Plan]:
        clinic = round(self.size * 0.14)
        kinds = [ROUND[number % len(ROUND)] for number in range(clinic)]
        made = [self._clinic(kind) for kind in kinds] + [self._ordinary() for _ in range(self.size - clinic)]
        self.dice.shuffle(made)
        for number, plan in enumerate(made, self.start + 1):
            plan.number = number
        return made

    def _deal(self) -> Row:
        if not self.deck:
            cards = [row for row in ALL if row.name in self.possible]
            self.dice.shuffle(cards)
            seen: set[tuple[str, Truth, bool]] = set()
            first = [row for row in cards if _new((row.criterion, row.truth, row.ends is None), seen)]
            self.deck = [*first, *(row for row in cards if row not in first)][::-1]
        return self.deck.pop()

    def _clinic(self, kind: str) -> Plan:
        plan = Plan(0, kind)
        coded = kind == CODED_CANDIDATE
        if kind in (ONE, SEVERAL):
            card = self._deal()
            plan.take(card)
            coded = card.needs == CODED
            self._fulfil(plan, card, coded)
        if kind == SEVERAL:
            for _ in range(self.dice.choice((1, 1, 2))):
                self._take_any(plan, self._pool(self.dice.choice(list(BY_CRITERION)), None, coded, True))
        for criterion in BY_CRITERION:
            self._usual(plan, criterion, coded)
        return plan

    def _fulfil(self, plan: Plan, row: Row, coded: bool) -> None:
        for criterion, truth in row.given.items():
            self._take_any(plan, self._pool(criterion, (truth,), coded, plan.of_the_clinic))

    def _usual(self, plan: Plan, criterion: str, coded: bool) -> None:
        """What a candidate has in this criterion, where nothing is planned yet."""
        roll = self.dice.random()
        if shares := USUAL.get(criterion):
            for limit, truth in shares:
                if roll < limit:
                    self._take_any(plan, self._pool(criterion, (truth,), coded, True))
                    return
        elif roll < 0.2 and criterion not in ("S", "I1"):
            self._take_any(plan, self._pool(criterion, (NO_DATA, MET if criterion == "I2" else NOT_MET), coded, True))
        elif criterion == "S" and roll < 0.03:
            self._take_any(plan, self._pool("S", (MET,), coded, True))

    def _pool(self, criterion: str, truths: Sequence[Truth] | None, coded: bool, signal: bool) -> list[Row]:
        return [
            row
            for row in BY_CRITERION[criterion]
            if row.name in self.possible
            and (truths is None or row.truth in truths)
            and (not coded or row.needs == CODED)
            and (signal or not row.signal)
            # What asks for something else, or signs of the disease that rule it out, is dealt only as a card.
            and (truths is None or not (row.given or row.also))
            and not (truths is not None and criterion == "I3" and row.truth == NO_DATA)
        ]

    def _take_any(self, plan: Plan, pool: list[Row]) -> None:
        for row in self.dice.sample(pool, len(pool)):
            if not row.given and plan.take(row):
                return

    def _ordinary(self) -> Plan:
        dice = self.dice
        plan = Plan(0, SLIM if dice.random() < 0.12 else ORDINARY)
        if dice.random() < 0.07:
            plan.take(next(row for row in BY_CRITERION["I1"] if row.name == "a child"))
            return plan
        if dice.random() < 0.03:
            self._take_any(plan, self._pool("S", None, False, False))
        if plan.kind == ORDINARY and dice.random() < 0.15:
            for criterion in ("E8a", "E8b", "E9"):
                self._take_any(plan, self._pool(criterion, (NOT_MET,), False, False))
        if plan.kind == ORDINARY and dice.random() < 0.45:
            for _ in range(dice.choice((1, 1, 2, 3))):
                criterion = dice.choice([name for name in CRITERIA if name not in ("I1",)])
                self._take_any(plan, self._pool(criterion, None, False, False))
        return plan

