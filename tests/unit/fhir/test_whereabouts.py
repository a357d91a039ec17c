"""Where a patient can be met, of Encounters and Appointments as servers send them."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson

from fhir_screener.errors import NotSupported
from fhir_screener.fhir.answer import Answer
from fhir_screener.fhir.searchset import read_page
from fhir_screener.fhir.whereabouts import Stay, Whereabouts, whereabouts

TODAY = date(2021, 3, 1)


class Source:
    """Answers a search of a type with these resources; a type it does not know it does not offer."""

    def __init__(self, **known: list[dict[str, Any]]) -> None:
        self.known, self.asked = known, list[tuple[str, Any]]()

    def fetch(self, path: str, decode: Any, params: Any = None, form: Any = None) -> Any:
        kind = path.partition("/")[0]
        self.asked.append((path, form))
        if kind not in self.known:
            raise NotSupported("not offered", where=kind)
        entries = [{"resource": {"resourceType": kind, **one}} for one in self.known[kind]]
        bundle = {"resourceType": "Bundle", "type": "searchset", "entry": entries}
        return read_page(Answer(200, {}, orjson.dumps(bundle), f"http://source/fhir/{kind}"))


def stay(start: str, end: str = "", status: str = "finished", code: str = "AMB", place: str = "") -> dict[str, Any]:
    where = {"location": [{"location": {"display": place}}]} if place else {}
    return {
        "status": status,
        "class": {"code": code},
        "period": {"start": start, **({"end": end} if end else {})},
        **where,
    }


def found(source: Source) -> Whereabouts:
    return whereabouts(source, "p1", TODAY)  # type: ignore[arg-type]


def test_the_last_stay_in_whatever_order_they_come() -> None:
    source = Source(Encounter=[stay("2020-01-02"), stay("2021-02-03", "2021-02-09", code="IMP", place="Ward 4")])
    assert found(source).stay == Stay("inpatient stay", "2021-02-03", "2021-02-09", "Ward 4")
    assert all(path.endswith("/_search") for path, _ in source.asked)


def test_one_that_goes_on_comes_before_later_ones() -> None:
    going = stay("2021-01-02", status="in-progress", code="IMP")
    assert found(Source(Encounter=[going, stay("2021-02-28")])).stay == Stay(
        "inpatient stay", "2021-01-02", going_on=True
    )


def test_what_never_was_is_no_stay() -> None:
    assert (
        found(Source(Encounter=[stay("2021-02-28", status="cancelled"), stay("2021-04-01", status="planned")])).stay
        is None
    )
    assert found(Source(Encounter=[{"status": "finished"}])).stay is None


def test_the_next_appointment() -> None:
    booked = [
        {"status": "booked", "start": "2021-03-20T09:00:00Z"},
        {"status": "booked", "start": "2021-03-05T09:00:00Z"},
        {"status": "cancelled", "start": "2021-03-02T09:00:00Z"},
        {"status": "booked", "start": "2021-02-02T09:00:00Z"},
    ]
    assert found(Source(Appointment=booked)).next_visit == "2021-03-05T09:00:00Z"


def test_a_source_that_does_not_tell_leaves_it_empty() -> None:
    assert found(Source()) == Whereabouts()
