"""The report as an output of the sweep's Task, whatever a server made of it."""

from __future__ import annotations

import copy

import pytest

from fhir_screener.errors import DataError
from fhir_screener.fhir.task.coded import Json
from fhir_screener.fhir.task.sweep_report import report_of
from fhir_screener.fhir.task.sweeps import swept
from fhir_screener.screening.sweep_plan import State
from tests.builders.tasks import STUDY, examples

ENDED = examples()["sweep-ended"]


def spoilt(data: object) -> Json:
    task = copy.deepcopy(ENDED)
    task["output"][-1]["valueAttachment"]["data"] = data
    return task


def test_it_is_read_back() -> None:
    report = report_of(ENDED)
    assert report is not None
    assert (report.sweep, report.studies[0].study, report.studies[0].evaluated) == ("2021-03-02T0230", STUDY, 3)


def test_base64_may_come_back_in_lines() -> None:
    data = ENDED["output"][-1]["valueAttachment"]["data"]
    assert report_of(spoilt("\r\n".join(data[n : n + 76] for n in range(0, len(data), 76)))) == report_of(ENDED)


@pytest.mark.parametrize("data", [None, "", "!!", "bm8gSlNPTg=="])
def test_what_cannot_be_read_is_an_error_and_no_empty_report(data: object) -> None:
    with pytest.raises(DataError):
        report_of(spoilt(data))


def test_a_sweep_that_has_not_ended_has_none() -> None:
    assert report_of(examples()["sweep-begun"]) is None


def test_a_sweep_as_its_counts_tell_it() -> None:
    found = swept(ENDED, STUDY)
    assert found is not None
    assert (found.state, found.patients, found.evaluated, found.left) == (State.DONE, 3, 3, 0)
    assert (found.outcomes, found.actions) == ({"candidate": 1, "excluded": 2}, {"created": 1})
    begun = swept(examples()["sweep-begun"], STUDY)
    assert begun is not None
    assert begun.state.open


def test_no_sweep_of_this_study_is_none() -> None:
    assert swept(ENDED, "NCT2") is None
    assert swept(examples()["candidate"], STUDY) is None
