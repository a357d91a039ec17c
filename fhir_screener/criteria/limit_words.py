"""A `result` rule in plain words: its limits, and what a positive and a negative are worth."""

from __future__ import annotations

from collections.abc import Mapping

from fhir_screener.criteria.limits import Limits
from fhir_screener.criteria.wording import amounts, length, named
from fhir_screener.records.dates import Duration
from fhir_screener.sentence import Text, join, say
from fhir_screener.terminology.result_words import Polarity
from fhir_screener.terminology.unit_words import readable


def limit_in_words(which: str, amount: Mapping[str, float]) -> Text:
    """One of the four limits, with its number by unit: `at least 7 %`."""
    if which == "at_least":
        return say("at least {amount}", amount=amounts(amount))
    if which == "above":
        return say("above {amount}", amount=amounts(amount))
    if which == "at_most":
        return say("at most {amount}", amount=amounts(amount))
    return say("below {amount}", amount=amounts(amount))


def missed_in_words(which: str, amount: Mapping[str, float]) -> Text:
    """What a number is that does not keep this limit: `below 7 %` where at least 7 % is asked."""
    if which == "at_least":
        return limit_in_words("below", amount)
    if which == "at_most":
        return limit_in_words("above", amount)
    if which == "above":
        return say("not above {amount}", amount=amounts(amount))
    return say("not below {amount}", amount=amounts(amount))


def bounds_in_words(limits: Limits) -> Text:
    """When a result is positive, as far as the study says so; "" where only the laboratory does."""
    parts = (
        say("of at least {amount}", amount=amounts(limits.at_least)) if limits.at_least else "",
        say("above {amount}", amount=amounts(limits.above)) if limits.above else "",
        times_in_words(limits),
        say("below {amount}", amount=amounts(limits.below)) if limits.below else "",
        say("of at most {amount}", amount=amounts(limits.at_most)) if limits.at_most else "",
        _between(limits),
        _range_in_words(limits),
        say("detected") if limits.detection else "",
        say("of {answers}", answers=named(limits.positive)) if limits.positive else "",
    )
    return join(" or ", parts)


def limits_in_words(limits: Limits) -> Text:
    """What a number is where it is positive: `at least 7 %`; by the limits of the study, if it has any of its own."""
    zones = [
        say("{low} to {high} {unit}", low=f"{low:g}", high=f"{high:g}", unit=readable(unit))
        for unit, (low, high) in limits.between.items()
    ]
    parts = (
        *(limit_in_words(which, table) for which, table in _tables(limits)),
        *zones,
        _range_in_words(limits),
    )
    return join(" or ", parts) or times_in_words(limits)


def _tables(limits: Limits) -> list[tuple[str, Mapping[str, float]]]:
    tables = {"at_least": limits.at_least, "above": limits.above, "below": limits.below, "at_most": limits.at_most}
    return [(which, table) for which, table in tables.items() if table]


def _range_in_words(limits: Limits) -> Text:
    if limits.of_range == "above":
        return say("above its reference range")
    return say("below its reference range") if limits.of_range == "below" else ""


def times_in_words(limits: Limits) -> Text:
    """The same where the result's own range, or the site's, has decided."""
    return say("above {times} times its upper limit", times=f"{limits.uln:g}") if limits.uln else ""


def _between(limits: Limits) -> Text:
    zones = [
        say("of {low} to {high} {unit}", low=f"{low:g}", high=f"{high:g}", unit=readable(unit))
        for unit, (low, high) in limits.between.items()
    ]
    return join(" or ", zones)


def zones_in_words(limits: Limits) -> Text:
    zones = [
        say("{low} to {high} {unit} is borderline", low=f"{low:g}", high=f"{high:g}", unit=readable(unit))
        for unit, (low, high) in limits.equivocal.items()
    ]
    return join("; ", zones)


def measured_in_words(limits: Limits, *, by_range: bool = False) -> dict[Polarity, Text]:
    """What a number says where the rule asks how much: of a platelet count "negative" would tell a reader nothing.

    `by_range`: by its upper limit, where the rule asks for times that.
    """
    bounds = times_in_words(limits) if by_range else limits_in_words(limits)
    missed: Text = say("not {rule}", rule=bounds)
    match _tables(limits):
        case [("above" | "below" as which, table)] if not (by_range or limits.between or limits.of_range):
            missed = missed_in_words(which, table)
    return {Polarity.POSITIVE: bounds, Polarity.NEGATIVE: missed}


def worth_in_words(positive: str) -> Text:
    """What a positive result is worth."""
    if positive == "suspected":
        return say("which is only suspected")
    if positive == "equivocal":
        return say("which is no proof")
    return say("which is shown and decides nothing") if positive == "context" else ""


def negative_in_words(negative: str, within: Duration, *, measured: bool = False) -> Text:
    """What a negative result settles."""
    if negative == "not_met" and measured:
        return say("any other value rules out for {time}", time=length(within))
    if negative == "not_met":
        return say("a negative one rules out for {time}", time=length(within))
    if negative == "against":
        return say("a negative one of the last {time} weighs against it", time=length(within))
    return say("a negative one settles nothing")
