"""A decision made on a page, written to the Task, on what was seen there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fhir_screener.bootstrap.office import Office
from fhir_screener.errors import Incomplete, Overtaken, ServerError, UsageError
from fhir_screener.fhir.task.identity import subject_of
from fhir_screener.screening.decision import Decision, Move, Person, Rejection, decision
from fhir_screener.sentence import say
from fhir_screener.web.candidate import chart
from fhir_screener.web.doors import for_deciders, given, office_of
from fhir_screener.web.failures import words_of
from fhir_screener.web.pages import message, page
from fhir_screener.web.typed import typed_of
from fhir_screener.web.who import User


@for_deciders
def decided(request: Request, user: User, form: FormData) -> Response:
    """Carry it out and go back to the candidate; a readable choice where somebody else was first.

    Where a part is missing nothing is written, and the form comes back with all that was typed.
    """
    office, id = office_of(request), request.path_params["task"]
    try:
        task = office.desk.by_id(id)
    except ServerError as error:
        return _not_answered(request, user, error, form, may_stand=False)
    subject = subject_of(task)
    study = office.study(subject.study)
    if study is None or not user.may_see(study.id):
        return message(request, 404, "There is no such candidate", "Choose one of the worklist.")
    try:
        made = decision_of(form, user, office.today(study))
        office.desk.decide(subject.study, subject.patient, made, seen=given(form, "seen"))
    except Incomplete as error:
        return chart(request, user, task, typed=typed_of(form, error), status=400)
    except Overtaken as error:
        return page(request, "overtaken.html", 409, user=user, error=error, task=id, note=made.note)
    except ServerError as error:
        return _not_answered(request, user, error, form, may_stand=True)
    request.app.state.metrics.decided(made.move.value)
    return RedirectResponse(_onward(office, form, id), 303)


def _not_answered(request: Request, user: User, error: ServerError, form: FormData, *, may_stand: bool) -> Response:
    """What was asked for, and whether it may have been written all the same (`may_stand`); nothing is tried unasked."""
    asked = {"move": given(form, "move"), "note": given(form, "note"), "task": request.path_params["task"]}
    return page(request, "unanswered.html", 502, user=user, error=words_of(error), may_stand=may_stand, **asked)


def decision_of(form: Mapping[str, Any], user: User, today: date) -> Decision:
    """The decision that a form asks for; raises UsageError where it does not hold together."""
    try:
        move = Move(given(form, "move"))
        reason = Rejection(given(form, "reason")) if given(form, "reason") else None
        until = date.fromisoformat(given(form, "until")) if given(form, "until") else None
    except ValueError:
        raise UsageError(say("the form holds a move, reason or day that is none; load the page anew")) from None
    owner = Person(given(form, "owner")) if given(form, "owner") else None
    return decision(move, user.person, today, reason=reason, note=given(form, "note"), until=until, owner=owner)


def _onward(office: Office, form: FormData, id: str) -> str:
    back = given(form, "back")
    return back if back.startswith("/study/") else f"/candidate/{id}"
