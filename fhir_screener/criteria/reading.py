"""What one observation's value says, given a rule's limits.

Interpretation, coded value, quantity and text are each read on their own; what they say must agree. A flag of a
range (N, A, H) is weaker: normal is negative, abnormal is never more than a reason to look; where the rule asks about the
range itself, the flag answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from fhir_screener.criteria.flags import is_abnormal, side_of_range
from fhir_screener.criteria.limits import Limits
from fhir_screener.criteria.measuring import EQUIV, NEG, POS, measured
from fhir_screener.records.facts import Quantity, Value
from fhir_screener.sentence import Text, join, say
from fhir_screener.terminology.coding import Concept, fold
from fhir_screener.terminology.result_words import (
    SAID_BY,
    Polarity,
    read_between,
    read_number,
    read_size,
    says_invalid,
)
from fhir_screener.terminology.site import Range
from fhir_screener.terminology.stance import Stance
from fhir_screener.terminology.terms import Terminology


class Reading(msgspec.Struct, frozen=True, gc=False):
    """What a value says, and one clause about it."""

    says: Polarity
    note: Text = ""


def read_value(value: Value, limits: Limits, terms: Terminology, ranges: Sequence[Range] = ()) -> Reading:
    """The reading of one value; NONE where there is no result, UNREADABLE where there is one that cannot be read.

    `ranges` are the site's for this test; they speak where the result has none of its own.
    """
    found = _read_value(value, limits, terms, ranges)
    if limits.runs and found.says is Polarity.NONE and _invalid(value):
        return Reading(EQUIV, say("the test was invalid"))
    return found


def _read_value(value: Value, limits: Limits, terms: Terminology, ranges: Sequence[Range]) -> Reading:
    if value.absent and not value.answered:
        return Reading(Polarity.NONE, say("no result ({why})", why=value.absent))
    if value.quantity is not None and value.plain:
        polarity, said_of = measured(value.quantity, value, limits, ranges)
        return Reading(polarity, said_of) if polarity is not None else _agree({}, value, said_of, value.quantity)
    said, number = _stated(value, limits, terms), number_of(value, terms.site.decimal_comma)
    abnormal = _take_flags(said, value, number is not None, limits, terms)
    note: Text = ""
    if number is not None:
        polarity, note = measured(number, value, limits, ranges)
        # A comparator that leaves both sides open says nothing against words.
        if polarity is not None and not (polarity is EQUIV and number.comparator and said):
            said["number"] = polarity
    elif value.text and (between := read_between(value.text, terms.site.decimal_comma)):
        _say(said, "number", _between(between, value, limits, ranges))
    if limits.only and not said and _read_value(value, replace(limits, only=False), terms, ranges).says is POS:
        said["positive"] = EQUIV
    if abnormal and not limits.only and not (said.keys() and set(said.values()) <= {POS, EQUIV}):
        said["abnormal flag"] = POS if said else EQUIV
    return _agree(said, value, note, number)


def _stated(value: Value, limits: Limits, terms: Terminology) -> dict[str, Polarity]:
    """What code, words and yes or no say, by which of them says it."""
    said: dict[str, Polarity] = {"reason for no result": Polarity.NONE} if value.absent else {}
    if value.concept is not None:
        _say(said, "coded value", _coded(value.concept, limits, terms))
    if value.text:
        _say(said, "text", _in_words(value.text, limits, terms))
    if value.boolean is not None and not limits.how_much and not (limits.only and value.boolean):
        said["value"] = POS if value.boolean else NEG
    if limits.between:  # positive of what, nobody can say
        return {who: what for who, what in said.items() if what not in (POS, NEG)}
    return said


def _take_flags(said: dict[str, Polarity], value: Value, counted: bool, limits: Limits, terms: Terminology) -> bool:
    """Enter what the interpretations say; whether one only says that it is abnormal. `counted`: there is a number too."""
    abnormal = False
    for flag in value.interpretation:
        if (stated := _coded(flag, limits, terms)) is not None:
            first = said.get("interpretation", stated) is stated
            said["interpretation" if first else "a second interpretation"] = stated
        elif limits.of_range and (side := side_of_range(flag)):
            said["interpretation"] = POS if side == limits.of_range else NEG
        elif is_abnormal(flag):
            abnormal = abnormal or not limits.measures
        elif side_of_range(flag) == "inside" and not (counted and limits.measures):
            said["interpretation"] = NEG
    return abnormal


def _say(said: dict[str, Polarity], who: str, what: Polarity | None) -> None:
    if what is not None:
        said[who] = what


def _agree(said: dict[str, Polarity], value: Value, note: Text, number: Quantity | None) -> Reading:
    distinct = set(said.values())
    if distinct <= {Polarity.NONE, NEG} and Polarity.NONE in distinct:
        return Reading(Polarity.NONE, say("no result"))
    if len(distinct) == 1:
        return Reading(distinct.pop(), note)
    if EQUIV in distinct and len(distinct) == 2 and Polarity.NONE not in distinct:
        return Reading(EQUIV, note)
    if len(distinct) > 1:
        parts = [say("{who} says {what}", who=say(who), what=what.words) for who, what in said.items()]
        return Reading(Polarity.CONFLICTING, join(", ", parts))
    if value.empty:
        return Reading(Polarity.NONE, say("no result"))
    return Reading(Polarity.UNREADABLE, note or ("" if number is not None else say("the value is not understood")))


def _coded(concept: Concept, limits: Limits, terms: Terminology) -> Polarity | None:
    """What a coded answer says: its codings and its text, which must agree; a display only where no code is known."""
    said: set[Polarity] = set()
    for coding in concept.codings:
        known = terms.classify(Concept((coding,))).keys()
        if limits.negative & known or limits.positive & known:
            said.add(NEG if limits.negative & known else POS)
        else:
            said |= {polarity for name, polarity in SAID_BY.items() if name in known}
            said -= {POS} if limits.only else set()
    for text in (concept.text, *(() if said else (coding.display for coding in concept.codings))):
        words = _in_words(text, limits, terms) if text else None
        if words is not None:
            said.add(words)
    if len(said) > 1:
        return EQUIV if said in ({POS, EQUIV}, {NEG, EQUIV}) else Polarity.CONFLICTING
    return next(iter(said), None)


def _in_words(text: str, limits: Limits, terms: Terminology) -> Polarity | None:
    """What words say: by the answers of this test, else by those of any; one that both answers and denies is neither."""
    answer, said = _answer(text, limits, terms), terms.says(text)
    if answer is POS and said is NEG:
        return Polarity.CONFLICTING
    return answer or (None if limits.only and said is POS else said)


_YES_NO = {"no": NEG, "否": NEG, "无": NEG, "yes": POS, "是": POS, "有": POS}
"""A plain answer; only the whole of a text is one."""


def _answer(text: str, limits: Limits, terms: Terminology) -> Polarity | None:
    """An answer of this test in words. Negative ones are taken out first: 未妊娠 holds 妊娠."""
    if not (limits.positive or limits.negative):
        return None
    rest, negative = fold(text), False
    if (plain := _YES_NO.get(rest.strip(" .。!！"))) is not None:
        return plain
    for words, stance in terms.mentions(limits.negative, text):
        negative = negative or stance is Stance.ASSERTED
        rest = rest.replace(words, " ")
    positive = any(stance is Stance.ASSERTED for _, stance in terms.mentions(limits.positive, rest))
    if positive is negative:
        return None
    return POS if positive else NEG


_FAILED = frozenset({"455371000124106", "LA15841-2", "QCF"})
"""Codes of answers and flags by which a laboratory says that a run failed."""


def _invalid(value: Value) -> bool:
    concepts = [*([value.concept] if value.concept else ()), *value.interpretation]
    if any(coding.code in _FAILED for concept in concepts for coding in concept.codings):
        return True
    return any(map(says_invalid, filter(None, (value.text, *(concept.text for concept in concepts)))))


def number_of(value: Value, comma: bool = False) -> Quantity | None:
    """The number of a value, however it is written; `comma`: with a decimal comma."""
    if value.quantity is None and value.integer is not None:
        return Quantity(float(value.integer), "")
    return value.quantity or (_written(value.text, comma) if value.text else None)


def _between(
    between: tuple[float, float, str], value: Value, limits: Limits, ranges: Sequence[Range]
) -> Polarity | None:
    """What a value says that is given as a range: where its ends differ, or a limit may lie between them, nobody knows."""
    low, high, unit = between

    def said(end: float, comparator: str = "") -> Polarity | None:
        return measured(Quantity(end, unit, comparator), value, limits, ranges)[0]

    found = said(low)
    if found is None or found is not said(high):
        return None if found is None else EQUIV
    # Between two limits, or outside both, two ends on either side say the same of what does not lie between them.
    split = NEG if limits.between else POS
    return EQUIV if found is split and found not in (said(low, ">="), said(high, "<=")) else found


def _written(text: str, comma: bool) -> Quantity | None:
    found, size = read_number(text, comma), read_size(text, comma)
    if size and (found is None or found[2] != size[1]):
        return Quantity(*size)
    return Quantity(found[1], found[2], found[0], found[3]) if found else None
