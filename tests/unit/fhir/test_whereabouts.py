"""Where a patient can be met, of Encounters and Appointments as servers send them."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson
import pytest

from fhir_screener.errors import AuthError, NotFhir, NotSupported, Refused, ServerError, ServerFault, Unreachable
from fhir_screener.fhir.answer import Answer
from fhir_screener.fhir.searchset import read_page
from fhir_screener.fhir.whereabouts import Stay, Whereabouts, whereabouts

TODAY = date(2021, 3, 1)


class Source:
    """Answers a search of a type with these resources; a type it does not know it does not offer."""

    def __init__(self, *, alone: bool = False, **known: list[dict[str, Any]]) -> None:
        self.alone = alone
        self.known, self.asked = known, list[tuple[str, Any]]()

    def fetch(self, path: str, decode: Any, params: Any = None, form: Any = None) -> Any:
        kind = path.partition("/")[0]
        self.asked.append((path, form))
        if kind not in self.known:
            raise NotSupported("not offered", where=kind)
        entries = [{"resource": {"resourceType": kind, **one}} for one in self.known[kind]]
        if form and any(name == "_include" for name, _ in form):
            if self.alone:
                raise Refused("no such include", where=kind)
            for other in ("Location", "Organization"):
                entries += [{"resource": {"resourceType": other, **one}} for one in self.known.get(other, ())]
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


def going(**more: Any) -> dict[str, Any]:
    return {**stay("2021-02-27", status="in-progress", code="IMP"), **more}


def phone(value: str, **more: str) -> list[dict[str, str]]:
    return [{"system": "phone", "value": value, **more}]


AT_WARD = {"location": [{"location": {"reference": "http://source/fhir/Location/w4"}}]}


def test_the_telephone_of_the_ward_where_the_patient_lies() -> None:
    ward = {"id": "w4", "name": "Ward 4", "telecom": [*phone("1", use="old"), *phone("22"), *phone("33", use="work")]}
    clinic = {"id": "o1", "telecom": phone("99")}
    encounter = going(**AT_WARD, serviceProvider={"reference": "Organization/o1"})
    where = found(Source(Encounter=[encounter], Location=[ward], Organization=[clinic])).stay
    assert where is not None
    assert (where.place, where.phone, where.answers) == ("Ward 4", "33", "")


def test_a_ward_without_one_is_reached_through_whoever_runs_it() -> None:
    clinic = {"id": "o1", "name": "Medicine III", "telecom": phone("+49 221 99")}
    encounter = going(**AT_WARD, serviceProvider={"reference": "Organization/o1"})
    where = found(Source(Encounter=[encounter], Location=[{"id": "w4", "name": "Ward 4"}], Organization=[clinic])).stay
    assert where is not None
    assert (where.place, where.phone, where.answers) == ("Ward 4", "+49 221 99", "Medicine III")


def test_a_bed_without_a_telephone_is_reached_through_the_ward_before_it() -> None:
    rooms = [{"location": {"reference": "Location/w4"}}, {"location": {"display": "Bed 2"}}]
    where = found(
        Source(Encounter=[going(location=rooms)], Location=[{"id": "w4", "name": "Ward 4", "telecom": phone("4")}])
    ).stay
    assert where is not None
    assert (where.place, where.phone, where.answers) == ("Bed 2", "4", "Ward 4")


def test_a_place_may_stand_in_the_encounter_itself() -> None:
    inside = {"contained": [{"resourceType": "Location", "id": "l", "telecom": phone("7")}]}
    where = found(
        Source(Encounter=[going(**inside, location=[{"location": {"reference": "#l", "display": "A"}}])])
    ).stay
    assert where is not None
    assert (where.place, where.phone) == ("A", "7")


def test_a_server_that_sends_nothing_along_is_asked_without() -> None:
    source = Source(alone=True, Encounter=[going()])
    where = found(source).stay
    assert where is not None
    assert (where.going_on, where.phone) == (True, "")
    assert [path for path, _ in source.asked].count("Encounter/_search") == 2


def test_what_is_shaped_as_it_should_not_be_costs_no_page() -> None:
    odd = going(location=[{"location": "Ward 4"}, "Bed 2"], serviceProvider="Medicine", contained={"id": "x"})
    where = found(Source(Encounter=[odd | {"class": "IMP"}, {"period": "now"}])).stay
    assert where is not None
    assert (where.place, where.phone) == ("", "")


@pytest.mark.parametrize(
    "odd",
    [
        {"class": [{"coding": []}]},
        {"class": "IMP"},
        {"period": "2021"},
        {"location": [{"location": "W4"}]},
        {"location": 4},
    ],
)
def test_an_encounter_of_another_shape_costs_no_more_than_its_line(odd: dict[str, Any]) -> None:
    source = Source(Encounter=[stay("2020-01-02"), {**stay("2021-02-03"), **odd}])
    assert found(source).stay is not None


def test_nobody_elses_stay_is_shown_where_a_server_sends_everybodys() -> None:
    mine = {
        **stay("2021-02-03", "2021-02-09", place="Ward 4"),
        "subject": {"reference": "http://ehr/fhir/Patient/p1/_history/2"},
    }
    other = {**stay("2021-02-27", status="in-progress", place="Ward 9"), "subject": {"reference": "Patient/p2"}}
    visit = {
        "status": "booked",
        "start": "2021-03-05T09:00:00+08:00",
        "participant": [{"actor": {"reference": "Patient/p2"}}],
    }
    source = Source(Encounter=[mine, other], Appointment=[visit])
    assert found(source) == Whereabouts(Stay("outpatient visit", "2021-02-03", "2021-02-09", "Ward 4"))


def test_an_appointment_of_another_shape_is_none() -> None:
    odd = [{"status": ["booked"], "start": "2021-03-05"}, {"status": "booked", "start": {"x": 5}}]
    assert found(Source(Encounter=[], Appointment=odd)).next_visit == ""


@pytest.mark.parametrize(
    ("error", "unread"),
    [
        (Unreachable("no connection"), True),
        (ServerFault("HTTP 500", status=500), True),
        (NotFhir("is not JSON"), True),
        (NotSupported("not offered", status=404), False),
        (Refused("no such parameter", status=400), False),
        (AuthError("not for us", status=403), False),
    ],
)
def test_a_source_that_does_not_answer_is_told_from_one_that_has_nothing_to_tell(
    error: ServerError, unread: bool
) -> None:
    class Silent(Source):
        def fetch(self, path: str, decode: Any, params: Any = None, form: Any = None) -> Any:
            raise error

    assert found(Silent()) == Whereabouts(unread=unread)
