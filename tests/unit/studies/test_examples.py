"""Studies of other fields, each with patients whose verdicts were written down before they were judged.

`tests/examples/<field>`: the study, its value sets, `charts.ndjson`, and in `expected.yaml` what each patient is: the first
one whole, of the others what differs from it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from fhir_screener import load_study
from fhir_screener.api import screen_all
from fhir_screener.screening.screening import Screening
from fhir_screener.studies.lint import Checked, Level, lint
from fhir_screener.studies.load import Catalog
from fhir_screener.studies.sheet import markdown, sheet_of

EXAMPLES = Path(__file__).parents[2] / "examples"
FIELDS = sorted(path.parent.name for path in EXAMPLES.glob("*/expected.yaml"))


def expected(field: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((EXAMPLES / field / "expected.yaml").read_text("utf-8"))
    return found


def answers(screening: Screening) -> dict[str, str]:
    """Outcome and verdicts as `expected.yaml` writes them; an unknown by its reason."""
    verdicts = {one.id: one.reason.value if one.reason else one.verdict.value for one in screening.criteria}
    return {"outcome": screening.outcome.value} | verdicts


@pytest.mark.parametrize("field", FIELDS)
def test_each_patient_is_judged_as_was_planned(field: str) -> None:
    plan = expected(field)
    plain = next(iter(plan["patients"].values()))
    study = load_study(plan["study"], mappings=EXAMPLES / field)
    found = {one.patient: answers(one) for one in screen_all(study, EXAMPLES / field, as_of=plan["as_of"])}
    assert found == {patient: plain | own for patient, own in plan["patients"].items()}


@pytest.mark.parametrize("field", FIELDS)
def test_the_study_has_no_fault_and_every_warning_is_a_choice(field: str) -> None:
    catalog = Catalog(EXAMPLES / field)
    remarks = lint(Checked(catalog.read(expected(field)["study"]), catalog))
    assert [str(one) for one in remarks if one.level is not Level.CHOICE] == []


@pytest.mark.parametrize("field", FIELDS)
def test_its_sheet_can_be_signed_in_chinese(field: str) -> None:
    loaded = Catalog(EXAMPLES / field).load([expected(field)["study"]])
    sheet = markdown(sheet_of(loaded.studies[0], loaded.terminology, language="zh"))
    titles = [loaded.terminology.sets[name].title_zh for name in loaded.studies[0].needs().sets]
    assert titles
    assert [title for title in titles if title not in sheet] == []
