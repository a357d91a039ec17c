"""The history of a study's sweeps: when, as of when, how many of how many, what was found, what was left out."""

from __future__ import annotations

from datetime import datetime
from itertools import islice

from starlette.requests import Request
from starlette.responses import Response

from fhir_screener.bootstrap.office import Office
from fhir_screener.criteria.model import Study
from fhir_screener.screening.freshness import Swept
from fhir_screener.screening.report import CHANGED, GONE, NEW
from fhir_screener.screening.screening import Outcome
from fhir_screener.web.banner import banner_of
from fhir_screener.web.doors import for_sweeps
from fhir_screener.web.pages import page
from fhir_screener.web.who import User

SHOWN = 30
"""Sweeps of a page: a month of nights."""
BEST_FIRST = tuple(outcome.value for outcome in reversed(Outcome))


@for_sweeps
def listed(request: Request, user: User, office: Office, study: Study) -> Response:
    """The sweeps of a study, newest first, for whoever may see the study: numbers only."""
    before = _moment(request.query_params.get("before", ""))
    found = list(islice(office.reports.sweeps.of_study(study.id, before=before), SHOWN + 1))
    return page(
        request,
        "sweeps.html",
        user=user,
        study=study,
        banner=banner_of(office, study),
        sweeps=found[:SHOWN],
        outcomes=[name for name in BEST_FIRST if any(name in one.outcomes for one in found)],
        moved=moved,
        older=found[SHOWN - 1].began.isoformat() if len(found) > SHOWN else "",
    )


def moved(sweep: Swept) -> tuple[int, int, int]:
    """How many Tasks were new, changed, gone."""
    new, changed, gone = (sum(sweep.actions.get(one.value, 0) for one in actions) for actions in (NEW, CHANGED, GONE))
    return new, changed, gone


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
