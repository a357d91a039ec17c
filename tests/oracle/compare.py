"""Our verdicts beside the published answers: `python -m tests.oracle.compare [study]` prints the table.

The studies here are files of our language. Of their value sets some are short lists here (`valuesets/`), the others are
named by the id of a published set (`published.yaml`), whose members are read from the corpus at run time.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from fhir_screener.criteria.ledger import CriterionFinding
from fhir_screener.criteria.model import Study
from fhir_screener.fhir.decode.assemble import assemble
from fhir_screener.fhir.decode.book import Book
from fhir_screener.fhir.decode.collector import Collector
from fhir_screener.fhir.decode.lean import FORMS
from fhir_screener.fhir.decode.references import References
from fhir_screener.records.dates import Duration
from fhir_screener.screening.screen import screen
from fhir_screener.studies.load import Catalog, Loaded
from fhir_screener.verdict import MET, UNKNOWN
from tests.oracle.cases import ROOT, Case, cases, members

HERE = Path(__file__).parent
STUDIES = tuple(sorted(path.stem for path in (HERE / "studies").glob("*.yaml")))


@dataclass(frozen=True)
class Difference:
    """A case in which we do not say what was expected; `why` is the explanation kept beside the define, or "".

    `doubted`: the explanation is that the published answer is wrong; the case is not counted.
    """

    case: Case
    expected: bool
    finding: CriterionFinding
    why: str
    doubted: bool = False

    def __str__(self) -> str:
        verdict, reason = self.finding.verdict.value, self.finding.reason
        said = f"{verdict} ({reason.value})" if reason else verdict
        expected = "true" if self.expected else "false"
        return f"    {self.case.patient}: expected {expected}, we say {said}: {self.why or 'NOT EXPLAINED'}"


@dataclass
class Tally:
    """One define over its cases: `yes` expected true, `met` of them found met, `committed` met or not_met said."""

    study: str
    criterion: str
    define: str
    total: int = 0
    yes: int = 0
    met: int = 0
    false_met: int = 0
    committed: int = 0
    agreed: int = 0
    differences: list[Difference] = field(default_factory=list)

    def count(self, expected: bool, finding: CriterionFinding) -> None:
        found, said = finding.verdict is MET, finding.verdict is not UNKNOWN
        self.total += 1
        self.yes += expected
        self.met += found and expected
        self.false_met += found and not expected
        self.committed += said
        self.agreed += said and found is expected

    def __str__(self) -> str:
        numbers = f"{self.yes:4} {self.met:4} {self.false_met:9} {self.committed:9} {self.agreed:6} {self.total:5}"
        return "\n".join([f"{numbers}  {self.study} {self.criterion}: {self.define}", *map(str, self.differences)])


@cache
def load(study: str) -> Loaded:
    """One study of this folder, through the loader of the product."""
    with TemporaryDirectory() as folder:
        mappings = Path(folder)
        shutil.copytree(HERE / "studies", mappings / "studies")
        shutil.copytree(HERE / "valuesets", mappings / "valuesets")
        for path in (ROOT / "mappings" / "valuesets").glob("result-*.yaml"):
            shutil.copy(path, mappings / "valuesets")
        for name, about in yaml.safe_load((HERE / "published.yaml").read_text("utf-8")).items():
            (mappings / "valuesets" / f"{name}.yaml").write_text(_published(name, about["kind"], about["of"]), "utf-8")
        return Catalog(mappings).load([study])


def _published(name: str, kind: str, ids: list[str]) -> str:
    """A value set file with the members of published sets. Raises KeyError for an id that the corpus lacks."""
    groups: dict[str, set[str]] = {}
    for oid in ids:
        if oid not in members():
            raise KeyError(f"{name}: the corpus has no member of {oid}")
        for system, code in members()[oid]:
            groups.setdefault(system, set()).add(code)
    listed = [
        {"system": system, "items": [{"code": code} for code in sorted(codes)]} for system, codes in groups.items()
    ]
    return json.dumps({"valueset": name, "kind": kind, "codes": listed})


def judged_on(study: Study, case: Case) -> date:
    """The day a study is judged on: the end of the measurement period, the day before it, or so long after its start."""
    when = str(study.source.get("judged_on", "end"))
    if when == "end":
        return case.end
    if when == "before":
        return case.start - timedelta(days=1)
    return date.fromordinal(Duration.parse(when).after(case.start.toordinal()))


def findings(loaded: Loaded, case: Case) -> dict[str, CriterionFinding]:
    """{criterion: our finding}, through the same code as `fhir-screener screen`."""
    study = loaded.studies[0]
    collector = Collector(Book(loaded.terminology), References(), [case.patient])
    for resource in case.resources:
        if resource["resourceType"] in FORMS:
            collector.take(resource["resourceType"], json.dumps(resource).encode())
    record = assemble(collector, collector.charts[case.patient])
    assert record is not None
    assert not [line for line in record.problems if "could not be understood" in line]
    screening = screen(study, record, judged_on(study, case), loaded.terminology)
    return {criterion.id: criterion for criterion in screening.criteria}


def explanations(study: Study, kind: str) -> dict[tuple[str, str], str]:
    """{(criterion, patient): why}, as the study file keeps it: `differences: {criterion: {why: [patient]}}`.

    `differences`: why we do not say what was expected; `doubted`: why the published answer is left out of the count.
    """
    return {
        (criterion, patient): why
        for criterion, reasons in study.source.get(kind, {}).items()
        for why, patients in reasons.items()
        for patient in patients
    }


def compare(name: str) -> Iterator[Tally]:
    """The defines of one study over all cases of its measures, or of all measures that have such a define."""
    loaded = load(name)
    study = loaded.studies[0]
    explained, doubted = explanations(study, "differences"), explanations(study, "doubted")
    tallies = {one.id: Tally(study.id, one.id, one.text) for one in study.criteria}
    asked = {tally.define for tally in tallies.values()}
    for case in (one for measure in study.source.get("measures", cases()) for one in cases()[measure]):
        if asked.isdisjoint(case.answers):
            continue
        for criterion, finding in findings(loaded, case).items():
            tally = tallies[criterion]
            expected = case.answers.get(tally.define)
            if expected is None:
                continue
            key = (criterion, case.patient)
            if key not in doubted:
                tally.count(expected, finding)
            if expected is not (finding.verdict is MET):
                why = doubted.get(key) or explained.get(key, "")
                tally.differences.append(Difference(case, expected, finding, why, key in doubted))
    yield from tallies.values()


def summary(tallies: Iterable[Tally]) -> str:
    """One line over all defines."""
    everything = list(tallies)
    sums = {name: sum(getattr(one, name) for one in everything) for name in _SUMMED}
    return (
        "{defines} defines, {total} answers: {committed} committed, {agreed} agreed; {met} of {yes} expected true are"
        " met, {false_met} expected false are met"
    ).format(defines=len(everything), **sums)


_SUMMED = ("total", "yes", "met", "false_met", "committed", "agreed")


def main(names: list[str]) -> None:
    """Print the table, each difference with its explanation, and the sums."""
    everything = [tally for name in STUDIES if not names or name in names for tally in compare(name)]
    print(f"{'yes':>4} {'met':>4} {'false met':>9} {'committed':>9} {'agreed':>6} {'total':>5}  define")
    print(*everything, sep="\n")
    print(summary(everything))


if __name__ == "__main__":
    main(sys.argv[1:])
