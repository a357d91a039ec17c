"""The FHIR package says what the code does: the same URIs, the same codes, examples as they are written today."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from fhir_screener.fhir.audit import Audited
from fhir_screener.fhir.task import names
from fhir_screener.fhir.task.checked import check
from fhir_screener.fhir.task.coded import Json
from fhir_screener.fhir.task.names import Input, Withdrawal
from fhir_screener.screening.candidate import Action
from fhir_screener.screening.decision import REJECTIONS, Move
from tests.builders.tasks import EXAMPLES, example_files

PACKAGE = Path(__file__).parents[3] / "fhir-package" / "package"
DEFINITIONS = {
    path.stem: orjson.loads(path.read_bytes()) for path in PACKAGE.glob("*.json") if path.name != "package.json"
}
CODES = {
    names.TASK_CODE: names.TASK_CODES,
    names.OUTCOME: names.OUTCOMES,
    names.VERDICT: names.VERDICTS,
    names.REASON: names.REASONS,
    names.STATUS_REASON: {why.value: names.WITHDRAWALS[why] for why in Withdrawal},
    names.REJECTION: {why.value: words for why, words in REJECTIONS.items()},
    names.INPUT: {kind.value: names.INPUTS[kind] for kind in Input},
}


def by_url(url: str) -> Json:
    (found,) = (body for body in DEFINITIONS.values() if body["url"] == url)
    return found


@pytest.mark.parametrize("system", CODES)
def test_each_code_system_lists_the_codes_of_the_code(system: str) -> None:
    assert {c["code"]: c["display"] for c in by_url(system)["concept"]} == CODES[system]


def test_the_actions_are_those_that_write() -> None:
    assert {c["code"] for c in by_url(names.ACTION)["concept"]} == {a.value for a in Action if a.writes}


def test_the_moves_are_those_of_coordinators_and_what_is_audited() -> None:
    codes = {move.value for move in Move} | {what.value for what in Audited}
    assert {c["code"] for c in by_url(names.MOVE)["concept"]} == codes


def test_every_uri_of_ours_is_described() -> None:
    identifier_systems = {names.CANDIDATE_ID, names.SWEEP_ID, names.DEVICE_ID, names.MAPPING_ID, names.PATIENT_ID}
    identifier_systems |= {names.PERSON_ID, names.SUBJECT_ID}
    ours = {
        value for value in vars(names).values() if isinstance(value, str) and value.startswith("urn:fhir-screener:")
    }
    assert ours - identifier_systems - {body["url"] for body in DEFINITIONS.values()} - {names._EXTENSION} == set()


@pytest.mark.parametrize("name", DEFINITIONS)
def test_each_definition_is_valid_fhir(name: str) -> None:
    check(DEFINITIONS[name])
    assert name == f"{DEFINITIONS[name]['resourceType']}-{DEFINITIONS[name]['id']}"


def test_the_examples_are_what_is_written_today() -> None:
    """After a change that only adds: `python -m tests.builders.tasks` writes them anew."""
    assert {path.name: path.read_bytes() for path in EXAMPLES.glob("*.json")} == example_files()
    for body in example_files().values():
        check(orjson.loads(body))
