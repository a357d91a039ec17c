"""Who is in another trial, of ResearchSubjects as servers send them: one search for all patients of a page."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from fhir_screener.errors import ServerError, Unreachable
from fhir_screener.fhir.answer import Answer
from fhir_screener.fhir.capability import Capability, TypeAbilities
from fhir_screener.fhir.searchset import read_page
from fhir_screener.fhir.trials import Trial, Trials, trials

OWN = "NCT04660565"
OFFERED = TypeAbilities(
    frozenset({"search-type"}), frozenset({"individual", "patient", "status"}), frozenset({"ResearchSubject:study"})
)
KNOWS = Capability("4.0.1", {"ResearchSubject": OFFERED})


class Source:
    """Answers with these resources, or with an error."""

    def __init__(self, *resources: dict[str, Any], error: ServerError | None = None, more: bool = False) -> None:
        self.resources, self.error, self.more, self.asked = resources, error, more, list[dict[str, str]]()

    def fetch(self, path: str, decode: Any, params: Any = None, form: Any = None) -> Any:
        assert path == "ResearchSubject/_search"
        self.asked.append(dict(form))
        if self.error is not None:
            raise self.error
        bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset"}
        bundle["entry"] = [{"resource": one} for one in self.resources]
        if self.more:
            bundle["link"] = [{"relation": "next", "url": "http://source/fhir?page=2"}]
        return read_page(Answer(200, {}, orjson.dumps(bundle), "http://source/fhir/ResearchSubject"))


def subject(patient: str, status: str = "on-study", **study: Any) -> dict[str, Any]:
    return {
        "resourceType": "ResearchSubject",
        "status": status,
        "individual": {"reference": f"Patient/{patient}"},
        "study": study or {"display": "HEART-1"},
    }


def found(source: Source, capability: Capability = KNOWS, patients: tuple[str, ...] = ("p1", "p2")) -> Trials:
    return trials(source, capability, patients, OWN)  # type: ignore[arg-type]


def test_all_patients_of_a_page_are_asked_for_at_once_and_not_in_an_address() -> None:
    source = Source(subject("p1"), subject("p2", "screening"))
    assert found(source).of == {"p1": (Trial("HEART-1", inside=True),), "p2": (Trial("HEART-1", inside=False),)}
    (asked,) = source.asked
    assert asked["patient"] == "Patient/p1,Patient/p2"
    assert asked["_include"] == "ResearchSubject:study"


def test_a_trial_is_called_by_its_title() -> None:
    study = {"resourceType": "ResearchStudy", "id": "s1", "title": "Heart failure", "identifier": [{"value": "NCT1"}]}
    assert found(Source(subject("p1", reference="ResearchStudy/s1"), study)).of["p1"][0].name == "Heart failure"


@pytest.mark.parametrize(
    "study",
    [
        {"display": OWN},
        {"identifier": {"system": "https://clinicaltrials.gov", "value": OWN.lower()}},
        {"reference": "ResearchStudy/own"},
    ],
)
def test_the_study_itself_is_no_other(study: dict[str, Any]) -> None:
    own = {"resourceType": "ResearchStudy", "id": "own", "title": "Belimumab", "identifier": [{"value": OWN}]}
    assert found(Source(subject("p1", **study), own)).of == {}


@pytest.mark.parametrize("status", ["withdrawn", "off-study", "ineligible", "not-registered", ""])
def test_nor_is_one_that_is_over(status: str) -> None:
    assert found(Source(subject("p1", status))).of == {}


def test_somebody_else_whom_a_server_sends_is_left_out() -> None:
    assert found(Source(subject("p9"))).of == {}


def test_a_server_without_research_subjects_is_not_asked() -> None:
    source = Source()
    assert found(source, Capability("4.0.1", {"Patient": TypeAbilities()})) == Trials({})
    assert found(source, patients=()) == Trials({})
    assert source.asked == []


def test_what_could_not_be_read_is_no_no() -> None:
    assert found(Source(error=Unreachable("away", where="source"))) == Trials({}, unread=True)
    assert found(Source(subject("p1"), more=True)).unread
