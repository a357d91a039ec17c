"""The survey of local codes: what is counted, what is shown, and the site file it drafts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest

from fhir_screener.fhir.files import FolderSource
from fhir_screener.sandbox.hospital import AS_OF, write
from fhir_screener.screening.screen import screen
from fhir_screener.studies.load import Catalog, Loaded
from fhir_screener.studies.site_draft import draft
from fhir_screener.studies.survey import Found, Survey, Surveyor
from tests.builders.charts import Json, coded, observation

ROOT = Path(__file__).parents[3]
STUDY = "NCT04660565"
LAB = "urn:oid:2.999.1"
DAY = date(2021, 3, 1)


@cache
def known(site: str = "") -> Loaded:
    return Catalog(ROOT / "mappings", site).load([STUDY])


def surveyed(folder: Path, *, site: str = "", on: date = DAY, rare: int = 1) -> Survey:
    loaded = known(site).surveyed()
    surveyor = Surveyor(loaded, on)
    for record in FolderSource(folder, loaded.terminology).records():
        surveyor.take(record)
    return surveyor.survey(rare)


def survey(tmp_path: Path, *resources: Json, patients: int = 1, **options: Any) -> Survey:
    """The survey of so many patients with these records each."""
    with (tmp_path / "all.ndjson").open("wb") as file:
        for number in range(patients):
            one: Iterable[Json] = (
                {"resourceType": "Patient", "id": f"p{number}", "gender": "male", "birthDate": "1970-01-01"},
                *({**r, "id": f"{number}-{i}", "subject": {"reference": f"Patient/p{number}"}} for i, r in enumerate(resources)),
            )  # fmt: skip
            file.writelines(orjson.dumps(body) + b"\n" for body in one)
    return surveyed(tmp_path, **options)


def only(found: Survey) -> Found:
    (one,) = found.found
    return one


def result(**elements: Any) -> Json:
    return observation(effectiveDateTime="2021-02-20", **elements)


def test_a_test_of_a_local_code_that_looks_like_one_we_need(tmp_path: Path) -> None:
    found = survey(tmp_path, result(code=coded(LAB, "0231", "乙肝表面抗原(发光法)2"), valueString="阴性"), patients=2)
    one = only(found)
    assert (one.name.kind, one.name.code, len(one.patients), len(one.could)) == ("test", "0231", 2, 2)
    assert one.suggestion is not None
    assert one.suggestion.set == "hbsag"
    assert one.criteria == {"E8a"}


def test_a_code_of_a_standard_system_means_something_else(tmp_path: Path) -> None:
    assert survey(tmp_path, result(code=coded("http://loinc.org", "99999-9", "Hepatitis B surface Ag"))).found == []


def test_what_the_site_knows_already_is_not_told(tmp_path: Path) -> None:
    (tmp_path / "here.yaml").write_text(
        f"site: here\ncodes: [{{system: {LAB}, items: [{{code: '0231', ignore: true}}]}}]\nwords: {{negative: [未超界]}}\n"
    )
    charts = tmp_path / "charts"
    charts.mkdir()
    local = result(code=coded(LAB, "0231", "HBsAg 9000"), valueString="未超界")
    ours = result(valueString="未超界")
    assert len(survey(charts, local, ours).found) == 2
    assert surveyed(charts, site=str(tmp_path / "here.yaml")).found == []


def test_an_answer_that_nobody_reads(tmp_path: Path) -> None:
    one = only(survey(tmp_path, result(valueString="未超界")))
    assert (one.name.kind, one.name.words, one.criteria) == ("answer", "未超界", {"E8a"})


@pytest.mark.parametrize(
    "value", [{"valueString": "0.01 IU/mL"}, {"valueString": "阴性"}, {"valueQuantity": {"value": 1}}]
)
def test_an_answer_that_is_read_is_none_of_it(tmp_path: Path, value: Json) -> None:
    assert survey(tmp_path, result(**value)).found == []


def test_a_drug_that_no_list_knows_may_be_any(tmp_path: Path) -> None:
    drug = {"resourceType": "MedicationStatement", "status": "active", "effectivePeriod": {"start": "2021-02-01"}}
    one = only(survey(tmp_path, {**drug, "medicationCodeableConcept": coded(LAB, "TY1", "特药一号")}))
    assert (one.name.kind, one.suggestion) == ("drug", None)
    assert {"E5", "E6", "I4"} <= one.criteria


def test_only_a_record_in_time_could_change_anything(tmp_path: Path) -> None:
    drug = {
        "resourceType": "MedicationStatement",
        "status": "completed",
        "medicationCodeableConcept": coded(LAB, "TY1", "特药一号"),
    }
    old = {**drug, "effectivePeriod": {"start": "2010-01-01", "end": "2010-02-01"}}
    one = only(survey(tmp_path, old))
    assert (len(one.patients), len(one.could)) == (1, 0)


def test_nor_one_of_somebody_who_cannot_be_screened(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    lines = [
        {"resourceType": "Patient", "id": "p", "deceasedBoolean": True},
        {**result(code=coded(LAB, "0231", "HBsAg 9000")), "subject": {"reference": "Patient/p"}},
    ]
    (tmp_path / "all.ndjson").write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in lines))
    one = only(surveyed(tmp_path))
    assert (len(one.patients), len(one.could)) == (1, 0)


def test_words_without_a_code_that_few_share_may_tell_of_a_patient(tmp_path: Path) -> None:
    private = result(code={"text": "HBsAg of Mr Example"}, valueString="阴性")
    found = survey(tmp_path, private, patients=2, rare=3)
    assert (found.found, found.others, found.rare) == ([], [], 1)
    long = result(code={"text": "HBsAg " + "and a whole letter about somebody " * 5})
    found = survey(tmp_path, long, patients=5)
    assert (found.found, found.others, found.rare) == ([], [], 0)


def test_the_most_useful_first(tmp_path: Path) -> None:
    write(tmp_path, 400, 1, AS_OF)
    found = surveyed(tmp_path, on=AS_OF).found
    assert [len(one.could) for one in found] == sorted((len(one.could) for one in found), reverse=True)
    assert {one.name.code or one.name.words for one in found} >= {"LAB0231", "LAB0410", "未超界"}
    assert surveyed(tmp_path, on=AS_OF, site="example").found == []


def uncommented(text: str) -> str:
    return re.sub(r"(?m)^#(?!#)", "", text)


def test_the_draft_loads_as_it_is_and_with_every_entry_uncommented(tmp_path: Path) -> None:
    charts = tmp_path / "charts"
    write(charts, 400, 1, AS_OF)
    text = draft(surveyed(charts, on=AS_OF), "mine")
    path = tmp_path / "mine.yaml"
    path.write_text(text, "utf-8")
    assert Catalog(ROOT / "mappings", str(path)).overlay.codes == {}
    path.write_text(uncommented(text), "utf-8")
    overlay = Catalog(ROOT / "mappings", str(path)).overlay
    assert {entry.code for entry in overlay.codes["hbsag"]} == {"LAB0231"}
    assert set(overlay.site.words) == {"未超界"}
    assert overlay.site.ignored == frozenset(), "what an unknown drug is, somebody must say"


def test_names_with_anything_in_them_are_drafted_whole(tmp_path: Path) -> None:
    odd = 'HBsAg: "B" # 1, {x}'
    drug = {"resourceType": "MedicationStatement", "status": "active"}
    found = survey(
        tmp_path,
        result(code=coded(LAB, '0"1', odd)),
        result(code={"text": "乙肝表面抗原 '2'"}, valueString='y: "#'),
        {**drug, "medicationCodeableConcept": {"text": "甲氨碟呤片: #1"}},
        {**drug, "medicationCodeableConcept": {"text": "特药 'x': #2"}},
    )
    path = tmp_path / "mine.yaml"
    path.write_text(uncommented(draft(found, "mine")), "utf-8")
    overlay = Catalog(ROOT / "mappings", str(path)).overlay
    assert [entry.display for entry in overlay.codes["hbsag"]] == [odd]
    assert overlay.names["hbsag"] == {"": ("乙肝表面抗原 '2'",)}
    assert overlay.names["nonbiologic-dmards"] == {"methotrexate": ("甲氨碟呤片: #1",)}


def test_keeping_what_nobody_can_read_changes_no_answer(tmp_path: Path) -> None:
    write(tmp_path, 150, 2, AS_OF)
    loaded = known()
    answers = [
        [
            [(c.id, c.verdict, c.reason) for c in screen(loaded.studies[0], record, AS_OF, terms).criteria]
            for record in FolderSource(tmp_path, terms).records()
        ]
        for terms in (loaded.terminology, loaded.surveyed().terminology)
    ]
    assert answers[0] == answers[1]
