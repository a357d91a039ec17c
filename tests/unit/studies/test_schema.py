"""`schema.json`: written from what the reader declares, never stale, and it takes what the reader takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from fhir_screener.cli.study_schema import FILES, schemas
from fhir_screener.criteria.keys import SHAPES, Key
from fhir_screener.criteria.kinds import KINDS
from fhir_screener.studies.forms import ACCEPT, CRITERION, STUDY
from fhir_screener.studies.schema import _SHAPES
from fhir_screener.studies.yaml_text import read_yaml

MAPPINGS = Path(__file__).parents[3] / "mappings"
STUDIES = sorted((MAPPINGS / "studies").glob("*.yaml"))
SETS = sorted((MAPPINGS / "valuesets").glob("*.yaml"))
SITES = sorted((MAPPINGS / "sites").glob("*.yaml"))


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((MAPPINGS / name).read_text("utf-8")))


@pytest.mark.parametrize("name", FILES)
def test_it_is_what_the_code_says_today(name: str) -> None:
    """Stale? `./dev run fhir-screener study schema` writes it."""
    assert (MAPPINGS / name).read_text("utf-8") == schemas(MAPPINGS)[name]
    Draft202012Validator.check_schema(json.loads((MAPPINGS / name).read_text("utf-8")))


@pytest.mark.parametrize("path", STUDIES, ids=lambda path: path.stem)
def test_every_study_file_fits(path: Path) -> None:
    value, _ = read_yaml(path)
    assert [error.message for error in validator("schema.json").iter_errors(value)] == []


def test_every_value_set_fits() -> None:
    check = validator("valueset.schema.json")
    for path in SETS:
        value, _ = read_yaml(path)
        assert [error.message for error in check.iter_errors(value)] == [], path


@pytest.mark.parametrize("path", SITES, ids=lambda path: path.stem)
def test_every_site_file_fits(path: Path) -> None:
    value, _ = read_yaml(path)
    assert [error.message for error in validator("site.schema.json").iter_errors(value)] == []
    assert list(validator("site.schema.json").iter_errors({**value, "colour": "red"}))


@pytest.mark.parametrize("path", [*STUDIES, *SETS, *SITES], ids=lambda path: path.stem)
def test_every_file_names_its_schema(path: Path) -> None:
    first = path.read_text("utf-8").partition("\n")[0]
    named = first.removeprefix("# yaml-language-server: $schema=")
    assert (path.parent / named).resolve() in {(MAPPINGS / name).resolve() for name in FILES}


RIGHT: dict[str, Any] = {
    "study": "T1",
    "title": "A trial",
    "zone": "Europe/Berlin",
    "cohort": "all",
    "criteria": [{"id": "I1", "role": "inclusion", "text": "Adults.", "rule": {"age": {"at_least": "18 a"}}}],
}


def changed(**rule: Any) -> dict[str, Any]:
    return {**RIGHT, "criteria": [{**RIGHT["criteria"][0], "rule": rule}]}


@pytest.mark.parametrize(
    "wrong",
    [
        {key: value for key, value in RIGHT.items() if key != "zone"},
        {**RIGHT, "cohort": "some"},
        {**RIGHT, "sponsor": "us"},
        changed(agee={}),
        changed(age={"at_least": 18}),
        changed(sex="woman"),
        changed(result={"of": ["urate"]}),
        changed(result={"of": ["urate"], "within": "3 months"}),
        changed(result={"of": ["urate"], "within": "P3M", "above": 8}),
        changed(all=[]),
        changed(sex="male", age={"at_least": "18 a"}),
    ],
)
def test_what_the_reader_refuses_an_editor_marks(wrong: dict[str, Any]) -> None:
    check = validator("schema.json")
    assert not list(check.iter_errors(RIGHT))
    assert list(check.iter_errors(wrong))


def shapes(key: Key) -> set[str]:
    return {key.shape}.union(*map(shapes, key.keys))


def test_every_shape_has_a_schema_and_every_key_its_meaning() -> None:
    forms = [STUDY, CRITERION, ACCEPT, *(kind.form for kind in KINDS.values())]
    used = set().union(*map(shapes, forms))
    assert used <= _SHAPES.keys() | {"mapping", "choice", "sets"}
    assert SHAPES.keys() - {"mapping", "choice", "sets"} <= _SHAPES.keys()
    for form in forms:
        assert all(key.about for key in form.keys)
