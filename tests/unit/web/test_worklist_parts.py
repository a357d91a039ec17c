"""Parts of the worklist page that need no server: what an address asks for, groups, the calendar, what a spreadsheet gets."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.requests import Request

from fhir_screener.errors import PageExpired
from fhir_screener.fhir.task.worklist import Row
from fhir_screener.screening.candidate import Hand
from fhir_screener.screening.views import Order, Owners, Wanted
from fhir_screener.web.grouping import by_day, by_order, orders_of
from fhir_screener.web.orders import _harmless
from fhir_screener.web.wanted import query_of, sealed, unsealed, wanted_of

TODAY = date(2021, 3, 2)


def row(patient: str, **changes: Any) -> Row:
    plain = Row("t" + patient, "S", patient, "requested", Hand.UNTOUCHED, "candidate", (), None, "", "", "", "")
    return replace(plain, **changes)


def asked(secret: str = "a secret") -> Request:
    app = SimpleNamespace(state=SimpleNamespace(secret=secret))
    return Request({"type": "http", "app": app, "headers": [], "path": "/", "query_string": b""})


def test_what_an_address_asks_for_comes_back_in_the_next_one() -> None:
    wanted = Wanted("test: hbsag", Owners.MINE, date(2021, 3, 1), Order.WAITING, "anna", "hiv")
    given = dict(pair.split("=") for pair in query_of(wanted)[1:].replace("%3A", ":").replace("+", " ").split("&"))
    assert wanted_of(given, "anna") == wanted
    assert query_of(Wanted(person="anna")) == ""
    assert query_of(Wanted(), page="x") == "?page=x"


def test_what_makes_no_sense_is_not_asked_for() -> None:
    assert wanted_of({"owner": "everybody", "since": "yesterday", "order": "1; drop"}, "anna") == Wanted(person="anna")


def test_a_link_of_the_server_goes_out_sealed_and_only_ours_comes_in() -> None:
    link = "https://work.example/fhir?_getpages=1"
    text = sealed(asked(), link, "S", "new")
    assert unsealed(asked(), text, "S", "new") == link
    assert unsealed(asked(), "", "S", "new") == ""
    for other in (text[:-1], link, text + "x"):
        with pytest.raises(PageExpired):
            unsealed(asked(), other, "S", "new")
    with pytest.raises(PageExpired):
        unsealed(asked(), text, "S", "review")
    with pytest.raises(PageExpired):
        unsealed(asked("another secret"), text, "S", "new")


def test_the_order_that_settles_most_comes_first() -> None:
    rows = [row("1", one_away="hiv"), row("2", one_away="hbsag"), row("3", one_away="hbsag")]
    assert [(order, [one.patient for one in several]) for order, several in by_order(rows)] == [
        ("hbsag", ["2", "3"]),
        ("hiv", ["1"]),
    ]


def test_orders_to_place_name_everybody_for_whom_a_test_is_open() -> None:
    rows = [
        row("1", facets=("consent", "test: hiv", "test: hbsag")),
        row("2", facets=("test: hbsag",), one_away="hbsag"),
        row("3", facets=("chart",)),
    ]
    found = [(order, [one.patient for one in several]) for order, several in orders_of(rows)]
    assert found == [("hbsag", ["2", "1"]), ("hiv", ["1"])]


def test_orders_are_for_candidates_first_and_then_for_whom_a_person_looks_at_first() -> None:
    rows = [
        row("1", outcome="review", facets=("test: hiv", "test: hbsag")),
        row("2", outcome="review", facets=("test: hiv",), one_away="hiv"),
        row("3", outcome="candidate", facets=("test: hbsag", "test: hiv")),
        row("4", outcome="candidate", facets=("test: hbsag",), one_away="hbsag"),
    ]
    found = [(order, [one.patient for one in several]) for order, several in orders_of(rows)]
    assert found == [("hbsag", ["4", "3", "1"]), ("hiv", ["3", "2", "1"])]


def test_a_calendar_has_whole_weeks_and_days_gone_by_count_as_today() -> None:
    rows = [
        row("1", eligible_from=date(2021, 3, 31)),
        row("2", eligible_from=date(2020, 1, 1)),
        row("3", eligible_from=date(2021, 8, 1)),
        row("4"),
    ]
    march, august, undated = by_day(rows, TODAY)
    assert march.first == date(2021, 3, 1)
    assert [(day.day, [one.patient for one in day.rows]) for day in march.days] == [
        (TODAY, ["2"]),
        (date(2021, 3, 31), ["1"]),
    ]
    assert all(len(week) == 7 for month in (march, august) for week in month.weeks)
    assert sum(day is not None for week in august.weeks for day in week) == 31
    assert august.weeks[0][6] is not None  # 1 August 2021 was a Sunday
    assert (undated.first, [one.patient for one in undated.undated]) == (None, ["4"])


def test_december_ends() -> None:
    (month,) = by_day([row("1", eligible_from=date(2021, 12, 31))], TODAY)
    assert sum(day is not None for week in month.weeks for day in week) == 31


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "  =1", "|x", "＝1"])
def test_no_name_becomes_a_formula(text: str) -> None:
    assert _harmless(text) == f"'{text}"
    assert _harmless("Anna = B") == "Anna = B"
