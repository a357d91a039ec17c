"""The ndjson line: a contract with scripts."""

from __future__ import annotations

from datetime import date

from fhir_screener.criteria.evidence import Evidence, Finding, met, unknown
from fhir_screener.screening.digest import evidence_digest
from fhir_screener.screening.screening import Outcome
from fhir_screener.screening.wire import explanation, from_wire, to_wire
from fhir_screener.verdict import MET, Reason
from tests.builders.screenings import HBSAG, SEARCHED, nested, screening


def test_the_line_has_the_documented_keys_and_spellings() -> None:
    line = to_wire(screening(outcome=Outcome.LATER, eligible_from=date(2021, 6, 1)))
    assert line["patient"] == "Patient/p1"
    assert line["study"] == "NCT04660565"
    assert line["as_of"] == "2021-03-01"
    assert line["outcome"] == "later"
    assert line["eligible_from"] == "2021-06-01"
    assert line["next_change_on"] == "2021-05-12"
    assert line["digest"] == evidence_digest(screening())
    criterion = line["criteria"][2]
    assert {key: criterion[key] for key in ("id", "role", "verdict", "reason", "applicable", "settle")} == {
        "id": "E8a",
        "role": "exclusion",
        "verdict": "unknown",
        "reason": "judgement",
        "applicable": True,
        "settle": "test: hbv-dna",
    }
    assert criterion["explanation"] == HBSAG.note
    assert criterion["evidence"] == [
        {
            "reference": "Observation/9",
            "version": "2",
            "date": "2021-02-11",
            "code": "http://loinc.org|5196-1",
            "display": "HBsAg",
            "value": "negative",
            "note": "HBsAg was negative on 2021-02-11.",
            "decides": True,
            "standard": "",
        }
    ]


def test_branches_nest_and_come_back() -> None:
    line = to_wire(nested())
    assert line["criteria"][0]["branches"][0]["branches"][1]["reason"] == "stale"
    assert from_wire(line) == nested()


def test_a_criterion_keeps_its_own_way_to_settle_beside_its_findings() -> None:
    finding = unknown(Reason.NO_DATA, SEARCHED, settle="test: hbv-dna")
    judged = screening(
        criteria=(screening().criteria[0], nested().criteria[0].__class__("X", "exclusion", "ask", finding))
    )
    body = to_wire(judged)["criteria"][1]
    assert (body["settle"], body["soonest"]) == ("ask", "test: hbv-dna")
    assert from_wire(to_wire(judged)) == judged


def test_keys_that_a_later_version_adds_are_passed_over() -> None:
    line = to_wire(nested())
    line["new"] = 1
    line["criteria"][0]["new"] = 1
    line["criteria"][0]["branches"][0]["branches"][0]["evidence"][0]["new"] = 1
    assert from_wire(line) == nested()


def test_the_explanation_is_that_of_what_decided() -> None:
    first, second = met(Evidence(note="First.")), met(Evidence(note="Second."))
    assert explanation(Finding(MET, branches=(first, second), decided_by=1)) == "Second."
    assert explanation(Finding(MET, branches=(first, second))) == "First. Second."
    context = Evidence(note="Context.", decides=False)
    assert explanation(met(context, Evidence(note="Deciding."))) == "Deciding."
    assert explanation(met(context)) == "Context."
    assert explanation(met(Evidence(note="Twice."), Evidence(note="Twice."))) == "Twice."
