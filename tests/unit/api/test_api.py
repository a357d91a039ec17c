"""`from fhir_screener import load_study, screen`: as docs/python.md says it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fhir_screener import load_study, screen, screen_all
from fhir_screener.errors import UsageError
from fhir_screener.screening.screening import Outcome

CASE = Path(__file__).parents[2] / "cases" / "nct04660565" / "B00" / "bundle.json"
STUDY = load_study("NCT04660565")
DAY = "2021-03-01"


@pytest.fixture
def bundle() -> Any:
    return json.loads(CASE.read_text("utf-8"))


def resources(bundle: Any) -> list[Any]:
    return [entry["resource"] for entry in bundle["entry"]]


def test_a_bundle_in_a_screening_out(bundle: Any) -> None:
    found = screen(STUDY, bundle, as_of=DAY)
    assert found.outcome is Outcome.CANDIDATE
    assert found.next_change_on == date(2021, 3, 21)
    assert [c.id for c in found.criteria] == [c.id for c in STUDY.criteria]


@pytest.mark.parametrize("form", ["text", "bytes", "resources", "lines", "path", "models"])
def test_every_form_of_data_gives_the_same_answer(bundle: Any, form: str) -> None:
    from fhir.resources.R4B.patient import Patient

    forms = {
        "text": lambda: CASE.read_text("utf-8"),
        "bytes": CASE.read_bytes,
        "resources": lambda: resources(bundle),
        "lines": lambda: [json.dumps(one) for one in resources(bundle)],
        "path": lambda: CASE,
        "models": lambda: [
            Patient.model_validate(one) if one["resourceType"] == "Patient" else one for one in resources(bundle)
        ],
    }
    assert screen(STUDY, forms[form](), as_of=date(2021, 3, 1)) == screen(STUDY, bundle, as_of=DAY)


@pytest.mark.parametrize("subject", [{}, {"subject": 7}, {"subject": {"display": "the patient"}}])
def test_a_record_that_names_nobody_is_not_overlooked(bundle: Any, tmp_path: Path, subject: dict[str, Any]) -> None:
    """Of the one patient it may be; in memory as in a file."""
    cancer = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "C50.9"}]}
    stray = {"resourceType": "Condition", "id": "x", "code": cancer, "recordedDate": "2020-05-01", **subject}
    bundle["entry"].append({"resource": stray})
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(bundle), "utf-8")
    found = screen(STUDY, bundle, as_of=DAY)
    assert (found.outcome, found.failed) == (Outcome.REVIEW, {"Condition"})
    assert [(c.verdict, c.reason) for c in found.criteria] == [
        (c.verdict, c.reason) for c in screen(STUDY, path, as_of=DAY).criteria
    ]


def test_a_record_that_names_nobody_among_several_patients_is_nobodys(bundle: Any) -> None:
    stray = {"resourceType": "Condition", "id": "x", "code": {"text": "breast cancer"}}
    both = [bundle, {"resourceType": "Patient", "id": "other"}, stray]
    assert screen(STUDY, both, as_of=DAY, patient="b00-pt").failed == frozenset()


def test_a_page_whose_next_one_is_not_given_is_said(bundle: Any) -> None:
    page = {**bundle, "type": "searchset", "link": [{"relation": "next", "url": "https://x/2"}]}
    assert any("next pages must be here too" in said for said in screen(STUDY, page, as_of=DAY).problems)
    last = {"resourceType": "Bundle", "type": "searchset", "entry": []}
    assert screen(STUDY, [page, last], as_of=DAY).problems == ()


def test_a_study_may_be_named_by_its_id(bundle: Any) -> None:
    assert screen("NCT04660565", bundle, as_of=DAY).outcome is Outcome.CANDIDATE


def test_several_patients_must_be_told_apart(bundle: Any) -> None:
    both = [bundle, {"resourceType": "Patient", "id": "other"}]
    with pytest.raises(UsageError, match="2 patients"):
        screen(STUDY, both, as_of=DAY)
    assert screen(STUDY, both, as_of=DAY, patient="other").outcome is Outcome.NO_SIGNAL
    assert {one.patient for one in screen_all(STUDY, both, as_of=DAY)} == {"b00-pt", "other"}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"resourceType": "Bundle", "entry": []}, "no Patient"),
        ({"id": "x"}, "no resourceType"),
        ("{", "cannot be read"),
        (7, "is no FHIR"),
        ({"resourceType": "Patient", "id": "x", "active": object()}, "cannot be written as JSON"),
    ],
)
def test_what_is_no_chart_is_said(data: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        screen(STUDY, data, as_of=DAY)


def test_half_a_character_costs_its_record_alone(bundle: Any) -> None:
    """json.loads lets half of a surrogate pair pass, and JSON written anew cannot hold it."""
    patient = next(entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == "Patient")
    condition = {
        "resourceType": "Condition",
        "id": "half",
        "subject": {"reference": f"Patient/{patient['id']}"},
        "code": {"text": "lym\ud83d"},
    }
    chart = {"resourceType": "Bundle", "entry": [{"resource": patient}, {"resource": condition}]}
    as_dict, as_text = (screen(STUDY, form, as_of=DAY) for form in (chart, json.dumps(chart, ensure_ascii=False)))
    assert [one.criteria for one in (as_dict, as_text)] == [screen(STUDY, json.dumps(chart), as_of=DAY).criteria] * 2


def test_a_day_that_is_none(bundle: Any) -> None:
    with pytest.raises(UsageError, match="2021-03-01"):
        screen(STUDY, bundle, as_of="March")


def test_a_notebook_shows_a_table_with_nothing_unescaped(bundle: Any) -> None:
    hostile = {
        "resourceType": "Condition",
        "subject": {"reference": "Patient/b00-pt"},
        "code": {
            "coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "C16.9"}],
            "text": "<script>x</script>",
        },
        "onsetDateTime": "2019",
    }
    page = screen(STUDY, [bundle, hostile], as_of=DAY)._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert page.count("<tr>") == 1 + len(STUDY.criteria)


def test_the_study_says_what_it_is() -> None:
    assert repr(STUDY).startswith("<study NCT04660565 version ")


def test_a_screening_is_printed_as_one_line(bundle: Any) -> None:
    one = screen(STUDY, bundle, as_of=DAY)
    assert repr(one) == f"<Screening of {one.reference} for NCT04660565 as of 2021-03-01: {one.outcome.value}>"
