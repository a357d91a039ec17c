"""A study's screening log as a file to save. Names only where asked for, and never for a role that may not see them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import IO

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from fhir_screener.bootstrap.log_file import MEDIA, Format, log_file
from fhir_screener.bootstrap.office import Office
from fhir_screener.criteria.model import Study
from fhir_screener.fhir.audit import Audited
from fhir_screener.web.doors import for_study
from fhir_screener.web.pages import message
from fhir_screener.web.people import people
from fhir_screener.web.who import User

_PIECE = 65_536


@for_study
def as_csv(request: Request, user: User, office: Office, study: Study) -> Response:
    return _saved(request, user, office, study, "csv")


@for_study
def as_xlsx(request: Request, user: User, office: Office, study: Study) -> Response:
    return _saved(request, user, office, study, "xlsx")


def _saved(request: Request, user: User, office: Office, study: Study, format: Format) -> Response:
    wanted = request.query_params.get("names") == "1"
    if wanted and not user.sees_identity:
        return message(request, 403, "Not for your role", "The log is there for you without names.")
    office.audit(Audited.LIST_READ, user.person)

    def naming(patients: Sequence[str]) -> dict[str, str]:
        return {id: one.name for id, one in people(office, user, patients).items()}

    file = log_file(office, study, format, naming if wanted else None)
    headers = {"content-disposition": f'attachment; filename="screening-log-{study.id}.{format}"'}
    return StreamingResponse(_pieces(file), media_type=MEDIA[format], headers=headers)


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece
