"""The read plan as it is printed."""

from fhir_screener.cli.plan import _text
from fhir_screener.criteria.model import DRUG_TYPES
from fhir_screener.fhir.server_plan import make_plan
from tests.unit.fhir.test_server_plan import EVERYTHING, server


class Reader:
    plan = make_plan([EVERYTHING], server(*DRUG_TYPES))
    hidden = plan.hidden


def test_what_is_hidden_is_said_once():
    assert _text("S on a server", Reader, "study").count("no type that holds drugs is offered") == 1
