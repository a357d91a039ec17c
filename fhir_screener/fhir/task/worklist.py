"""What coordinators have before them: the candidate Tasks of a study, by search on the Task's own elements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from fhir_screener.fhir.capability import Capability
from fhir_screener.fhir.session import FhirSession
from fhir_screener.fhir.task import names
from fhir_screener.fhir.task.build import Setting
from fhir_screener.fhir.task.coded import Json, codes, dicts, value_of
from fhir_screener.fhir.task.decided import owner_id
from fhir_screener.fhir.task.finder import Finder
from fhir_screener.fhir.task.identity import subject_of
from fhir_screener.fhir.task.read import existing_from_task, input_of, is_owned, screening_from_task
from fhir_screener.fhir.task.standing import reason_of, standing
from fhir_screener.fhir.task.summary import Summary, read_summary
from fhir_screener.fhir.task.support import client_ids
from fhir_screener.screening.candidate import Hand
from fhir_screener.screening.screening import Screening
from fhir_screener.screening.views import SHOWN
from fhir_screener.sentence import Text


@dataclass(frozen=True)
class Row:
    """One Task of a worklist, without its ledger. `outcome` is a key of `names.OUTCOMES`; moments are as recorded."""

    task: str
    study: str
    patient: str
    status: str
    hand: Hand
    outcome: str
    facets: tuple[str, ...]
    eligible_from: date | None
    owner: str
    as_of: str
    authored: str
    modified: str
    version: str = ""
    one_away: str = ""
    resume_on: str = ""
    standing: Text = ""
    reason: str = ""
    """Why it is rejected or withdrawn, in English; a message of the catalogue where it is one of ours."""
    notes: int = 0
    summary: Summary = Summary()
    owner_id: str = ""
    """The id of the person who has it; "" for nobody, the pool, or somebody of another system."""
    owned: bool = False
    """Whether anybody but the pool has it."""


class Worklist:
    """Reads Tasks for people; writes nothing."""

    def __init__(self, session: FhirSession, capability: Capability, setting: Setting) -> None:
        self._finder, self._pool = Finder(session, capability, setting), setting.pool
        self._client_ids = client_ids(capability, "Task")

    def rows(self, study: str, outcomes: Iterable[str] = SHOWN, *, facet: str = "") -> Iterator[Row]:
        """The Tasks with one of these outcomes, as the server lists them; `facet` is a way to settle (`test: hbsag`).

        Raises ServerError where the server does not send all of them.
        """
        wanted = tuple(outcomes)
        filters = {"business-status": ",".join(f"{names.OUTCOME}|{outcome}" for outcome in wanted)} if wanted else {}
        for task in self._finder.of_study(study, filters):
            row = row_of(task, self._pool)
            if (not wanted or row.outcome in wanted) and (not facet or facet in row.facets):
                yield row

    def screening(self, study: str, patient: str) -> Screening | None:
        """The ledger of one patient's Task, or None where there is none. Raises DataError where it cannot be read."""
        task = self._finder.now(study, patient, by_id=self._client_ids)
        return screening_from_task(task) if task else None


def row_of(task: Json, pool: str = "") -> Row:
    """The row of a candidate Task; `pool` as in `read.hand_of`."""
    existing, subject = existing_from_task(task, pool), subject_of(task)
    owner = task.get("owner") or {}
    return Row(
        task=existing.task_id,
        study=subject.study,
        patient=subject.patient,
        status=str(task.get("status", "")),
        hand=existing.hand,
        outcome=existing.outcome,
        facets=existing.facets,
        eligible_from=existing.eligible_from,
        owner=str(owner.get("display") or owner.get("reference") or ""),
        as_of=str(input_of(task, names.Input.AS_OF) or ""),
        authored=str(task.get("authoredOn", "")),
        modified=str(task.get("lastModified", "")),
        version=existing.version,
        one_away=next(iter(codes(task.get("businessStatus"), names.ONE_AWAY)), ""),
        resume_on=str(value_of(task, names.RESUME_ON_EXT) or ""),
        standing=standing(task),
        reason=reason_of(task),
        notes=len(dicts(task.get("note"))),
        summary=read_summary(task),
        owner_id=owner_id(task),
        owned=is_owned(task, pool),
    )
