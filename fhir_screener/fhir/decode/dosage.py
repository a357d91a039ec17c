"""Dosage (FHIR R4 2.11) and MedicationAdministration.dosage: what is coded of an instruction; words stay words."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import msgspec

from fhir_screener.fhir.decode import elements
from fhir_screener.records.facts import NO_SPAN, Dose, Quantity, Span
from fhir_screener.terminology.coding import Concept
from fhir_screener.terminology.dose_words import read_dose
from fhir_screener.terminology.routes import systemic_route

_DAY = (1, 1, "d")
_CODED = {
    **dict.fromkeys(("QD", "DAILY", "AM", "PM", "BED", "HS", "QHS", "QAM", "QPM", "229797004", "225769003"), _DAY),
    "BID": (2, 1, "d"), "TID": (3, 1, "d"), "QID": (4, 1, "d"), "QOD": (1, 2, "d"), "MO": (1, 1, "mo"),
    "WK": (1, 1, "wk"), "QW": (1, 1, "wk"), "BIW": (2, 1, "wk"), "TIW": (3, 1, "wk"),
    "Q1H": (1, 1, "h"), "Q2H": (1, 2, "h"), "Q3H": (1, 3, "h"), "Q4H": (1, 4, "h"), "Q6H": (1, 6, "h"),
    "Q8H": (1, 8, "h"), "Q12H": (1, 12, "h"), "Q24H": (1, 24, "h"), "Q48H": (1, 48, "h"),
    "229799001": (2, 1, "d"), "229798009": (3, 1, "d"), "307439001": (4, 1, "d"), "225760004": (1, 2, "d"),
    "225756002": (1, 4, "h"), "307468000": (1, 6, "h"), "307469008": (1, 8, "h"), "307470009": (1, 12, "h"),
    "396125000": (1, 24, "h"), "307474000": (1, 1, "wk"),
}  # fmt: skip
"""Timing.code -> (intakes, period, unit): HL7 GTSAbbreviation and its kin, SNOMED CT."""
_ONCE = frozenset({"ONCE", "STAT", "1X", "307486002", "422114001"})


class Instructions(msgspec.Struct, frozen=True, gc=False):
    """Of one record. `systemic` by the routes: True where any is, None where all are unknown."""

    doses: tuple[Dose, ...] = ()
    text: str = ""
    systemic: bool | None = None


NO_INSTRUCTIONS = Instructions()


class _Rhythm(NamedTuple):
    times: float | None = None
    times_max: float | None = None
    period: float | None = None
    unit: str = ""
    bounds: Span = NO_SPAN
    bounds_days: float | None = None
    once: bool = False


def instructions(value: Any) -> Instructions:
    """A list of Dosage, or the single dosage of a MedicationAdministration."""
    parts = [one for one in elements.many(value) if isinstance(one, dict)]
    doses = tuple(dose for one in parts for dose in _doses(one))
    known = [found for one in parts if (found := systemic_route(elements.concept(one.get("route")))) is not None]
    text = "\n".join(dict.fromkeys(dose.text for dose in doses if dose.text))
    return Instructions(doses, text, any(known) if known else None)


def _doses(part: dict[str, Any]) -> list[Dose]:
    low, high, rate = _amount(part)
    rhythm = _rhythm(part.get("timing"))
    sequence = elements.number(part.get("sequence"))
    return [
        Dose(
            low=low,
            high=high,
            rate=rate,
            times=rhythm.times,
            times_max=rhythm.times_max,
            period=rhythm.period,
            unit=rhythm.unit,
            as_needed=part.get("asNeededBoolean") is True or bool(part.get("asNeededCodeableConcept")),
            bounds=rhythm.bounds,
            bounds_days=rhythm.bounds_days,
            sequence=int(sequence[0]) if sequence else None,
            text=_text(part),
            route=elements.label(part.get("route")),
            per_period=_per_day(part.get("maxDosePerPeriod")),
            once=rhythm.once,
        )
    ]


def _text(part: dict[str, Any]) -> str:
    extra = [elements.label(one) for one in elements.many(part.get("additionalInstruction"))]
    texts = [elements.words(part.get("text")), elements.words(part.get("patientInstruction")), *extra]
    return "; ".join(dict.fromkeys(text for text in texts if text))


def _amount(part: dict[str, Any]) -> tuple[Quantity | None, Quantity | None, bool]:
    """(low, high, whether it is a rate) of one intake; the ordered amount before a calculated one, those by body size last."""
    listed = [one for one in elements.many(part.get("doseAndRate")) if isinstance(one, dict)]
    ordered = [one for one in listed if "ordered" in elements.codes(one.get("type"))]
    told = sorted((*ordered, *listed), key=_by_body) if len(listed) > 1 else listed
    for one in (*told, part):
        exact = elements.quantity(one.get("doseQuantity") or one.get("dose"))
        if exact:
            return exact, exact, False
        between = one.get("doseRange")
        if isinstance(between, dict):
            return elements.quantity(between.get("low")), elements.quantity(between.get("high")), False
    for one in (*ordered, *listed, part):
        low, high = _rate(one)
        if low or high:
            return low, high, True
    return None, None, False


def _by_body(one: dict[str, Any]) -> bool:
    """Whether it is an amount per kg or m2, or none: what was calculated from it says the same without a weight."""
    between = one.get("doseRange")
    high = between.get("high") or between.get("low") if isinstance(between, dict) else None
    amount = elements.quantity(one.get("doseQuantity") or one.get("dose") or high)
    return amount is None or "/" in amount.unit


def _rate(one: dict[str, Any]) -> tuple[Quantity | None, Quantity | None]:
    exact = elements.quantity(one.get("rateQuantity")) or _ratio(one.get("rateRatio"))
    between = one.get("rateRange")
    if exact or not isinstance(between, dict):
        return exact, exact
    return elements.quantity(between.get("low")), elements.quantity(between.get("high"))


def _ratio(value: Any) -> Quantity | None:
    """Amount per one unit of the denominator: 300 mg per 2 h is 150 mg/h."""
    if not isinstance(value, dict):
        return None
    top, bottom = elements.quantity(value.get("numerator")), elements.quantity(value.get("denominator"))
    if top is None or bottom is None or bottom.value == 0:
        return None
    if bottom.value == 1:
        return msgspec.structs.replace(top, unit=f"{top.unit}/{bottom.unit}")
    return Quantity(top.value / bottom.value, f"{top.unit}/{bottom.unit}", top.comparator)


def _per_day(value: Any) -> Quantity | None:
    """maxDosePerPeriod as an amount a day; None where its denominator is no time."""
    value = elements.first(value)
    if not isinstance(value, dict):
        return None
    top, days = elements.quantity(value.get("numerator")), elements.in_days(value.get("denominator"))
    if top is None or not days:
        return None
    return top if days == 1 else Quantity(top.value / days, top.unit, top.comparator)


def _rhythm(timing: Any) -> _Rhythm:
    if not isinstance(timing, dict):
        return _Rhythm()
    repeat = timing.get("repeat")
    found = _repeat(repeat) if isinstance(repeat, dict) else _Rhythm()
    found = _events(found, [text for one in elements.many(timing.get("event")) if (text := elements.words(one))])
    if found.times is None:
        found = _by_code(found, elements.concept(timing.get("code")))
    return found


def _by_code(found: _Rhythm, code: Concept) -> _Rhythm:
    for spelled in (*(one.code for one in code.codings), code.text, *(one.display for one in code.codings)):
        key = spelled.upper().strip().rstrip(".")
        if key in _ONCE:
            return found._replace(once=True)
        if key in _CODED:
            times, period, unit = _CODED[key]
            return found._replace(times=float(times), period=float(period), unit=unit)
        told = read_dose(spelled)
        if told is not None and told.times is not None:
            return found._replace(times=told.times, period=told.days, unit="d")
    return found


def _events(found: _Rhythm, events: list[str]) -> _Rhythm:
    """Intakes listed day by day."""
    if not events:
        return found
    found = found._replace(once=found.once or len(events) == 1)
    return found if not found.bounds.empty else found._replace(bounds=Span(min(events), max(events)))


def _repeat(repeat: dict[str, Any]) -> _Rhythm:
    times, times_max, period, unit = _frequency(repeat)
    bounds_days = elements.in_days(repeat.get("boundsDuration"))
    between = repeat.get("boundsRange")
    if bounds_days is None and isinstance(between, dict):
        bounds_days = elements.in_days(between.get("high")) or elements.in_days(between.get("low"))
    count = elements.number(repeat.get("countMax") or repeat.get("count"))
    once = count is not None and count[0] == 1
    each = elements.days_of(unit)
    if count and not once and bounds_days is None and times and period and each:
        bounds_days = float(math.ceil(count[0] / times * period * each))
    return _Rhythm(times, times_max, period, unit, elements.span(repeat.get("boundsPeriod")), bounds_days, once)


def _frequency(repeat: dict[str, Any]) -> tuple[float | None, float | None, float | None, str]:
    """Intakes, at most, per period, of unit. Times of day, meals and days of the week are counted."""
    stated = _value(repeat, "frequency")
    most = _value(repeat, "frequencyMax")
    period, longest = _value(repeat, "period"), _value(repeat, "periodMax")
    unit = elements.time_unit(repeat.get("periodUnit"))
    hours, meals, weekdays = (len(elements.many(repeat.get(key))) for key in ("timeOfDay", "when", "dayOfWeek"))
    times = stated if stated is not None else 1.0 if period else None
    if (
        meals
        and stated is None
        and not hours
        and {elements.words(one) for one in elements.many(repeat.get("when"))} <= _ANY_MEAL
    ):
        return 1.0, 3.0, 1.0, "d"
    if hours or meals:
        times = max(times or 0.0, float(hours or meals))
        period, unit = period or 1.0, unit or "d"
    if weekdays and unit == "wk":
        times = max(times or 0.0, float(weekdays))
    elif weekdays:
        times, period, unit = (times or 1.0) * weekdays, 1.0, "wk"
    elif period and longest and longest > period and times:
        most, period = (most or times) * longest / period, longest
    return times, most, period, unit


_ANY_MEAL = frozenset({"C", "AC", "PC"})
"""Before, with or after meals: how many is not said."""


def _value(repeat: dict[str, Any], key: str) -> float | None:
    found = elements.number(repeat.get(key))
    return found[0] if found else None
