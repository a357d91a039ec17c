"""What a number says: by the limits of the rule, by the result's own reference range, by the site's table.

A number speaks only where there is a limit in a unit it converts to. A comparator that leaves both sides open is equivocal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from fhir_screener.criteria.limits import Limits
from fhir_screener.criteria.own_range import lower, upper
from fhir_screener.records.facts import Quantity, Value
from fhir_screener.sentence import Text, say
from fhir_screener.terminology.result_words import Polarity
from fhir_screener.terminology.site import Range
from fhir_screener.terminology.unit_words import readable
from fhir_screener.terminology.units import ARBITRARY, convert, ucum

POS, NEG, EQUIV = Polarity.POSITIVE, Polarity.NEGATIVE, Polarity.EQUIVOCAL
_Limit = TypeVar("_Limit")


def measured(number: Quantity, value: Value, limits: Limits, ranges: Sequence[Range]) -> tuple[Polarity | None, Text]:
    """What the number of `value` says, and one clause about it; None where it cannot be compared.

    `ranges` are the site's for this test; they speak where the result has none of its own.
    """
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
