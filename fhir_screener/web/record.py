"""One record behind a candidate as the source has it now: raw, one click from the ledger."""

from __future__ import annotations

import orjson
from starlette.requests import Request
from starlette.responses import Response

from fhir_screener.criteria.evidence import Finding
from fhir_screener.fhir.audit import Audited
from fhir_screener.fhir.task.coded import Json
from fhir_screener.fhir.task.identity import subject_of
from fhir_screener.fhir.task.read import screening_from_task
from fhir_screener.web.doors import office_of, signed_in
from fhir_screener.web.pages import message, page
from fhir_screener.web.who import User


@signed_in
def shown(request: Request, user: User) -> Response:
    """The resource that the ledger of this candidate names by this number: no id of a chart is in our addresses."""
    office = office_of(request)
    task = office.desk.by_id(request.path_params["task"])
    subject = subject_of(task)
    if not user.sees_identity or not user.may_see(subject.study):
        return message(request, 403, "Not for your role", "The raw record shows who the patient is.")
    references = references_of(task)
    number = int(request.path_params["number"])
    if not 0 <= number < len(references):
        return message(request, 404, "There is no such record", "Choose one of the ledger.")
    office.audit(Audited.CHART_READ, user.person, task=f"Task/{task['id']}", patient=task.get("for"))
    reference = references[number]
    body = orjson.loads(office.servers.source.get(reference.partition("#")[0]).body)
    text = orjson.dumps(body, option=orjson.OPT_INDENT_2).decode()
    return page(request, "record.html", user=user, task=task["id"], reference=reference, text=text)


def references_of(task: Json) -> list[str]:
    """The records that a Task's ledger names, each once, in its order: the numbers of their addresses."""
    found: dict[str, None] = {}
    for criterion in screening_from_task(task).criteria:
        _collect(criterion.finding, found)
    return list(found)


def _collect(finding: Finding, found: dict[str, None]) -> None:
    for item in finding.evidence:
        if item.reference:
            found.setdefault(str(item.reference))
    for branch in finding.branches:
        _collect(branch, found)
