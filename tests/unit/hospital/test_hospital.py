"""The sample hospital: same dice same bytes, valid R4, and a truth for every criterion of every patient."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from fhir_screener.errors import UsageError
from fhir_screener.sandbox import hospital
from fhir_screener.sandbox.hospital import AS_OF, Chart, generate, shared_resources
from fhir_screener.sandbox.hospital.situations import ALL
from fhir_screener.sandbox.hospital.truth import CRITERIA, decides

UNRESOLVED = "Medication/retired-7731"


@pytest.fixture(scope="module")
def charts() -> list[Chart]:
    return list(generate())


def as_bytes(charts: list[Chart]) -> bytes:
    return orjson.dumps([[chart.resources, chart.truth] for chart in charts])


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_same_arguments_give_the_same_bytes(charts: list[Chart]) -> None:
    assert as_bytes(list(generate())) == as_bytes(charts)


def test_another_seed_gives_another_hospital(charts: list[Chart]) -> None:
    assert as_bytes(list(generate(40, seed=2))) != as_bytes(list(generate(40, seed=1)))


def test_every_patient_once_by_a_stable_id(charts: list[Chart]) -> None:
    assert [chart.patient_id for chart in charts] == [f"h{number:05d}" for number in range(1, 1001)]
    for chart in charts:
        assert [one["id"] for one in chart.resources if one["resourceType"] == "Patient"] == [chart.patient_id]


def test_no_id_twice(charts: list[Chart]) -> None:
    ids = Counter((one["resourceType"], one["id"]) for chart in charts for one in chart.resources)
    assert ids.most_common(1)[0][1] == 1


def test_all_resources_are_valid_r4(charts: list[Chart]) -> None:
    from fhir.resources.R4B import get_fhir_model_class

    sample = [one for chart in charts[::4] for one in chart.resources] + shared_resources()
    for one in sample:
        get_fhir_model_class(one["resourceType"]).model_validate(one)
    assert len({one["resourceType"] for one in sample}) >= 14


def test_references_resolve_except_the_planned_ones(charts: list[Chart]) -> None:
    records = [one for chart in charts for one in chart.resources] + shared_resources()
    known = {f"{one['resourceType']}/{one['id']}" for one in records}
    missing = set()
    for one in records:
        inside = {f"#{inner['id']}" for inner in one.get("contained", [])}
        missing |= {reference for reference in references(one) if reference not in known and reference not in inside}
    assert missing == {UNRESOLVED}


def test_records_only_reach_their_own_patient(charts: list[Chart]) -> None:
    for chart in charts:
        for one in chart.resources[1:]:
            assert {ref for ref in references(one) if ref.startswith("Patient/")} <= {f"Patient/{chart.patient_id}"}


def test_truth_covers_all_criteria(charts: list[Chart]) -> None:
    for chart in charts:
        assert tuple(chart.truth["criteria"]) == CRITERIA
        for answer in chart.truth["criteria"].values():
            assert (answer["verdict"] == "unknown") == (answer["reason"] is not None)


def test_every_planned_verdict_of_every_criterion_is_there(charts: list[Chart]) -> None:
    planned = {(row.criterion, *row.truth) for row in ALL if row.criterion != "S"}
    seen = {
        (name, answer["verdict"], answer["reason"])
        for chart in charts
        for name, answer in chart.truth["criteria"].items()
    }
    assert planned <= seen


def test_every_situation_comes_up_among_a_thousand(charts: list[Chart]) -> None:
    seen = {name for chart in charts for name in chart.truth["situations"]}
    assert {f"{row.criterion}: {row.name}" for row in ALL} == seen


def test_outcomes_of_a_thousand(charts: list[Chart]) -> None:
    outcomes = Counter(chart.truth["outcome"] for chart in charts)
    assert set(outcomes) == {"candidate", "review", "later", "excluded", "no_signal", "not_screenable"}
    assert 800 <= outcomes["no_signal"] <= 900
    fully_coded = [chart for chart in charts if chart.truth["kind"] == "coded candidate"]
    assert len(fully_coded) == 30
    assert all(chart.truth["outcome"] == "candidate" and chart.truth["coded"] for chart in fully_coded)


def test_later_names_a_day_to_come_and_nothing_else_does(charts: list[Chart]) -> None:
    for chart in charts:
        eligible = chart.truth["eligible_from"]
        assert (eligible is not None) == (chart.truth["outcome"] == "later")
        assert eligible is None or date.fromisoformat(eligible) > AS_OF


def test_outcome_agrees_with_the_verdicts(charts: list[Chart]) -> None:
    eyes = {"suspected", "equivocal", "conflicting", "stale", "imprecise-date", "unreadable"}
    for chart in charts:
        answers = chart.truth["criteria"]
        if chart.truth["outcome"] == "candidate":
            assert all(answers[name]["verdict"] != "not_met" for name in ("I1", "I2", "I3", "I4"))
            assert all(answers[name]["verdict"] != "met" for name in CRITERIA if name.startswith("E"))
        if chart.truth["outcome"] in ("candidate", "no_signal"):
            assert chart.truth["outcome"] == "no_signal" or not eyes & {answer["reason"] for answer in answers.values()}


def test_the_whole_hospital_moves_with_the_date() -> None:
    here, there = list(generate(200)), list(generate(200, as_of=date(2031, 11, 18)))
    assert [chart.truth["criteria"] for chart in here] == [chart.truth["criteria"] for chart in there]
    assert [chart.truth["outcome"] for chart in here] == [chart.truth["outcome"] for chart in there]
    newest = max(one["authoredOn"] for chart in there for one in chart.resources if "authoredOn" in one)
    assert newest[:7] == "2031-11"


@pytest.mark.parametrize(
    "as_of", [date(2026, 1, 29), date(2027, 12, 31), date(2028, 2, 28), date(2028, 2, 29), date(2026, 7, 1)]
)
def test_awkward_days(as_of: date) -> None:
    for chart in generate(300, as_of=as_of):
        eligible = chart.truth["eligible_from"]
        assert eligible is None or date.fromisoformat(eligible) > as_of


def test_the_first_patients_do_not_depend_on_how_many_follow() -> None:
    assert as_bytes(list(generate(1000))[:50]) == as_bytes([c for _, c in zip(range(50), generate(2500), strict=False)])


def test_the_clinic_lists_those_with_signs(charts: list[Chart]) -> None:
    group = next(one for one in shared_resources() if one["resourceType"] == "Group")
    listed = {member["entity"]["reference"] for member in group["member"]}
    assert group["id"] == "igg4rd-clinic"
    assert len(listed) == 140
    candidates = {f"Patient/{c.patient_id}" for c in charts if c.truth["outcome"] in ("candidate", "review", "later")}
    assert candidates <= listed


@pytest.mark.parametrize("compress", [False, True])
def test_a_folder_holds_a_file_a_type_and_the_truth_apart(tmp_path: Path, compress: bool) -> None:
    steps: list[tuple[int, int]] = []
    written = hospital.write(tmp_path, 30, compress=compress, progress=lambda done, of: steps.append((done, of)))
    suffix = ".ndjson.gz" if compress else ".ndjson"
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {
        f"{kind}{suffix}" for kind in written.records
    }
    truths = (tmp_path / hospital.TRUTH).read_bytes().splitlines()
    assert [orjson.loads(line)["patient"] for line in truths] == [f"h{number:05d}" for number in range(1, 31)]
    assert sum(written.outcomes.values()) == 30
    assert steps[-1] == (30, 30)


def test_a_compressed_folder_is_the_same_bytes_twice(tmp_path: Path) -> None:
    for name in ("one", "two"):
        hospital.write(tmp_path / name, 20, compress=True)
    files = list((tmp_path / "one").glob("*.gz"))
    assert files
    for path in files:
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_no_hospital_without_patients() -> None:
    with pytest.raises(UsageError, match="ask for one or more"):
        next(generate(0))


def test_what_decides() -> None:
    decided = {row.criterion for row in ALL if row.criterion != "S" and decides(row.criterion, row.truth)}
    # E1 is never met by a chart, and I4 never not_met.
    assert decided == set(CRITERIA) - {"E1", "I4"}
