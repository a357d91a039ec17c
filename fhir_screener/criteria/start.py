"""What a course of a drug answers to "newly started or raised": by its beginning, and by each rise of its dose."""

from __future__ import annotations

from dataclasses import dataclass

from fhir_screener.criteria.amount import Amount
from fhir_screener.criteria.disease import counts
from fhir_screener.criteria.therapy import Line, last_dose, total
from fhir_screener.criteria.view import View, When
from fhir_screener.criteria.wording import length
from fhir_screener.records.dates import Days, Duration, iso
from fhir_screener.records.facts import Condition
from fhir_screener.sentence import Text, say
from fhir_screener.terminology.coding import Concept
from fhir_screener.terminology.product_words import names_no_disease
from fhir_screener.terminology.stance import Stance
from fhir_screener.verdict import Reason

Answer = tuple[Reason | None, Text]
"""Why something is no plain yes, or None where it is one; and the sentence about it."""


@dataclass(frozen=True)
class Terms:
    """What counts as a start or a raise; `baseline` in mg a day of the drug `table` converts to."""

    table: str
    started_within: Duration
    raised_within: Duration
    free_for: Duration
    continuing: Duration
    baseline: float
    target: frozenset[str] = frozenset()

    def begun(self, view: View, lines: list[Line], course: list[Line]) -> Answer:
        """What the beginning of the course says, or that of an earlier one, where all began within the window."""
        start = beginning(course)
        free_from = self.free_for.before(start.lo)
        before = [i for i in lines if i not in course and free_from <= i.end and i.start < start.lo]
        answer = self.started(view, course, start, bool(before))
        if before and view.place(start, self.started_within) is When.INSIDE:
            first = self.begun(view, lines, [*before, *course])
            return first if first[0] is None else answer
        return answer

    def started(self, view: View, course: list[Line], start: Days, after_pause: bool) -> Answer:
        """What the beginning of the course says: None for "newly started"."""
        when = view.place(start, self.started_within)
        if when is When.STRADDLES:
            return Reason.IMPRECISE_DATE, say(
                "Begun {start}, perhaps within {window}.", start=start, window=length(self.started_within)
            )
        if when is When.INSIDE and after_pause:
            note = say(
                "Begun {start}, less than {pause} after an earlier course.", start=start, pause=length(self.free_for)
            )
            return Reason.JUDGEMENT, note
        if when is When.INSIDE:
            if self._other_disease(view, [i for i in course if i.start <= start.hi]):
                return Reason.SUSPECTED, say("Begun {start}, for another stated reason.", start=start)
            if _perhaps_none(total(course, view.day)):
                return Reason.EQUIVOCAL, say("Begun {start}, to be taken as needed only.", start=start)
            template = "Newly begun {start}, after {pause} or more without; no earlier record counts as none."
            return None, say(template, start=start, pause=length(self.free_for))
        if self.is_long(view, start):
            note = say("Begun {start}, and not raised within {window}.", start=start, window=length(self.raised_within))
            return Reason.SUSPECTED, note
        return Reason.JUDGEMENT, say("Begun {start} and continuing.", start=start)

    def is_long(self, view: View, start: Days) -> bool:
        return view.place(start, self.continuing) is When.BEFORE

    def raises(self, view: View, lines: list[Line], begun: int) -> list[Answer]:
        """What each rise of the dose within `continuing` says: None for a raise that the protocol asks for.

        Every record adds to the dose of a day, also one beside the course that has ended since.
        """
        changes = {step.first for item in lines for step in item.steps} | {item.end + 1 for item in lines}
        found: list[Answer] = []
        for day in sorted(d for d in changes if begun < d):
            if day > view.day:
                view.mark(day)
                continue
            recent = view.place(Days(day, day), self.raised_within) is When.INSIDE
            if view.place(Days(day, day), self.continuing) is When.BEFORE:
                continue
            starters = [item for item in lines if any(step.first == day for step in item.steps)]
            before, last = last_dose(lines, day)
            answer = self._raise(view, before, total(lines, day), iso(day), recent, starters)
            if answer is not None and answer[0] is None and last < day - 1:
                answer = Reason.EQUIVOCAL, _after_gap(before, last, iso(day))
            if answer is not None:
                found.append(answer)
        return found

    def _raise(
        self, view: View, before: Amount | None, after: Amount | None, day: str, recent: bool, starters: list[Line]
    ) -> Answer | None:
        if before is not None and after is not None and after.hi <= before.lo:
            return None
        change = say(
            "from {before} to {after} mg {drug} a day on {day}",
            before=_mg(before),
            after=_mg(after),
            drug=say(self.table),
            day=day,
        )
        if before is None or after is None:
            unread = say("Perhaps raised {change}: the dose cannot be read.", change=change)
            return (Reason.UNREADABLE, unread) if recent else None
        if before.hi == 0:
            return None
        sure = after.lo > before.hi
        if before.lo > self.baseline:
            note = say("Raised {change}: the baseline is above {limit:g} mg.", change=change, limit=self.baseline)
            return Reason.SUSPECTED, note
        if not recent and sure and before.lo > 0 and before.hi <= self.baseline:
            return Reason.JUDGEMENT, say("Raised {change} and continuing.", change=change)
        if not sure or before.hi > self.baseline or before.lo <= 0:
            template = "Perhaps raised {change}, baseline at most {limit:g} mg asked."
            return Reason.EQUIVOCAL, say(template, change=change, limit=self.baseline)
        if self._other_disease(view, starters):
            return Reason.SUSPECTED, say("Raised {change}, for another stated reason.", change=change)
        return None, say("Raised {change}.", change=change)

    def _other_disease(self, view: View, lines: list[Line]) -> bool:
        """Whether a reason is stated, and none of the stated ones is the disease of the study."""
        stated = (reason for item in lines for reason in item.intake.fact.reasons)
        reasons = [reason for reason in stated if not (reason.label and names_no_disease(reason.label))]
        if not reasons or not self.target:
            return False
        charted = {fact.ref: fact for fact in view.record.conditions}
        return not any(self._is_target(view, reason, charted.get(reason.text)) for reason in reasons)

    def _is_target(self, view: View, reason: Concept, charted: Condition | None) -> bool:
        hits = charted.hits if charted else view.terminology.classify(reason)
        named = [hit for name, hit in hits.items() if name in self.target]
        if charted:
            return any(counts(charted, hit) for hit in named)
        return any(hit.stance not in (Stance.NEGATED, Stance.OTHER_PERSON) for hit in named)


def beginning(course: list[Line]) -> Days:
    """The days on which the first of these records may have begun: no later than any of them did."""
    firsts = [item.intake.first or Days(item.start, item.start) for item in course]
    return Days(min(days.lo for days in firsts), min(days.hi for days in firsts))


def _after_gap(before: Amount | None, last: int, day: str) -> Text:
    template = "Perhaps raised on {day}: the last dose on record, {before} mg a day, ended {last}."
    return say(template, day=day, before=_mg(before), last=iso(last))


def _perhaps_none(amount: Amount | None) -> bool:
    return amount is not None and amount.lo == 0


def _mg(amount: Amount | None) -> Text:
    return say("an unread dose") if amount is None else amount.words
