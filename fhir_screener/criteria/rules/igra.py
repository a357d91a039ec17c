"""`igra`: interferon-gamma release assays, T-SPOT by spots and QuantiFERON by values, with their controls.

    igra:
      spots: {panel: [tspot-panel], a: [tspot-a], b: [tspot-b], nil: [tspot-nil], mitogen: [tspot-mitogen]}
      quantiferon: {tb1: [qft-tb1], tb2: [qft-tb2], nil: [qft-nil], mitogen: [qft-mitogen]}
      interpretation: [igra]
      within: P3M
      positive: suspected

T-SPOT: 8 or more spots above nil positive, 5 to 7 borderline, 4 or fewer negative; valid with nil at most 10 and mitogen
at least 20 unless a panel is reactive (US label). QuantiFERON-Plus: 0.35 IU/mL and 25 % of nil; nil above 8 or mitogen
below 0.5 is indeterminate unless positive.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from fhir_screener.criteria.index import among
from fhir_screener.criteria.keys import choice, duration, mapping, sets
from fhir_screener.criteria.limit_words import worth_in_words
from fhir_screener.criteria.model import Build, Needs, Rule
from fhir_screener.criteria.reading import Limits, Reading, not_converted, read_value
from fhir_screener.criteria.rules.result import FINAL, WORTH, Result, ResultRule
from fhir_screener.criteria.settling import order_of
from fhir_screener.criteria.spec import Spec
from fhir_screener.criteria.view import View
from fhir_screener.criteria.wording import clauses, length
from fhir_screener.records.dates import Days
from fhir_screener.records.facts import Observation, Value
from fhir_screener.sentence import Text, join, say
from fhir_screener.terminology.result_words import Polarity
from fhir_screener.terminology.units import convert
from fhir_screener.terminology.valueset import Hit

SPOTS = ("panel", "a", "b", "nil", "mitogen")
QUANTIFERON = ("tb1", "tb2", "nil", "mitogen")


@dataclass
class _Run:
    """The values of one test on one day, by part."""

    numbers: dict[str, float] = field(default_factory=dict)
    unread: list[Text] = field(default_factory=list)
    said: list[Reading] = field(default_factory=list)
    fact: Observation | None = None
    value: Value = Value()
    hit: Hit = Hit(None)
    preliminary: bool = False
    rank: tuple[bool, bool, float, str] = (False, False, 0.0, "")
    """Which part stands for the run: the panel, else the highest tube; the same whatever the order of records."""


@dataclass(frozen=True)
class IgraRule(ResultRule):
    spots: dict[str, frozenset[str]] = field(default_factory=dict)
    quantiferon: dict[str, frozenset[str]] = field(default_factory=dict)
    interpretation: frozenset[str] = frozenset()
    kind: ClassVar[str] = "igra"

    def found(self, view: View) -> Iterable[Result]:
        yield from self._runs(view, self.spots, "{spots}", _spots)
        yield from self._runs(view, self.quantiferon, "[IU]/mL", _quantiferon)
        if self.interpretation:
            plain = ResultRule(self.interpretation, self.within)
            yield from plain.found(view)

    def _runs(self, view: View, parts: dict[str, frozenset[str]], unit: str, read: _Reader) -> Iterable[Result]:
        runs: dict[Days | None, _Run] = {}
        for fact in among(view.index.observations, frozenset().union(*parts.values())):
            if fact.other_subject or fact.status not in FINAL | {"preliminary"}:
                continue
            days = view.point(fact.effective, fact.issued)
            if days is not None and not view.begun(days):
                continue
            self._collect(view, fact, parts, unit, runs.setdefault(days, _Run()))
        for day, run in runs.items():
            if run.fact is not None:
                reading = read(run)
                if reading.says is not Polarity.NONE:
                    yield Result(run.fact, run.value, run.hit, day, reading, run.preliminary)

    def _collect(self, view: View, fact: Observation, parts: dict[str, frozenset[str]], unit: str, run: _Run) -> None:
        pairs = [(fact.hits, fact.value), *((c.hits, c.value) for c in fact.components)]
        for hits, value in pairs:
            for part, names in parts.items():
                name = next((n for n in sorted(names) if n in hits), None)
                if name is None:
                    continue
                _take(run, part, value, unit)
                rank = (part == "panel", part not in ("nil", "mitogen"), run.numbers.get(part, 0.0), fact.ref)
                if run.fact is None or rank > run.rank:
                    run.fact, run.hit, run.value, run.rank = fact, hits[name], value, rank
                    run.preliminary = fact.status == "preliminary"
                if part not in ("nil", "mitogen"):
                    reading = read_value(value._replace(quantity=None, integer=None), Limits(), view.terminology)
                    if reading.says not in (Polarity.NONE, Polarity.UNREADABLE):
                        run.said.append(reading)

    def concerned_by(self) -> frozenset[str]:
        return self.needs().sets

    def needs(self) -> Needs:
        sets = [*self.spots.values(), *self.quantiferon.values(), self.interpretation]
        return Needs(sets=frozenset().union(*sets), types=super().needs().types)

    def _what(self) -> Text:
        return say("interferon-gamma release assays")

    def _order(self) -> str:
        panel = self.spots.get("panel") or self.quantiferon.get("tb1") or frozenset()
        return order_of(self.interpretation or panel)

    def describe(self) -> Text:
        return clauses(
            say("a positive interferon-gamma release assay"),
            worth_in_words(self.positive),
            say("a negative one rules out for {time}", time=length(self.within)),
        )


class _Reader(Protocol):
    def __call__(self, run: _Run) -> Reading: ...


def _take(run: _Run, part: str, value: Value, unit: str) -> None:
    number = value.quantity
    if value.integer is not None:
        run.numbers[part] = float(value.integer)
    elif number is not None:
        converted = number.value if not number.unit else convert(number.value, number.unit, unit)
        if converted is None:
            run.unread.append(not_converted(number.unit, unit))
        else:
            run.numbers[part] = converted


def _spots(run: _Run) -> Reading:
    panels = [run.numbers[part] for part in ("a", "b") if part in run.numbers]
    if not panels:
        return _with_lab(run, None)
    nil, mitogen = run.numbers.get("nil"), run.numbers.get("mitogen")
    above = max(panels) - (nil or 0)
    note = say("{top:g} spots, nil {nil}", top=max(panels), nil=_nil(nil))
    if above >= 8 and nil is not None:
        return _with_lab(run, Reading(Polarity.POSITIVE, note))
    if (nil is not None and nil > 10) or (mitogen is not None and mitogen < 20):
        return Reading(Polarity.EQUIVOCAL, say("{what}, controls out of range: the test is invalid", what=note))
    if above >= 5:
        return _with_lab(run, Reading(Polarity.EQUIVOCAL, say("{what}: borderline", what=note)))
    if nil is None or mitogen is None:
        return _unless_lab(run, note)
    return _with_lab(run, Reading(Polarity.NEGATIVE, note))


def _quantiferon(run: _Run) -> Reading:
    tubes = [run.numbers[part] for part in ("tb1", "tb2") if part in run.numbers]
    if not tubes:
        return _with_lab(run, None)
    nil, mitogen = run.numbers.get("nil"), run.numbers.get("mitogen")
    top = max(tubes)
    note = say("{top:g} IU/mL above nil, nil {nil}", top=top, nil=_nil(nil))
    if nil is not None and nil > 8:
        return Reading(Polarity.EQUIVOCAL, say("{what}: indeterminate", what=note))
    if top >= 0.35:
        if nil is None and top < 2:
            return _unless_lab(run, note)
        if nil is None or top >= 0.25 * nil:
            return _with_lab(run, Reading(Polarity.POSITIVE, note))
    if mitogen is not None and mitogen < 0.5:
        return Reading(Polarity.EQUIVOCAL, say("{what}, weak mitogen control: indeterminate", what=note))
    if mitogen is None or nil is None:
        return _unless_lab(run, note)
    return _with_lab(run, Reading(Polarity.NEGATIVE, note))


def _nil(value: float | None) -> Text:
    return say("not recorded") if value is None else format(value, "g")


def _unless_lab(run: _Run, note: Text) -> Reading:
    """Without its controls a number is worth what the laboratory says of it."""
    if run.said:
        return _with_lab(run, None)
    return Reading(Polarity.EQUIVOCAL, say("{what}, controls not recorded", what=note))


def _with_lab(run: _Run, computed: Reading | None) -> Reading:
    """The computed reading and the laboratory's own words must agree."""
    lab = {reading.says for reading in run.said}
    if len(lab) > 1:
        return Reading(Polarity.CONFLICTING, say("the laboratory's own words disagree"))
    if computed is None:
        if lab:
            return Reading(lab.pop(), say("as the laboratory says"))
        if run.unread:
            return Reading(Polarity.UNREADABLE, run.unread[0])
        return Reading(Polarity.NONE)
    if lab and computed.says not in lab:
        if Polarity.EQUIVOCAL in (*lab, computed.says):
            return Reading(Polarity.EQUIVOCAL, computed.note)
        words = join(", ", (says.words for says in lab))
        return Reading(
            Polarity.CONFLICTING, say("{what}, yet the laboratory says {words}", what=computed.note, words=words)
        )
    return computed


FORM = mapping(
    "",
    "Interferon-gamma release assays, by spots and by values, with their controls.",
    mapping("spots", "T-SPOT, by part.", *(sets(name, f"The part `{name}`.", "result") for name in SPOTS)),
    mapping(
        "quantiferon", "QuantiFERON, by part.", *(sets(name, f"The part `{name}`.", "result") for name in QUANTIFERON)
    ),
    sets("interpretation", "Tests that state the laboratory's own reading.", "result"),
    duration("within", "How long a negative one speaks.").must(),
    choice("positive", "What a positive is worth.", "suspected", *WORTH),
)


def parse_igra(spec: Spec, build: Build) -> Rule:
    given = FORM.read(spec, build)
    return IgraRule(
        of=frozenset(),
        within=given["within"],
        positive=given["positive"],
        spots=given["spots"] or {},
        quantiferon=given["quantiferon"] or {},
        interpretation=given["interpretation"],
    )
