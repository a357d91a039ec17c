"""Who gets which situations, planned a thousand patients at a time so that any size of hospital fits in memory.

Of each thousand patients 140 come through the IgG4-RD clinic, in rounds of fourteen:

* 3 candidates known from codes alone, 1 candidate perhaps known in part from words,
* 8 who differ from such a candidate in one situation that excludes, or puts off, or needs a person's eyes,
* 2 who have such a situation and one or two more, of any kind.

The other 860 are ordinary patients: no sign of IgG4-RD, and often none of anything that bears on the trial.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import cycle

from fhir_screener.sandbox.hospital.people import ADULT, Who
from fhir_screener.sandbox.hospital.situations import ALL, BY_CRITERION
from fhir_screener.sandbox.hospital.situations.row import CODED, Row
from fhir_screener.sandbox.hospital.truth import ANCHOR, CRITERIA, JUDGEMENT, MET, NO_DATA, NOT_MET, Truth, decides

BLOCK = 1000
CODED_CANDIDATE, CANDIDATE, ONE, SEVERAL, ORDINARY, SLIM = (
    "coded candidate", "candidate", "one difference", "several differences", "ordinary", "slim",
)  # fmt: skip
ROUND = (
    CODED_CANDIDATE, ONE, ONE, ONE, CANDIDATE, ONE, SEVERAL,
    CODED_CANDIDATE, ONE, ONE, ONE, CODED_CANDIDATE, SEVERAL, ONE,
)  # fmt: skip
# Of those with a difference: does it close the door, or does it need a person's eyes?
DOORS = (True, False, False, True, False, True, False, False, True, False)
# What a candidate has on record, and how often: the shares of the truths a row is drawn from; the rest have nothing.
USUAL: dict[str, tuple[tuple[float, Truth], ...]] = {
    "I3": ((0.85, MET), (1.0, JUDGEMENT)),
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


def closes(row: Row) -> bool:
    """A situation after which no candidate is left: it decides, or the patient cannot be screened."""
    return row.truth == NOT_MET if row.criterion == "S" else decides(row.criterion, row.truth)


class _Block:
    """Up to a thousand patients; situations are dealt like cards, so that each comes up before any comes twice."""

    def __init__(self, seed: int, start: int, size: int, as_of: date) -> None:
        self.dice = random.Random(f"plan/{seed}/{start}")  # noqa: S311 - sample data, not a secret
        self.start, self.size = start, size
        self.possible = {row.name for row in ALL if row.possible(as_of)}
        self.decks: dict[bool, list[Row]] = {True: [], False: []}
        self.doors = cycle(DOORS)
        self.used: Counter[str] = Counter()

    def plans(self) -> list[Plan]:
        clinic = round(self.size * 0.14)
        kinds = [ROUND[number % len(ROUND)] for number in range(clinic)]
        made = [self._clinic(kind) for kind in kinds] + [self._ordinary() for _ in range(self.size - clinic)]
        self.dice.shuffle(made)
        for number, plan in enumerate(made, self.start + 1):
            plan.number = number
        return made

    def _deal(self, closing: bool) -> Row:
        """The next card of a deck: situations that close the door, or situations that need a person's eyes."""
        deck = self.decks[closing]
        if not deck:
            cards = [row for row in ALL if row.name in self.possible and closes(row) is closing]
            cards = [row for row in cards if closing or row.truth.needs_eyes]
            self.dice.shuffle(cards)
            # One of each kind first, and what only patients of the clinic can have; then the rest.
            seen: set[tuple[str, Truth, bool]] = set()
            first = [row for row in cards if _new((row.criterion, row.truth, row.ends is None), seen) or row.signal]
            deck.extend([*first, *(row for row in cards if row not in first)][::-1])
        return deck.pop()

    def _clinic(self, kind: str) -> Plan:
        plan = Plan(0, kind)
        coded = kind == CODED_CANDIDATE
        if kind in (ONE, SEVERAL):
            card = self._deal(closing=next(self.doors))
            coded = card.needs == CODED
            self._take(plan, card, coded)
        if kind == SEVERAL:
            for _ in range(self.dice.choice((1, 1, 2))):
                self._take_any(plan, self._pool(self.dice.choice(list(BY_CRITERION)), None, coded, True))
        for criterion in BY_CRITERION:
            self._usual(plan, criterion, coded)
        return plan

    def _take(self, plan: Plan, row: Row, coded: bool) -> bool:
        """Add a row with what must be true for it to hold; False where the plan speaks against it."""
        if any(known.criterion in row.given for known in plan.rows) or not plan.take(row):
            return False
        self.used[row.name] += 1
        for criterion, truth in row.given.items():
            self._take_any(plan, self._pool(criterion, (truth,), coded, plan.of_the_clinic), coded)
        return True

    def _usual(self, plan: Plan, criterion: str, coded: bool) -> None:
        """What a candidate has in this criterion, where nothing is planned yet."""
        roll = self.dice.random()
        if criterion == ANCHOR and plan.kind == CANDIDATE:
            roll = 0.5 + roll / 2  # more of these have a diagnosis, perhaps in words, and no score yet
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

    def _take_any(self, plan: Plan, pool: list[Row], coded: bool = False) -> None:
        """The row used least so far that fits, so that every row comes up among a thousand patients."""
        for row in sorted(self.dice.sample(pool, len(pool)), key=lambda row: self.used[row.name]):
            if self._take(plan, row, coded):
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
                self._take_any(plan, self._pool(dice.choice(CRITERIA), None, False, False))
        return plan
