"""`igra`: interferon-gamma release assays, T-SPOT by spots and QuantiFERON by values, with their controls.

    igra:
      spots: {panel: [tspot-panel], a: [tspot-a], b: [tspot-b], nil: [tspot-nil], mitogen: [tspot-mitogen]}
      quantiferon: {tb1: [qft-tb1], tb2: [qft-tb2], nil: [qft-nil], mitogen: [qft-mitogen], tb1_raw: [qft-tb1-raw]}
      interpretation: [igra]
      within: P3M
      positive: suspected

Limits and validity are in `igra_run`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

from fhir_screener.criteria.index import among
from fhir_screener.criteria.keys import choice, duration, mapping, sets
from fhir_screener.criteria.limit_words import worth_in_words
from fhir_screener.criteria.limits import Limits
from fhir_screener.criteria.model import Build, Needs, Rule
from fhir_screener.criteria.results import COUNTS, Result
from fhir_screener.criteria.rules.igra_run import CONTROLS, Reader, Run, quantiferon, spots
from fhir_screener.criteria.rules.result import WORTH, ResultRule
from fhir_screener.criteria.settling import order_of
from fhir_screener.criteria.spec import Spec
from fhir_screener.criteria.view import View
from fhir_screener.criteria.wording import clauses, length
from fhir_screener.records.dates import Days
from fhir_screener.records.facts import Observation, Value
from fhir_screener.sentence import Text, say
from fhir_screener.terminology.result_words import Polarity
from fhir_screener.terminology.valueset import Hit, hit_among

SPOTS = ("panel", "a", "b", "nil", "mitogen")
QUANTIFERON = ("tb1", "tb2", "nil", "mitogen", "tb1_raw", "tb2_raw", "mitogen_raw")
Part = tuple[str, Observation, Hit, Value]
"""Which part of the test, the fact it stands in, why it is that part, its value."""


@dataclass(frozen=True)
class IgraRule(ResultRule):
    spots: dict[str, frozenset[str]] = field(default_factory=dict)
    quantiferon: dict[str, frozenset[str]] = field(default_factory=dict)
    interpretation: frozenset[str] = frozenset()
    kind: ClassVar[str] = "igra"

    def found(self, view: View) -> Iterable[Result]:
        yield from self._runs(view, self.spots, "{spots}", spots)
        yield from self._runs(view, self.quantiferon, "[IU]/mL", quantiferon)
        if self.interpretation:
            yield from self._stated.found(view)

    @cached_property
    def _stated(self) -> ResultRule:
        """The laboratory's own reading, as a test like any other."""
        return ResultRule(self.interpretation, self.within, Limits(runs=True))

    def _runs(self, view: View, parts: dict[str, frozenset[str]], unit: str, read: Reader) -> Iterable[Result]:
        runs: dict[Days | None, list[Part]] = {}
        for fact in among(view.index.observations, frozenset().union(*parts.values())):
            if fact.other_subject or fact.status not in COUNTS:
                continue
            days = view.point(fact.effective, fact.issued)
            if days is not None and not view.begun(days):
                continue
            runs.setdefault(days, []).extend(_parts(fact, parts))
        for day, found in runs.items():
            run = Run()
            final = {part for part, fact, _, _ in found if fact.status != "preliminary"}
            for part, fact, hit, value in found:
                if fact.status != "preliminary" or part not in final:
                    run.take(fact, part, value, hit, unit, view.terminology)
                    if hit_among(fact.hits, self.interpretation) is not None:
                        run.hear(fact.value, view.terminology)
            if run.fact is not None:
                reading = read(run)
                if reading.says is not Polarity.NONE:
                    yield Result(run.fact, run.value, run.hit, day, reading, run.preliminary)

    @cached_property
    def asked(self) -> frozenset[str]:
        parts = {**self.spots, **self.quantiferon}
        return self.interpretation.union(*(sets for part, sets in parts.items() if part not in CONTROLS))

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


def _parts(fact: Observation, parts: dict[str, frozenset[str]]) -> Iterator[Part]:
    for hits, value in ((fact.hits, fact.value), *((c.hits, c.value) for c in fact.components)):
        for part, names in parts.items():
            if (hit := hit_among(hits, names)) is not None:
                yield part, fact, hit, value


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
