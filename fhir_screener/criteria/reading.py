"""What one observation's value says, given a rule's limits.

Interpretation, coded value, quantity and text are each read on their own; what they say must agree. A quantity speaks
only where the rule has a limit in a unit it converts to, and no laboratory flag or word speaks for itself. A flag of a
range (N, A, H) is weaker: normal is negative, abnormal is never more than a reason to look; where the rule asks about the
range itself, the flag answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import msgspec

from fhir_screener.criteria.flags import is_abnormal, is_normal, side_of_range
from fhir_screener.criteria.own_range import lower, upper
from fhir_screener.records.facts import Quantity, Value
from fhir_screener.sentence import Text, join, say
from fhir_screener.terminology.coding import Concept, fold
from fhir_screener.terminology.phrases import Stance
from fhir_screener.terminology.result_words import SAID_BY, read_between, read_number, read_size, says_invalid
from fhir_screener.terminology.result_words import Polarity as Polarity
from fhir_screener.terminology.site import Range
from fhir_screener.terminology.unit_words import readable
from fhir_screener.terminology.units import ARBITRARY, convert, ucum
from fhir_screener.terminology.valueset import Terminology

_Limit = TypeVar("_Limit")
POS, NEG, EQUIV = Polarity.POSITIVE, Polarity.NEGATIVE, Polarity.EQUIVOCAL


@dataclass(frozen=True)
class Limits:
    """When a number is positive: `at_least` and `above` from below, `below` and `at_most` from above, all {unit: value}.

    `between` {unit: (low, high)}: positive in that zone; `equivocal`: a grey zone; both ends are in.
    `of_range`: above or below its own reference range.
    `detection`: any number above 0 is positive. `positive`, `negative`: value sets of coded answers.
    `molar`: grams per mole of the analyte, where its mass and its amount of substance may both be given.
    """

    at_least: dict[str, float] = field(default_factory=dict)
    above: dict[str, float] = field(default_factory=dict)
    below: dict[str, float] = field(default_factory=dict)
    at_most: dict[str, float] = field(default_factory=dict)
    between: dict[str, tuple[float, float]] = field(default_factory=dict)
    equivocal: dict[str, tuple[float, float]] = field(default_factory=dict)
    of_range: str = ""
    uln: float | None = None
    """Above so many times the upper limit of its own reference range, else the site's; without either the tables decide."""
    detection: bool = False
    positive: frozenset[str] = frozenset()
    negative: frozenset[str] = frozenset()
    molar: float | None = None
    only: bool = False
    """Whether none but its own answers are positive: what grew must be named, "positive" leaves it open."""
    runs: bool = False
    """Whether a run that failed is a doubt of its own, and not only a missing result."""

    @property
    def measures(self) -> bool:
        """Whether the rule asks how much, so that abnormal need not be positive; a cutoff index asks whether."""
        if self.at_least.keys() & ARBITRARY:
            return False
        return bool(self.at_least or self.above or self.how_much)

    @property
    def answers(self) -> bool:
        """Whether the rule lists answers of its own: a number is then none of them."""
        return bool(self.positive or self.negative)

    @property
    def how_much(self) -> bool:
        """Whether yes and no can be no answer: too little, or beyond a range. Yes may mean above a limit."""
        return bool(self.below or self.at_most or self.between or self.of_range or self.uln)


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
        polarity, said_of = _measured(value.quantity, value, limits, ranges)
        return Reading(polarity, said_of) if polarity is not None else _agree({}, value, said_of, value.quantity)
    said: dict[str, Polarity] = {"reason for no result": Polarity.NONE} if value.absent else {}
    number = number_of(value)
    if value.concept is not None:
        _say(said, "coded value", _coded(value.concept, limits, terms))
    if value.text:
        _say(said, "text", _in_words(value.text, limits, terms))
    if value.boolean is not None and not limits.how_much and not (limits.only and value.boolean):
        said["value"] = POS if value.boolean else NEG
    if limits.between:  # positive of what, nobody can say
        said = {who: what for who, what in said.items() if what not in (POS, NEG)}
    abnormal = False
    for flag in value.interpretation:
        if (stated := _coded(flag, limits, terms)) is not None:
            said["interpretation" if said.get("interpretation", stated) is stated else "a second interpretation"] = (
                stated
            )
        elif limits.of_range and (side := side_of_range(flag)):
            said["interpretation"] = POS if side == limits.of_range else NEG
        elif is_abnormal(flag):
            abnormal = abnormal or not limits.measures
        elif is_normal(flag) and (number is None or not limits.measures):
            said["interpretation"] = NEG
    note: Text = ""
    if number is not None:
        polarity, note = _measured(number, value, limits, ranges)
        # A comparator that leaves both sides open says nothing against words.
        if polarity is not None and not (polarity is EQUIV and number.comparator and said):
            said["number"] = polarity
    elif value.text and (between := read_between(value.text)):
        ends = {_measured(Quantity(end, between[2]), value, limits, ranges)[0] for end in between[:2]}
        _say(said, "number", EQUIV if len(ends - {None}) > 1 else ends.pop())
    if limits.only and not said and _read_value(value, replace(limits, only=False), terms, ranges).says is POS:
        said["positive"] = EQUIV
    if abnormal and not limits.only and not (said.keys() and set(said.values()) <= {POS, EQUIV}):
        said["abnormal flag"] = POS if said else EQUIV
    return _agree(said, value, note, number)


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


def number_of(value: Value) -> Quantity | None:
    """The number of a value, however it is written."""
    if value.quantity is None and value.integer is not None:
        return Quantity(float(value.integer), "")
    return value.quantity or (_written(value.text) if value.text else None)


def _written(text: str) -> Quantity | None:
    found, size = read_number(text), read_size(text)
    if size and (found is None or found[2] != size[1]):
        return Quantity(*size)
    return Quantity(found[1], found[2], found[0], found[3]) if found else None


def _measured(number: Quantity, value: Value, limits: Limits, ranges: Sequence[Range]) -> tuple[Polarity | None, Text]:
    if limits.of_range:
        return _by_range(number, value, limits.of_range, ranges, limits)
    if limits.uln is not None:
        own = _by_range(number, value, "above", ranges, limits, times=limits.uln)
        if own[0] is not None:
            return own
    if limits.detection:
        return _detected(number)
    found = _by_tables(number, value, limits, ranges)
    if found is None:
        return _without_limit(number, value, limits, ranges)
    if found[0] is EQUIV and not limits.measures and upper(value, number.unit) is not None:
        own = _by_range(number, value, "above", ranges, limits, edge=EQUIV)
        return own if own[0] is NEG else found
    return found


def _detected(number: Quantity) -> tuple[Polarity | None, Text]:
    if number.value < 0:
        return None, say("a number below zero")
    if number.comparator in ("<", "<="):
        return EQUIV, say("{number}: below a limit, not said whether detected", number=number)
    return (POS, say("detected")) if number.value > 0 else (NEG, say("zero"))


def _by_tables(
    number: Quantity, value: Value, limits: Limits, ranges: Sequence[Range]
) -> tuple[Polarity | None, Text] | None:
    """By the rule's limits, each in the first unit that the number converts to; None where there is none.

    Beyond any of several limits is positive. An index is read by its laboratory's own cutoff; a grey zone holds whoever drew the limit.
    """
    if limits.between:
        return _by_zone(number, limits)
    verdicts = []
    for table, rising in (
        (limits.at_least, True),
        (limits.above, True),
        (limits.below, False),
        (limits.at_most, False),
    ):
        for unit, limit in _own_unit_first(table, number.unit):
            converted = _converted(number, unit, limits)
            if converted is None:
                continue
            own: tuple[Polarity | None, Text] = (None, "")
            if unit in ARBITRARY and upper(value, number.unit) is not None:
                own = _by_range(number, value, "above", ranges, limits, edge=EQUIV)
            if own[0] in (NEG, EQUIV):
                return own
            grey = limits.equivocal.get(unit)
            if grey and not number.comparator and grey[0] <= converted <= grey[1]:
                template = "{number} lies in the grey zone {low:g} to {high:g} {unit}"
                return EQUIV, say(template, number=number, low=grey[0], high=grey[1], unit=readable(unit))
            if own[0] is not None:
                return own
            strict = table is limits.above or table is limits.below
            verdicts.append(compare(converted, number.comparator, limit, rising, strict))
            break
    return next(((one, "") for one in (POS, EQUIV, NEG) if one in verdicts), None)


def _own_unit_first(table: dict[str, _Limit], unit: str) -> Iterable[tuple[str, _Limit]]:
    """The limits of a table; one in the number's own unit goes before one that it converts to."""
    if len(table) < 2 or not unit:
        return table.items()
    own = ucum(unit)
    return sorted(table.items(), key=lambda one: ucum(one[0]) != own)


def _by_zone(number: Quantity, limits: Limits) -> tuple[Polarity | None, Text] | None:
    """Positive from one number to another, in the first unit that the number converts to."""
    for unit, (low, high) in _own_unit_first(limits.between, number.unit):
        converted = _converted(number, unit, limits)
        if converted is not None:
            ends = (
                compare(converted, number.comparator, low, True, False),
                compare(converted, number.comparator, high, False, False),
            )
            return (NEG if NEG in ends else EQUIV if EQUIV in ends else POS), ""
    return None


def _without_limit(
    number: Quantity, value: Value, limits: Limits, ranges: Sequence[Range]
) -> tuple[Polarity | None, Text]:
    """A number for which the rule has no limit: of a presence test its laboratory's range says where positive begins."""
    own: tuple[Polarity | None, Text] = (None, "")
    if not (limits.measures or limits.answers):
        own = _by_range(number, value, "above", ranges, limits, edge=EQUIV)
    known = ", ".join(sorted({*limits.at_least, *limits.above, *limits.below, *limits.at_most, *limits.between}))
    return own if own[0] is not None or not known else (None, not_converted(number.unit, known))


_RATIOS = frozenset({"{INR}"})
"""Units that are none: a number of such a test is the ratio itself, with the 1 of UCUM or with nothing."""


def _converted(number: Quantity, unit: str, limits: Limits) -> float | None:
    if unit in _RATIOS and number.unit in ("", "1", "INR", "ratio", "{ratio}"):
        return number.value
    return convert(number.value, number.unit, unit, limits.molar) if number.unit or not unit else None


def not_converted(unit: str, wanted: str) -> Text:
    """That a number cannot be compared: its unit is another kind of unit."""
    return say("the unit ({unit}) does not convert to {wanted}", unit=unit or say("no unit"), wanted=wanted)


def compare(value: float, comparator: str, limit: float, rising: bool, strict: bool) -> Polarity:
    """Positive beyond the limit; a comparator that leaves both sides possible is equivocal."""
    if not rising:
        value, limit = -value, -limit
        comparator = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(comparator, comparator)
    if comparator in ("<", "<="):
        below = value <= limit if strict or comparator == "<" else value < limit
        return NEG if below else EQUIV
    if comparator in (">", ">="):
        return POS if value > limit or (value == limit and (comparator == ">" or not strict)) else EQUIV
    return POS if (value > limit if strict else value >= limit) else NEG


def _by_range(
    number: Quantity,
    value: Value,
    side: str,
    ranges: Sequence[Range],
    limits: Limits,
    edge: Polarity | None = None,
    times: float = 1,
) -> tuple[Polarity | None, Text]:
    """Read by the value's own range; `edge` where it lies on the limit, of which laboratories mean both."""
    end = upper(value, number.unit) if side == "above" else lower(value, number.unit)
    if end is None and not (value.low or value.high or value.range_text):
        return _by_site_range(number, side, ranges, limits, times)
    if end is None:
        return None, say("no reference range")
    converted = number.value if number.unit == end.unit else convert(number.value, number.unit, end.unit, limits.molar)
    if converted is None:
        template = "the unit ({unit}) does not convert to that of its range ({other})"
        return None, say(template, unit=number.unit, other=end.unit)
    note = (
        say("reference upper limit {end}", end=end) if side == "above" else say("reference lower limit {end}", end=end)
    )
    if edge is not None and converted == end.value and not number.comparator:
        return edge, note
    return compare(converted, number.comparator, _times(end.value, times), side == "above", True), note


def _times(limit: float, times: float) -> float:
    """3 times 1.2 is 3.6, not the 3.5999999999999996 of binary fractions."""
    return limit if times == 1 else round(limit * times, 9)


def _by_site_range(
    number: Quantity, side: str, ranges: Sequence[Range], limits: Limits, times: float
) -> tuple[Polarity | None, Text]:
    """By the site's range for the unit; a unit of its own is preferred to one that converts."""
    for one in sorted(ranges, key=lambda r: r.unit != number.unit):
        end = one.high if side == "above" else one.low
        converted = convert(number.value, number.unit, one.unit, limits.molar) if number.unit else None
        if end is not None and converted is not None:
            note = (
                say("upper limit {end:g} {unit} by the site's table", end=end, unit=readable(one.unit))
                if side == "above"
                else say("lower limit {end:g} {unit} by the site's table", end=end, unit=readable(one.unit))
            )
            return compare(converted, number.comparator, _times(end, times), side == "above", True), note
    return None, say("no reference range")
