"""The pages there are, by their addresses, for what holds on each of them."""

from __future__ import annotations

from fhir_screener.screening.views import VIEWS
from tests.browser.ward import STUDY, Ward


def addresses(ward: Ward) -> list[str]:
    """One of each page there is."""
    task = ward.task("p05")["id"]
    sweep = ward.find("Task?code=urn:fhir-screener:task|sweep&_sort=-authored-on")[0]["id"]
    return [
        *(f"/study/{STUDY}/{view.name}" for view in VIEWS),
        f"/candidate/{task}",
        f"/candidate/{task}/record/0",
        f"/study/{STUDY}/orders",
        f"/study/{STUDY}/sweeps",
        f"/study/{STUDY}/sweeps/{sweep}",
        "/nowhere",
        "/candidate/nobody",
    ]
