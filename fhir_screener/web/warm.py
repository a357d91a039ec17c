"""What the first page would have to wait for, done beforehand: studies, models, catalogues, and a first word with the server."""

from __future__ import annotations

import threading
from contextlib import suppress

from starlette.applications import Starlette

from fhir_screener.bootstrap.office import Office
from fhir_screener.errors import ScreenerError
from fhir_screener.fhir.audit import Audited, audit_event
from fhir_screener.fhir.task.checked import check
from fhir_screener.fhir.task.provenance import device_reference
from fhir_screener.i18n import LANGUAGES
from fhir_screener.screening.decision import Person
from fhir_screener.web.pages import compiled


def warmed(app: Starlette) -> threading.Thread:
    """Begin, beside whatever else there is to do; nothing depends on its end, and no page waits for it."""
    thread = threading.Thread(target=_warm, args=(app.state.office,), name="warm", daemon=True)
    thread.start()
    return thread


def _warm(offices: object) -> None:
    assert callable(offices)
    with suppress(ScreenerError):  # what is wrong is told by the page that meets it
        office: Office = offices()
        compiled()
        check(audit_event(Audited.LIST_READ, Person("nobody"), office.clock(), device_reference("", "0")))
        for study in office.studies:
            for language in LANGUAGES:
                office.names(study, language)
            office.reports.standing(study.id)
