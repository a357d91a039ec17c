"""Local names counted while a sweep judges: the same counts as the survey's, and never another answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from fhir_screener.fhir.files import FolderSource
from fhir_screener.records.patient_record import PatientRecord, Unmapped
from fhir_screener.sandbox.hospital import AS_OF, write
from fhir_screener.screening.lookalikes import Lookalike, added
from fhir_screener.screening.screen import screen
from fhir_screener.screening.wire import to_line
from fhir_screener.studies.load import Loaded
from fhir_screener.studies.overlooked import Overlooked
from fhir_screener.terminology.local_name import Name
from tests.builders.charts import Json, coded
from tests.unit.studies.test_survey import DAY, LAB, STUDY, known, result, survey, surveyed

NOTED = known().noted()


def charts(folder: Path, loaded: Loaded) -> Iterator[PatientRecord]:
    return FolderSource(folder, loaded.terminology).records()


def counted(folder: Path, on: date = DAY, chunk: int = 200) -> tuple[Lookalike, ...]:
    """What a sweep in chunks of so many patients would tell."""
    names = Overlooked(NOTED, on)
    tally, parts = names.count(), []
    for number, record in enumerate(charts(folder, NOTED), 1):
        tally.take(record, [screen(NOTED.studies[0], record, on, NOTED.terminology)])
        if number % chunk == 0:
            parts.append(tally.found()[STUDY])
            tally = names.count()
    return added([*parts, tally.found()[STUDY]])


def sweep(tmp_path: Path, *resources: Json, patients: int = 3, chunk: int = 200) -> tuple[Lookalike, ...]:
    """The count over so many patients with these records each."""
    survey(tmp_path, *resources, patients=patients)
    return counted(tmp_path, chunk=chunk)


def test_it_counts_as_the_survey_does(tmp_path: Path) -> None:
    write(tmp_path, 400, 1, AS_OF)
    told = {(one.name.kind, one.name.code): one for one in surveyed(tmp_path, on=AS_OF).found if one.name.code}
    found = {(one.kind, one.code): one for one in counted(tmp_path, AS_OF, chunk=150) if one.code}
    assert found.keys() == {key for key, one in told.items() if one.could} != set()
    for key, one in found.items():
        same = told[key]
        assert (one.patients, one.could_change, one.in_play) == (len(same.patients), len(same.could), len(same.play))
        assert set(one.criteria) == same.criteria
        assert one.looks_like == (same.suggestion.set if same.suggestion else "")


def test_no_answer_is_another_for_it(tmp_path: Path) -> None:
    write(tmp_path, 200, 1, AS_OF)
    plain = known()
    noted = {one.patient.id: one for one in charts(tmp_path, NOTED)}
    for record in charts(tmp_path, plain):
        other = noted[record.patient.id]
        assert replace(other, unmapped=()) == record
        lines = [to_line(screen(x.studies[0], r, AS_OF, x.terminology)) for x, r in ((plain, record), (NOTED, other))]
        assert lines[0] == lines[1]
    assert any(one.unmapped for one in noted.values())


def test_a_record_that_no_study_can_use_leaves_its_name(tmp_path: Path) -> None:
    odd = {"code": coded(LAB, "D77", "IgG-4相关病"), "recordedDate": "2020-05-01"}
    known_elsewhere = {"code": coded("http://loinc.org", "99999-9", "Something else")}
    survey(tmp_path, {"resourceType": "Condition", **odd}, result(**known_elsewhere))
    (record,) = charts(tmp_path, NOTED)
    ((name, day),) = record.unmapped
    assert (name, day) == (Name("diagnosis", LAB, "D77", "IgG-4相关病"), "2020-05-01")
    (one,) = counted(tmp_path)
    assert (one.kind, one.code, one.patients, one.could_change) == ("diagnosis", "D77", 1, 1)
    assert one.looks_like.startswith("igg4")


def test_words_without_a_code_count_only_where_several_of_a_chunk_share_them(tmp_path: Path) -> None:
    words = result(code={"text": "两对半第五项"}, valueString="阴性")
    assert sweep(tmp_path, words, patients=5, chunk=2) == ()
    (one,) = counted(tmp_path, chunk=3)
    assert (one.name, one.patients, one.at_least) == ("两对半第五项", 3, True)


def test_a_name_that_could_change_nobody_is_not_told(tmp_path: Path) -> None:
    drug = {
        "resourceType": "MedicationStatement",
        "status": "completed",
        "medicationCodeableConcept": coded(LAB, "TY1", "特药一号"),
        "effectivePeriod": {"start": "2010-01-01", "end": "2010-02-01"},
    }
    assert sweep(tmp_path, drug) == ()


def test_nor_where_the_patient_cannot_be_screened(tmp_path: Path) -> None:
    names = Overlooked(NOTED, DAY)
    tally = names.count()
    survey(tmp_path, result(code=coded(LAB, "0231", "乙肝表面抗原(发光法)2"), valueString="阴性"))
    (record,) = charts(tmp_path, NOTED)
    gone = replace(record, patient=type(record.patient)(id="p0", deceased=True))
    tally.take(gone, [screen(NOTED.studies[0], gone, DAY, NOTED.terminology)])
    assert tally.found() == {STUDY: []}


def test_what_a_code_for_anything_else_is_called_is_told_only_where_several_say_it(tmp_path: Path) -> None:
    """Under one code the words may be of one patient each."""
    survey(tmp_path, patients=4)
    names = Overlooked(NOTED, DAY)
    tally = names.count()
    for number, record in enumerate(charts(tmp_path, NOTED)):
        called = Name("drug", LAB, "OTHER", f"mixture for patient {number}")
        screened = [screen(NOTED.studies[0], record, DAY, NOTED.terminology)]
        tally.take(replace(record, unmapped=(Unmapped(called, "2021-02-20"),)), screened)
    (one,) = tally.found()[STUDY]
    assert (one.name, one.code, one.patients) == ("", "OTHER", 4)
