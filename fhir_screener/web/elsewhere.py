"""The same patients elsewhere: in other studies of this installation, and in trials that the source knows of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fhir_screener.bootstrap.office import Office
from fhir_screener.criteria.model import Study
from fhir_screener.errors import ServerError
from fhir_screener.fhir.task.worklist import Row
from fhir_screener.fhir.trials import Trial, Trials
from fhir_screener.screening.views import SHOWN
from fhir_screener.web.who import User

_LIVE = frozenset({"requested", "received", "in-progress", "on-hold", "accepted", "completed", "ready", "draft"})
"""Task.status of a candidate that nobody has turned down."""


@dataclass(frozen=True)
class Elsewhere:
    """{patient id: ...}. `named` is whether trials may be called by name. `unread`: somebody did not answer."""

    tasks: dict[str, list[Row]] = field(default_factory=dict)
    trials: Trials = Trials({})
    named: bool = False
    unread: bool = False

    def rows(self, patient: str) -> list[Row]:
        """The patient's candidates in other studies."""
        return self.tasks.get(patient, [])

    def others(self, patient: str) -> tuple[Trial, ...]:
        """The patient's other trials; to those who may not know who it is, no more than that there is one."""
        found = self.trials.of.get(patient, ())
        return found if self.named else tuple(dict.fromkeys(Trial("", one.inside) for one in found))


def elsewhere(office: Office, user: User, study: Study, patients: Sequence[str]) -> Elsewhere:
    """For all patients of a page at once: one search of the source, and one of the target where there are other studies.

    What cannot be read costs the page nothing else, and is said.
    """
    wanted = list(dict.fromkeys(patients))
    others = [one for one in office.studies if one.id != study.id and user.may_see(one.id)]
    tasks: dict[str, list[Row]] = {}
    unread = False
    try:
        for row in office.pages.of_patients([one.id for one in others], wanted) if others else ():
            tasks.setdefault(row.patient, []).append(row)
    except ServerError:
        unread = True
    found = office.trials(study, wanted)
    return Elsewhere(tasks, found, named=user.sees_identity, unread=unread or found.unread)


def live(rows: Sequence[Row]) -> list[Row]:
    """Those that still are candidates of the other study, or were accepted there."""
    return [row for row in rows if row.status in _LIVE and row.outcome in SHOWN]
