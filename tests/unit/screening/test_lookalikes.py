"""Local names in a sweep's result and report: added up, cut, and never at the cost of an answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import msgspec

from fhir_screener.records.patient_record import PatientRecord
from fhir_screener.screening.lookalikes import TOLD, Lookalike, added
from fhir_screener.screening.report import SweepReport, make_report
from fhir_screener.screening.report_cut import read_report, report_json
from fhir_screener.screening.screening import Screening
from fhir_screener.screening.sweep_plan import ChunkResult, result_from_json, to_json
from tests.unit.screening.sweep_fakes import STUDY, head
from tests.unit.screening.test_sweep_inline import World, bench

HBSAG = Lookalike("test", "乙肝表面抗原定量", "urn:lab", "0231", "hbsag", "乙肝表面抗原", 5, 4, 1, ("E8a",))


def reported(*results: ChunkResult) -> SweepReport:
    return make_report(head(), results, head().started)


def test_the_same_name_of_several_chunks_is_one() -> None:
    other = replace(HBSAG, name="HBsAg (quant)", patients=3, could_change=2, in_play=2, criteria=("E8a", "E8b"))
    drug = Lookalike("drug", "特药一号", could_change=9)
    assert added([[HBSAG], [other, drug]]) == (
        drug,
        replace(HBSAG, patients=8, could_change=6, in_play=3, criteria=("E8a", "E8b")),
    )


def test_a_result_travels_with_them_and_an_older_one_without() -> None:
    result = ChunkResult(lookalikes={STUDY: [HBSAG]})
    assert result_from_json(to_json(result)) == result
    older = msgspec.json.decode(to_json(ChunkResult(read=3)))
    del older["lookalikes"]
    assert result_from_json(msgspec.json.encode(older)).lookalikes is None


def test_the_report_names_the_first_and_counts_the_others() -> None:
    many = [replace(HBSAG, code=str(number), could_change=number + 1) for number in range(TOLD + 7)]
    (study,) = reported(ChunkResult(lookalikes={STUDY: many})).studies
    assert study.lookalikes is not None
    assert [one.could_change for one in study.lookalikes[:2]] == [TOLD + 7, TOLD + 6]
    assert (len(study.lookalikes), study.total("lookalikes")) == (TOLD, TOLD + 7)


def test_none_found_is_another_thing_than_nobody_counted() -> None:
    assert reported(ChunkResult(lookalikes={STUDY: []})).studies[0].lookalikes == ()
    assert reported(ChunkResult(read=1)).studies[0].lookalikes is None


def test_they_stay_in_a_report_that_is_shortened() -> None:
    many = [replace(HBSAG, code=str(number)) for number in range(TOLD + 7)]
    unread = {f"p{number}": "timed out" for number in range(9000)}
    report = reported(ChunkResult(lookalikes={STUDY: many}, unread=unread))
    read = read_report(report_json(report.to_wire()))
    assert read.studies[0].lookalikes == report.studies[0].lookalikes
    assert read.studies[0].total("lookalikes") == TOLD + 7


class Counting:
    """A count that names one thing, or breaks."""

    def __init__(self, *, breaks: bool = False) -> None:
        self.breaks, self.seen = breaks, 0

    def take(self, record: PatientRecord, screenings: Iterable[Screening]) -> None:
        if self.breaks:
            raise RuntimeError("乙肝 of Mr Example")
        self.seen += len(list(screenings))

    def found(self) -> Mapping[str, Sequence[Lookalike]]:
        return {STUDY: [replace(HBSAG, patients=self.seen)]}


def test_each_patient_is_counted_once() -> None:
    world = World()
    work = replace(bench(world.source, world.target), count=Counting)
    (study,) = world.sweep(work).studies
    assert study.lookalikes == (replace(HBSAG, patients=9, could_change=12, in_play=3),)


def test_counting_that_breaks_costs_no_answer_and_is_said_without_what_it_met() -> None:
    world = World()
    report = world.sweep(replace(bench(world.source, world.target), count=lambda: Counting(breaks=True)))
    assert report.studies[0].lookalikes is None
    assert report.studies[0].evaluated == 9
    (said,) = [line for line in report.warnings if "names" in line]
    assert said.startswith("local names were not counted: a mistake in the program: RuntimeError")
    assert "Mr Example" not in said
