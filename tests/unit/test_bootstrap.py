"""The composition root, as far as it goes without a server: what a sweep is told, and what a worker refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fhir_screener.bootstrap import Screener, build_screener
from fhir_screener.bootstrap.office import Office
from fhir_screener.bootstrap.screener import over, recruits
from fhir_screener.errors import ChunkRefused, SettingsError
from fhir_screener.fhir.capability import Capability, TypeAbilities
from fhir_screener.screening.memory_ledger import MemoryLedger
from fhir_screener.screening.sweep_plan import Chunk, State
from fhir_screener.settings import Settings

STUDY = "NCT00000001"
DAY = date(2026, 3, 2)
Make = Callable[..., Screener]
TEXT = """
study: NCT00000001
title: A study of adults
version: 1
zone: Asia/Shanghai
cohort: all
criteria:
  - {id: I1, role: inclusion, text: Adults., rule: {age: {at_least: 18 a}}, settle: chart}
"""


@pytest.fixture
def mappings(tmp_path: Path) -> Path:
    """A folder with one small study."""
    folder = tmp_path / "mappings"
    (folder / "valuesets").mkdir(parents=True)
    write(folder)
    return folder


@pytest.fixture
def screener(mappings: Path) -> Make:
    """Makes screeners; their servers cannot be reached, and say nothing of what they can do."""

    def made(**more: Any) -> Screener:
        given = {"source_url": "http://127.0.0.1:9/fhir", "mappings": mappings, **more}
        one = build_screener(Settings.build({name: value for name, value in given.items() if value != ""}))
        one.servers.__dict__["source_capability"] = one.servers.__dict__["target_capability"] = Capability("4.0.1")
        return one

    return made


def write(mappings: Path, study: str = STUDY, old: str = "", new: str = "") -> None:
    assert old in TEXT
    (mappings / "studies").mkdir(exist_ok=True)
    text = TEXT.replace(STUDY, study).replace(old, new) if old else TEXT.replace(STUDY, study)
    (mappings / "studies" / f"{study.lower()}.yaml").write_text(text)


def test_a_sweep_says_for_what_it_is(screener: Make) -> None:
    ((head, loaded),) = screener(target_url="http://127.0.0.1:8/tasks", chunk_size=7).heads([STUDY], DAY, name="s1")
    assert (head.sweep, head.as_of, head.zone, head.chunk_size) == ("s1", DAY, "Asia/Shanghai", 7)
    assert (head.source, head.target) == ("http://127.0.0.1:9/fhir", "http://127.0.0.1:8/tasks")
    assert head.studies == {STUDY: loaded[STUDY].checksum}
    assert head.studies[STUDY].startswith("sha256:")


def test_a_chunk_is_worked_with_what_its_sweep_began_with(screener: Make) -> None:
    one = screener()
    ((head, _),) = one.heads([STUDY], DAY)
    chunk = Chunk.of(head, 0, ["p1"])
    other = screener()
    bench = other.benches.bench_of(chunk)
    assert list(bench.judges) == [STUDY]
    assert other.benches.bench_of(chunk) is bench


@pytest.mark.parametrize(
    "other",
    [
        {"installation_key": "another key, long enough"},
        {"source_name": "other"},
        {"target_url": "http://127.0.0.1:8/tasks"},
        {"source_url": "http://127.0.0.1:7/fhir"},
        {"owner": "Group/others"},
    ],
)
def test_a_worker_with_other_settings_refuses(other: dict[str, str], screener: Make) -> None:
    ((head, _),) = screener().heads([STUDY], DAY)
    with pytest.raises(ChunkRefused, match="give both the same settings"):
        screener(**other).benches.bench_of(Chunk.of(head, 0, ["p1"]))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"source_url": "", "target_url": "http://127.0.0.1:9/fhir"}, "SOURCE_URL is not set"),
        ({"target_url": "https://fhir.example/r4"}, "INSTALLATION_KEY is not set"),
        ({"source_profile": "other"}, "no server profile 'other'"),
    ],
)
def test_a_worker_that_is_not_set_up_refuses_and_says_so(wrong: dict[str, str], words: str, screener: Make) -> None:
    """It is one more trouble that is told, not an error that leaves the chunk to be sent again for ever."""
    ((head, _),) = screener().heads([STUDY], DAY)
    chunk, ledger = Chunk.of(replace(head, state=State.RUNNING, chunks=1), 0, ["p1"]), MemoryLedger()
    ledger.put(replace(head, state=State.RUNNING, chunks=1))
    worker = screener(broker_url="redis://127.0.0.1:9/0", **wrong)
    worker.__dict__["ledger"] = ledger
    with pytest.raises(ChunkRefused, match=words):
        worker.work(chunk)
    (trouble,) = ledger.troubles(head.sweep).values()
    assert trouble.refused
    assert words in trouble.why


def test_settings_that_do_not_matter_to_a_chunk_may_differ(screener: Make) -> None:
    ((head, _),) = screener().heads([STUDY], DAY)
    other = screener(
        batch_size=3, connections=1, log_level="debug", cohort="all", source_url="http://127.0.0.1:9/fhir/"
    )
    assert other.benches.bench_of(Chunk.of(head, 0, ["p1"])).batch_size == 3


def test_a_mapping_edited_in_mid_sweep_does_not_mix(screener: Make, mappings: Path) -> None:
    one = screener()
    ((head, _),) = one.heads([STUDY], DAY)
    chunk = Chunk.of(head, 0, ["p1"])
    before = one.benches.bench_of(chunk)
    write(mappings, old="version: 1", new="version: 2")
    assert one.benches.bench_of(chunk) is before, "who has the old mapping goes on with it"
    with pytest.raises(ChunkRefused, match=rf"the mapping of {STUDY} is sha256:\w+ here, and was sha256:\w+ when"):
        screener().benches.bench_of(chunk)
    ((new, _),) = one.heads([STUDY], DAY)
    assert one.benches.bench_of(Chunk.of(new, 0, ["p1"])) is not before, "and takes the new one for a new sweep"


def test_what_is_told_of_a_sweep_is_told_by_what_it_was_made_with(screener: Make, mappings: Path) -> None:
    one = screener()
    swept = one.benches.load([STUDY])
    write(mappings, old="version: 1", new="version: 2")
    assert one.benches.as_read([STUDY]) == swept
    assert one.benches.load([STUDY]) != swept
    assert screener().benches.as_read([STUDY]) != swept


def test_a_worker_with_another_sites_overlay_refuses(screener: Make, mappings: Path) -> None:
    (mappings / "sites").mkdir()
    (mappings / "sites" / "here.yaml").write_text("site: here\n")
    ((head, _),) = screener(site="here").heads([STUDY], DAY)
    chunk = Chunk.of(head, 0, ["p1"])
    assert screener(site="here").benches.bench_of(chunk)
    (mappings / "sites" / "there.yaml").write_text("site: there\n")
    for site in ("there", ""):
        with pytest.raises(ChunkRefused, match=f"the mapping of {STUDY} is"):
            screener(site=site).benches.bench_of(chunk)


@pytest.mark.parametrize(("complete", "hidden"), [("[MedicationAdministration]", 0), ("[Condition]", 1)])
def test_where_absence_is_an_answer_drugs_without_a_date_are_read_too(
    complete: str, hidden: int, screener: Make, tmp_path: Path
) -> None:
    (tmp_path / "here.yaml").write_text(f"site: here\ncomplete: {complete}\n")
    one = screener(mappings=Path(__file__).parents[2] / "mappings", site=str(tmp_path / "here.yaml"))
    given = TypeAbilities(frozenset({"search-type"}), frozenset({"patient", "effective-time"}))
    one.servers.__dict__["source_capability"] = Capability("4.0.1", {"MedicationAdministration": given})
    loaded = one.benches.load(["NCT04660565"])
    source = one.benches.bench(loaded, DAY).source
    assert len([said for said in source.hidden if "what has no date" in said]) == hidden


def test_the_pages_judge_as_the_sweep_does(screener: Make, mappings: Path) -> None:
    """By the same site's overlay, so that a candidate's page cannot say otherwise than its Task."""
    (mappings / "sites").mkdir()
    (mappings / "sites" / "here.yaml").write_text("site: here\n")
    one = screener(site="here")
    office = Office(one.settings)
    assert office.loaded.terminology.site.name == "here"
    assert office.studies[0].checksum == one.benches.load([STUDY]).studies[0].checksum


def test_a_mapping_that_cannot_be_loaded_is_a_refusal(screener: Make, mappings: Path) -> None:
    ((head, _),) = screener().heads([STUDY], DAY)
    write(mappings, old="role: inclusion", new="role: included")
    with pytest.raises(ChunkRefused, match="cannot load the sweep's studies"):
        screener().benches.bench_of(Chunk.of(head, 0, ["p1"]))


def test_one_sweep_for_studies_of_one_zone_and_one_more_for_each_other(screener: Make, mappings: Path) -> None:
    for study in ("NCT00000002", "NCT00000003"):
        write(mappings, study)
    write(mappings, "NCT00000003", "zone: Asia/Shanghai", "zone: Europe/Vienna")
    found = screener().heads([], name="s")
    assert [(head.sweep, head.zone, sorted(head.studies)) for head, _ in found] == [
        ("s", "Asia/Shanghai", [STUDY, "NCT00000002"]),
        ("s-z1", "Europe/Vienna", ["NCT00000003"]),
    ]


def test_a_study_that_does_not_recruit_is_not_swept(screener: Make, mappings: Path) -> None:
    write(mappings, old="cohort:", new="recruiting: {from: 2027-01}\ncohort:")
    ((head, loaded),) = screener().heads([STUDY], DAY)
    assert (head.studies, loaded.studies) == ({}, ())
    assert head.warnings == (f"{STUDY} does not recruit on 2026-03-02 and was not swept",)


def test_recruiting_from_and_until_both_count(screener: Make, mappings: Path) -> None:
    write(mappings, old="cohort:", new="recruiting: {from: 2026-03-02, until: 2026-04}\ncohort:")
    (study,) = screener().benches.load([STUDY]).studies
    days = [date(2026, 3, 1), date(2026, 3, 2), date(2026, 4, 30), date(2026, 5, 1)]
    assert [recruits(study, day) for day in days] == [False, True, True, False]
    assert [over(study, day) for day in days] == [False, False, False, True]


def test_what_is_missing_is_named(screener: Make) -> None:
    with pytest.raises(SettingsError, match="FHIR_SCREENER_SOURCE_URL is not set"):
        screener(source_url=None).heads([STUDY], DAY)
    with pytest.raises(SettingsError, match="FHIR_SCREENER_BROKER_URL is not set"):
        _ = screener().sweeper
    with pytest.raises(SettingsError, match="FHIR_SCREENER_INSTALLATION_KEY is not set"):
        screener(source_url="https://ehr.example/fhir").heads([STUDY], DAY)


def test_without_a_broker_the_ledger_is_in_memory(screener: Make) -> None:
    assert isinstance(screener().ledger, MemoryLedger)


def test_the_lock_of_one_write_is_had_by_one(screener: Make) -> None:
    made = screener()
    with made.benches.one_by_one("task:1"):
        assert made.ledger.holder("task:1")
    assert made.ledger.holder("task:1") == ""
