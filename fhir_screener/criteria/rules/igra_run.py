"""One run of an interferon-gamma release assay: its parts, its controls, and what they amount to.

T-SPOT: 8 or more spots above nil positive, 5 to 7 borderline, 4 or fewer in both panels negative; valid with nil at most
10 and mitogen at least 20 unless a panel is reactive (US label). QuantiFERON-Plus: 0.35 IU/mL and 25 % of nil; nil above
8 or mitogen below 0.5 is indeterminate unless positive. Tubes may come raw: nil is then taken from them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from fhir_screener.criteria.flags import is_abnormal
from fhir_screener.criteria.limits import Limits
from fhir_screener.criteria.measuring import not_converted
from fhir_screener.criteria.reading import Reading, number_of, read_value
from fhir_screener.records.facts import Observation, Quantity, Value
from fhir_screener.sentence import Text, join, say
from fhir_screener.terminology.result_words import Polarity
from fhir_screener.terminology.terms import Terminology
from fhir_screener.terminology.units import convert
from fhir_screener.terminology.valueset import Hit

CONTROLS = frozenset({"nil", "mitogen", "mitogen_raw"})
_TINY = 1e-9


@dataclass
class Run:
    """The values of one test on one day, by part."""

    numbers: dict[str, float] = field(default_factory=dict)
    unread: list[Text] = field(default_factory=list)
    said: list[Reading] = field(default_factory=list)
    flagged: bool = False
    twice: str = ""
    """A part with two different numbers: two runs on one day, which nothing tells apart."""
    stated: bool = False
    """Whether the laboratory says in the same record what they amount to: that reading stands beside the run."""
    fact: Observation | None = None
    value: Value = Value()
    hit: Hit = Hit(None)
    preliminary: bool = False
    rank: tuple[bool, bool, float, str] = (False, False, 0.0, "")
    """Which part stands for the run: the panel, else the highest tube; the same whatever the order of records."""

    def take(self, fact: Observation, part: str, value: Value, hit: Hit, unit: str, terms: Terminology) -> None:
        """Add one part as recorded."""
        number = number_of(value, terms.site.decimal_comma)
        if number is not None:
            self._number(part, number, unit)
        rank = (part == "panel", part not in CONTROLS, self.numbers.get(part, 0.0), fact.ref)
        if self.fact is None or rank > self.rank:
            self.fact, self.hit, self.value, self.rank = fact, hit, value, rank
            self.preliminary = fact.status == "preliminary"
        if part not in CONTROLS:
            self._words(value, number is not None, terms)

    def hear(self, value: Value, terms: Terminology) -> None:
        """What the record of these parts says of the whole."""
        said = read_value(value, Limits(runs=True), terms).says
        self.stated = self.stated or said in (Polarity.POSITIVE, Polarity.NEGATIVE, Polarity.EQUIVOCAL)

    def _number(self, part: str, number: Quantity, unit: str) -> None:
        found = number.value if not number.unit else convert(number.value, number.unit, unit)
        if found is None:
            self.unread.append(not_converted(number.unit, unit))
            return
        found += {"<": -_TINY, ">": _TINY}.get(number.comparator, 0)
        if self.numbers.setdefault(part, found) != found:
            self.twice = part

    def _words(self, value: Value, measured: bool, terms: Terminology) -> None:
        flags = tuple(flag for flag in value.interpretation if not is_abnormal(flag))
        self.flagged = self.flagged or len(flags) < len(value.interpretation)
        text = "" if measured and value.quantity is None and value.integer is None else value.text
        reading = read_value(
            msgspec.structs.replace(value, quantity=None, integer=None, text=text, interpretation=flags),
            Limits(runs=True),
            terms,
        )
        if reading.says is Polarity.UNREADABLE:
            self.unread.append(say("the value is not understood"))
        elif reading.says is not Polarity.NONE:
            self.said.append(reading)

    def above_nil(self, part: str) -> float | None:
        """A tube less nil, as given or from its raw value."""
        raw, nil = self.numbers.get(f"{part}_raw"), self.numbers.get("nil")
        if part in self.numbers or raw is None or nil is None:
            return self.numbers.get(part)
        return raw - nil


Reader = Callable[[Run], Reading]


def spots(run: Run) -> Reading:
    """What a T-SPOT amounts to."""
    if run.twice:
        return _two_runs(run)
    panels = [run.numbers[part] for part in ("a", "b") if part in run.numbers]
    if not panels and "panel" in run.numbers:
        return _unless_lab(run, _counted(run.numbers["panel"], run.numbers.get("nil")))
    if not panels:
        return _with_lab(run, None)
    nil, mitogen = run.numbers.get("nil"), run.numbers.get("mitogen")
    above = max(panels) - (nil or 0)
    note = _counted(max(panels), nil)
    if above >= 8 and nil is not None:
        return _with_lab(run, Reading(Polarity.POSITIVE, note))
    if (nil is not None and nil > 10) or (mitogen is not None and mitogen < 20):
        return Reading(Polarity.EQUIVOCAL, say("{what}, controls out of range: the test is invalid", what=note))
    if above >= 5:
        return _with_lab(run, Reading(Polarity.EQUIVOCAL, say("{what}: borderline", what=note)))
    if len(panels) < 2:
        return _unless_lab(run, say("{what}, one panel only", what=note))
    if nil is None or mitogen is None:
        return _unless_lab(run, say("{what}, controls not recorded", what=note))
    return _with_lab(run, Reading(Polarity.NEGATIVE, note))


def quantiferon(run: Run) -> Reading:
    """What a QuantiFERON amounts to."""
    if run.twice:
        return _two_runs(run)
    tubes = [value for part in ("tb1", "tb2") if (value := run.above_nil(part)) is not None]
    if not tubes:
        if {"tb1_raw", "tb2_raw"} & run.numbers.keys():
            return _unless_lab(run, say("raw values without nil"))
        return _with_lab(run, None)
    nil, mitogen = run.numbers.get("nil"), run.above_nil("mitogen")
    top = max(tubes)
    note = say("{top:g} IU/mL above nil, nil {nil}", top=top, nil=_nil(nil))
    if nil is not None and nil > 8:
        return Reading(Polarity.EQUIVOCAL, say("{what}: indeterminate", what=note))
    if top >= 0.35:
        if nil is None and top < 2:
            return _unless_lab(run, say("{what}, controls not recorded", what=note))
        if nil is None or top >= 0.25 * nil:
            return _with_lab(run, Reading(Polarity.POSITIVE, note))
    if mitogen is not None and mitogen < 0.5:
        return Reading(Polarity.EQUIVOCAL, say("{what}, weak mitogen control: indeterminate", what=note))
    if mitogen is None or nil is None:
        return _unless_lab(run, say("{what}, controls not recorded", what=note))
    return _with_lab(run, Reading(Polarity.NEGATIVE, note))


def _counted(top: float, nil: float | None) -> Text:
    if top == 1:
        return say("1 spot, nil {nil}", nil=_nil(nil))
    return say("{top:g} spots, nil {nil}", top=top, nil=_nil(nil))


def _nil(value: float | None) -> Text:
    return say("not recorded") if value is None else format(value, "g")


def _two_runs(run: Run) -> Reading:
    return Reading(Polarity.CONFLICTING, say("{part} has two different numbers on one day", part=run.twice))


def _unless_lab(run: Run, note: Text) -> Reading:
    """What numbers alone leave open is worth what the laboratory says of it."""
    if run.said:
        return _with_lab(run, None)
    return Reading(Polarity.NONE if run.stated else Polarity.EQUIVOCAL, note)


def _with_lab(run: Run, computed: Reading | None) -> Reading:
    """The computed reading and the laboratory's own words must agree."""
    lab = {reading.says for reading in run.said}
    if len(lab) > 1:
        return Reading(Polarity.CONFLICTING, say("the laboratory's own words disagree"))
    if computed is None:
        if lab:
            return Reading(lab.pop(), say("as the laboratory says"))
        if run.unread:
            return Reading(Polarity.UNREADABLE, run.unread[0])
        return Reading(Polarity.EQUIVOCAL if run.flagged else Polarity.NONE)
    if lab and computed.says not in lab:
        if Polarity.EQUIVOCAL in (*lab, computed.says):
            return Reading(Polarity.EQUIVOCAL, computed.note)
        words = join(", ", (says.words for says in lab))
        return Reading(
            Polarity.CONFLICTING, say("{what}, yet the laboratory says {words}", what=computed.note, words=words)
        )
    if run.unread and computed.says is Polarity.NEGATIVE and not lab:
        return Reading(Polarity.UNREADABLE, run.unread[0])
    if run.flagged and computed.says is Polarity.NEGATIVE and not lab:
        return Reading(Polarity.CONFLICTING, say("{what}, yet flagged as abnormal", what=computed.note))
    return computed
