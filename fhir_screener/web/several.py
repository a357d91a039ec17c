"""Decisions made on the list: on one candidate, or the same on several, each on what was seen of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from starlette.datastructures import FormData, QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fhir_screener.bootstrap.office import Office
from fhir_screener.criteria.model import Study
from fhir_screener.errors import Incomplete, Overtaken, ServerError, UsageError
from fhir_screener.fhir.task.desk import version_of
from fhir_screener.fhir.task.identity import subject_of
from fhir_screener.screening.decision import Decision, Move
from fhir_screener.sentence import Text, say
from fhir_screener.web.decide import decision_of
from fhir_screener.web.doors import for_deciders, given, office_of
from fhir_screener.web.failures import words_of
from fhir_screener.web.find import results
from fhir_screener.web.pages import message, page
from fhir_screener.web.typed import typed_of
from fhir_screener.web.who import User
from fhir_screener.web.worklist import rows_of

ALONE = (Move.ACCEPT, Move.REJECT)
"""Moves that are made on one candidate at a time: each is a judgement of its own."""
_MOST = 500
_UNDONE_AT_ONCE = 20
"""Moves that the next page offers to take back together; they are named in the session, which is small."""


@dataclass
class Outcome:
    """What came of a decision on several candidates. `missed` are (Task id, patient, why it was not written)."""

    written: list[str] = field(default_factory=list)
    missed: list[tuple[str, str, Text]] = field(default_factory=list)


@for_deciders
def decided(request: Request, user: User, form: FormData) -> Response:
    """Carry it out and go back to the list; those that somebody else changed meanwhile are named, the others written.

    Where a part is missing nothing is written, and the list comes back with all that was ticked and typed.
    """
    chosen = [text for text in form.getlist("task") if isinstance(text, str)]
    office = office_of(request)
    study = office.study(request.path_params["study"])
    if study is None or not user.may_see(study.id):
        return message(request, 404, "There is no such study here", "Choose one of the list.")
    try:
        made = _decision(form, user, office, study, chosen)
    except Incomplete as error:
        return _again(request, user, study, form, error)
    outcome = _carry_out(office, study, made, chosen, request.app.state.metrics.decided)
    if outcome.missed:
        return page(
            request,
            "missed.html",
            409,
            user=user,
            study=study,
            move=made.move.value,
            outcome=outcome,
            back=_back(form, study),
        )
    request.session["done"] = {
        "study": study.id,
        "move": made.move.value,
        "count": len(outcome.written),
        "tasks": outcome.written if len(outcome.written) <= _UNDONE_AT_ONCE and made.move is not Move.UNDO else [],
    }
    return RedirectResponse(_back(form, study), 303)


def _decision(form: FormData, user: User, office: Office, study: Study, chosen: Sequence[str]) -> Decision:
    """As of the candidate's page; and `mine` and `nobodys` for the two owners that need no name."""
    move = given(form, "move")
    if not chosen:
        raise Incomplete(say("tick the rows that it is for first"), part="task")
    if len(chosen) > _MOST:
        raise Incomplete(say("tick {most} rows at most", most=_MOST), part="task")
    if len(chosen) > 1 and move in [one.value for one in ALONE]:
        raise Incomplete(say("accept and reject candidates one by one; several are ticked"), part="task")
    if move in ("mine", "nobodys"):
        return Decision(Move.ASSIGN, user.person, owner=user.person if move == "mine" else None)
    if move == Move.ASSIGN.value and not given(form, "owner"):
        raise Incomplete(say("to assign, give a name"), part="owner")
    asked = form if move == Move.REJECT.value else {**form, "reason": ""}
    return decision_of(asked, user, office.today(study))


def _carry_out(
    office: Office, study: Study, made: Decision, chosen: Iterable[str], counted: Callable[[str], None]
) -> Outcome:
    """One after the other; what goes wrong with one does not keep the others from being written."""
    outcome = Outcome()
    for text in dict.fromkeys(chosen):
        id, _, seen = text.partition(" ")
        patient = ""
        try:
            subject = subject_of(office.desk.by_id(id))
            patient = subject.patient
            if subject.study != study.id:
                raise UsageError(say("this candidate is of another study"))
            task = office.desk.decide(subject.study, subject.patient, made, seen=seen)
            outcome.written.append(f"{id} {version_of(task)}")
            counted(made.move.value)
        except Overtaken as error:
            outcome.missed.append((id, patient, error.now))
        except (UsageError, ServerError) as error:
            outcome.missed.append((id, patient, words_of(error)))
    return outcome


def _again(request: Request, user: User, study: Study, form: FormData, error: Incomplete) -> Response:
    """The list on which the decision was made, as it is now."""
    typed = typed_of(form, error)
    if given(form, "who"):
        return results(request, user, form, typed=typed, status=400)
    address, _, query = _back(form, study).partition("?")
    params = {**QueryParams(query), "page": given(form, "page")}
    return rows_of(request, user, study, address.rpartition("/")[2], params, typed=typed, status=400)


def _back(form: FormData, study: Study) -> str:
    back = given(form, "back")
    return back if back.startswith(f"/study/{study.id}/") else f"/study/{study.id}/new"
