"""Statuses and OperationOutcomes become errors of our tree, and nothing a server wrote in prose comes through."""

import json

import pytest

from fhir_screener import errors
from fhir_screener.fhir.answer import Answer
from fhir_screener.fhir.outcome import Issue, error_for, read_issues


def outcome(code="processing", severity="error", **more):
    return json.dumps({"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": code, **more}]})


def error(status, body="", level="resource", headers=None):
    answer = Answer(status, headers or {}, body.encode(), "http://x/fhir/Task/1")
    return error_for(answer, where="GET http://x/fhir/Task/1", level=level)


@pytest.mark.parametrize(
    ("status", "level", "kind"),
    [
        (400, "type", errors.Refused),
        (401, "type", errors.AuthError),
        (403, "type", errors.AuthError),
        (404, "resource", errors.NotFound),
        (404, "type", errors.NotSupported),
        (404, "system", errors.NotFhir),
        (405, "type", errors.NotSupported),
        (406, "type", errors.Refused),
        (408, "type", errors.Busy),
        (409, "resource", errors.Conflict),
        (410, "resource", errors.Gone),
        (410, "system", errors.Gone),
        (412, "resource", errors.Conflict),
        (414, "type", errors.Refused),
        (418, "type", errors.Refused),
        (422, "type", errors.Refused),
        (429, "type", errors.Busy),
        (500, "type", errors.ServerFault),
        (501, "type", errors.NotSupported),
        (502, "type", errors.Busy),
        (503, "type", errors.Busy),
        (504, "type", errors.Busy),
        (507, "type", errors.ServerFault),
        (304, "resource", errors.NotFhir),
    ],
)
@pytest.mark.parametrize("body", ["", outcome("unknown")])
def test_each_status_has_its_error(status, level, kind, body):
    found = error(status, body, level)
    assert type(found) is kind
    assert found.status == status
    assert found.where == "GET http://x/fhir/Task/1"
    assert f"HTTP {status}" in str(found)
    assert "; " in str(found), "it says what to do"


@pytest.mark.parametrize("status", [404, 410])
@pytest.mark.parametrize("body", ["<html>Not here</html>", '{"detail":"Not Found"}', "default backend - 404"])
@pytest.mark.parametrize("level", ["resource", "type"])
def test_a_gateways_404_never_reads_as_no_such_resource(status, body, level):
    assert type(error(status, body, level)) is errors.NotFhir


@pytest.mark.parametrize("status", [401, 403, 409, 412, 429, 502, 503, 504])
def test_other_statuses_mean_the_same_whoever_sends_them(status):
    assert type(error(status, "<html>nope</html>")) is type(error(status, outcome()))


def test_a_500_that_names_a_lasting_fault_is_not_worth_asking_again():
    assert type(error(500, outcome("required"))) is errors.Refused
    assert not error(500, outcome("required")).retryable
    assert error(500, outcome("exception")).retryable


def test_retry_after_travels_with_busy():
    busy = error(429, headers={"retry-after": "17"})
    assert isinstance(busy, errors.Busy)
    assert busy.retry_after == 17


def test_codes_are_kept_and_prose_is_not():
    secret = "Erika Mustermann"
    body = outcome(
        "required",
        details={"coding": [{"system": "urn:oid:1.2", "code": "59108", "display": secret}], "text": secret},
        diagnostics=f"HAPI-0524: {secret} has no such parameter",
        expression=[f"Patient.name.where(text='{secret}')"],
    )
    found = error(400, body)
    assert found.codes == ("required", "59108", "HAPI-0524")
    assert "required 59108 HAPI-0524" in str(found)
    assert "Erika" not in str(found) + repr(found) + repr(vars(found))


def test_a_code_that_is_no_code_is_dropped():
    body = outcome(
        "Erika Mustermann", "very bad indeed", details={"coding": [{"code": "born 1980 in Ulm"}, {"code": 7}]}
    )
    assert read_issues(body.encode()) == (Issue("error", "unknown", ()),)


@pytest.mark.parametrize(
    "body",
    [
        '{"resourceType":"OperationOutcome"}',
        '{"resourceType":"OperationOutcome","issue":"none"}',
        '{"resourceType":"OperationOutcome","issue":[7,null]}',
    ],
)
def test_an_outcome_without_issues_is_still_one(body):
    assert read_issues(body.encode()) == ()


def test_misshapen_details_do_not_matter():
    body = outcome("invalid", details={"coding": {"code": "x"}}, diagnostics=["HAPI-1234"])
    assert read_issues(body.encode()) == (Issue("error", "invalid"),)


@pytest.mark.parametrize("body", ["", "[]", "null", "7", '{"resourceType":"Patient"}', "<html>", '{"resourceType"'])
def test_what_is_no_outcome(body):
    assert read_issues(body.encode()) is None


@pytest.mark.parametrize(
    ("severity", "code", "partial"),
    [
        ("warning", "processing", False),
        ("information", "informational", False),
        ("warning", "incomplete", True),
        ("warning", "suppressed", True),
        ("information", "timeout", True),
        ("error", "processing", True),
        ("fatal", "exception", True),
    ],
)
def test_which_remarks_mean_that_something_is_missing(severity, code, partial):
    assert Issue(severity, code).partial is partial
