"""The orders to place: patients by order, to print or as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import Response

from fhir_screener.bootstrap.office import Office
from fhir_screener.criteria.model import Study
from fhir_screener.fhir.task.worklist import Row
from fhir_screener.screening.plain_words import TEST, way_words
from fhir_screener.screening.study_log import is_formula
from fhir_screener.screening.views import VIEWS
from fhir_screener.sentence import Translate, render
from fhir_screener.web.doors import for_study
from fhir_screener.web.grouping import is_candidate, orders_of
from fhir_screener.web.pages import page, plainly, tongue
from fhir_screener.web.people import Someone
from fhir_screener.web.who import User
from fhir_screener.web.worklist import shown

MOST = 2000
"""Candidates that are looked through."""


@for_study
def listed(request: Request, user: User, office: Office, study: Study) -> Response:
    """Every test that is open for somebody who waits, and for whom."""
    rows, cut = _waiting(office, study)
    groups = orders_of(rows)
    return page(
        request,
        "orders.html",
        user=user,
        study=study,
        groups=groups,
        ready=lambda several: sum(map(is_candidate, several)),
        cut=cut,
        most=MOST,
        today=office.today(study).isoformat(),
        **shown(request, user, office, _concerned(groups)),
    )


@for_study
def as_csv(request: Request, user: User, office: Office, study: Study) -> Response:
    """The same as a file for a spreadsheet."""
    groups = orders_of(_waiting(office, study)[0])
    told = shown(request, user, office, _concerned(groups))
    out = io.StringIO()
    file = csv.writer(out)
    _, tell, _ = tongue(request, study)
    file.writerow(_heads(tell))
    for order, rows in groups:
        for row in rows:
            first = "" if is_candidate(row) else str(told["why"](row))
            file.writerow(map(_harmless, _cells(order, row, told["who"](row), user, tell, first)))
    name = f"orders-{study.id}-{office.today(study).isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(out.getvalue().encode("utf-8-sig"), media_type="text/csv", headers=headers)


def _waiting(office: Office, study: Study) -> tuple[list[Row], bool]:
    return office.pages.everyone(study.id, [one for one in VIEWS if one.name in ("candidates", "review")], MOST)


def _concerned(groups: list[tuple[str, list[Row]]]) -> list[Row]:
    """Those on the list, each once."""
    return list({row.task: row for _, rows in groups for row in rows}.values())


def _heads(tell: Translate) -> list[str]:
    about = [tell("Patient"), tell("Name"), tell("Age"), tell("Sex"), tell("Outcome"), tell("Since"), tell("Owner")]
    return [tell("Order"), tell("Settles all tests"), *about, tell("Task"), tell("Look first at"), tell("Patient id")]


def _cells(order: str, row: Row, someone: Someone, user: User, tell: Translate, first: str) -> Iterator[str]:
    yield from (str(render(way_words(TEST + order), tell)), "x" if row.one_away == order else "")
    yield (someone.identifier or row.patient) if user.sees_identity else ""
    yield from (someone.name, someone.age, tell(someone.sex), plainly(row.outcome, tell))
    yield from (row.authored[:10], row.owner, row.task, first, row.patient if user.sees_identity else "")


def _harmless(text: str) -> str:
    """No spreadsheet takes it for a formula."""
    return f"'{text}" if is_formula(text) else text
