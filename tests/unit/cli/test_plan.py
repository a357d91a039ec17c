"""The read plan as it is printed."""

import re
from datetime import date

import pytest

from fhir_screener.cli.plan import _text
from fhir_screener.criteria.model import DRUG_TYPES
from fhir_screener.fhir.server_plan import make_plan
from tests.unit.fhir.test_server_plan import EVERYTHING, server


class Reader:
    plan = make_plan([EVERYTHING], server(*DRUG_TYPES))
    hidden = plan.hidden


def test_what_is_hidden_is_said_once():
    assert _text("S on a server", Reader, "study").count("no type that holds drugs is offered") == 1


@pytest.mark.parametrize("columns", [80, 120])
def test_no_request_is_broken_within_a_parameter(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    reader = Reader()
    reader.plan = make_plan([EVERYTHING], server("Procedure"), as_of=date(2021, 3, 1))
    lines = _text("S on a server", reader, "study").splitlines()
    assert max(map(len, lines)) <= columns
    for kind, how, _ in reader.plan.rows():
        first = next(number for number, line in enumerate(lines) if line.startswith(f"{kind} "))
        told = "\n".join(line[len("MedicationAdministration") :].strip() for line in lines[first:])
        for part in re.split("(?=&)", how):
            assert part in told
    assert sum(line.strip().startswith("hides ") for line in lines) == sum(
        bool(hides) for _, _, hides in reader.plan.rows()
    )
