"""What the coordinators' pages ask for, for one thread: the worklist, the desk, one patient's chart, the studies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from threading import Lock

import orjson

from fhir_screener.bootstrap.benches import now
from fhir_screener.bootstrap.once import once
from fhir_screener.bootstrap.reports import Reports
from fhir_screener.bootstrap.servers import Servers, catalog, server_source
from fhir_screener.criteria.model import Study
from fhir_screener.errors import NotAudited, ServerError
from fhir_screener.fhir.audit import Audited, audit_event
from fhir_screener.fhir.task.build import Setting
from fhir_screener.fhir.task.checked import check
from fhir_screener.fhir.task.coded import Json
from fhir_screener.fhir.task.desk import Desk
from fhir_screener.fhir.task.history import History, recorded
from fhir_screener.fhir.task.pages import Pages
from fhir_screener.fhir.task.provenance import device_reference
from fhir_screener.fhir.task.sweep_watch import Watch, last_sweeps
from fhir_screener.fhir.task.worklist import Worklist
from fhir_screener.fhir.trials import Trials, trials
from fhir_screener.fhir.whereabouts import Whereabouts, whereabouts
from fhir_screener.log import Log
from fhir_screener.records.dates import zone_info
from fhir_screener.records.patient_record import PatientRecord
from fhir_screener.release import product_version
from fhir_screener.screening.decision import Person
from fhir_screener.screening.screen import screen
from fhir_screener.screening.screening import Screening
from fhir_screener.settings import Settings
from fhir_screener.studies.load import Loaded

_log = Log(__name__)


class Mappings:
    """The studies of the settings, else all: read once, for the offices of all threads. `judging` is held while judging."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._reading, self.judging = settings, Lock(), Lock()

    @property
    def loaded(self) -> Loaded:
        """Raises MappingError or UsageError."""
        with self._reading:
            return self._loaded

    @once
    def _loaded(self) -> Loaded:
        known = catalog(self._settings)
        return known.load(list(self._settings.studies) or list(known.ids))


class Office:
    """Everything plugged together for the pages of one thread. What cannot be had raises when it is asked for."""

    def __init__(
        self, settings: Settings, clock: Callable[[], datetime] = now, mappings: Mappings | None = None
    ) -> None:
        self.settings, self.clock, self._mappings = settings, clock, mappings or Mappings(settings)
        self.servers = Servers(settings)
        self._names: dict[tuple[str, str], Mapping[str, str]] = {}

    @once
    def setting(self) -> Setting:
        base = "" if self.servers.same else str(self.settings.source_url or "")
        return Setting(self.servers.identity, patient_base=base, pool=self.settings.owner)

    @once
    def worklist(self) -> Worklist:
        return Worklist(self.servers.target, self.servers.target_capability, self.setting)

    @once
    def pages(self) -> Pages:
        return Pages(self.servers.target, self.servers.target_capability, self.setting)

    @once
    def desk(self) -> Desk:
        return Desk(self.servers.target, self.servers.target_capability, self.setting, self.clock, product_version())

    @once
    def reports(self) -> Reports:
        return Reports(self.settings, self.servers, self.setting, self.clock)

    @once
    def loaded(self) -> Loaded:
        """The studies of the settings, else all."""
        return self._mappings.loaded

    @property
    def studies(self) -> tuple[Study, ...]:
        return self.loaded.studies

    def study(self, id: str) -> Study | None:
        """The study of this id, or None."""
        return next((one for one in self.studies if one.id == id), None)

    def names(self, study: Study, language: str) -> Mapping[str, str]:
        """What value sets and tests are called in the study's ledgers: messages beside those of the catalogue."""
        key = (study.id, language)
        if key not in self._names:
            self._names[key] = replace(self.loaded, studies=(study,)).names(language)
        return self._names[key]

    def today(self, study: Study) -> date:
        """Today in the study's zone."""
        return self.clock().astimezone(zone_info(study.zone)).date()

    def chart(self, patient: str) -> PatientRecord | None:
        """One patient's chart as it is on the source now, or None where there is no such patient. Raises ServerError."""
        batch = server_source(self.settings, self.loaded, servers=self.servers).read([patient])
        return next(iter(batch.records), None)

    def judged(self, study: Study, record: PatientRecord, on: date | None = None) -> Screening:
        """The patient judged on today's chart, today or as of another day."""
        with self._mappings.judging:
            return screen(study, record, on or self.today(study), self.loaded.terminology)

    def whereabouts(self, study: Study, patient: str) -> Whereabouts:
        """Where the patient can be met, as far as the source tells."""
        return whereabouts(self.servers.source, patient, self.today(study))

    def trials(self, study: Study, patients: Sequence[str]) -> Trials:
        """The other trials that these patients are in or considered for, as far as the source tells."""
        try:
            return trials(self.servers.source, self.servers.source_capability, patients, study.id)
        except ServerError:
            return Trials({}, unread=True)

    def history(self, task: str) -> History:
        """What became of a Task, as far as the target tells."""
        try:
            return History(recorded(self.servers.target, task))
        except ServerError as error:
            _log.info("history.unread", task=task, error=error)
            return History(unread=True)

    @property
    def audits(self) -> bool:
        """Whether looks at charts are recorded: not on a server that offers no AuditEvent, which is said at the start."""
        return self.servers.target_capability.can("AuditEvent", "create") is not False

    def audit(
        self, what: Audited, by: Person, *, task: str = "", patient: Json | None = None, tasks: Sequence[str] = ()
    ) -> None:
        """Leave an AuditEvent on the target. Where it refuses, or does not answer, the page is not shown: NotAudited."""
        if not self.audits:
            _log.info("audit", what=what.value, task=task)
            return
        device = device_reference("", product_version())
        event = check(audit_event(what, by, self.clock(), device, task=task, patient=patient, tasks=tasks))
        try:
            self.servers.target.post("AuditEvent", orjson.dumps(event))
        except ServerError as error:
            _log.error("audit.failed", what=what.value, task=task, error=error)
            raise NotAudited(
                "the server did not keep the AuditEvent of this look; try again, or tell your admin"
            ) from None

    def last_sweeps(self) -> Watch:
        """How the last sweeps went. Raises ServerError."""
        return last_sweeps(self.reports.sweeps)

    def close(self) -> None:
        self.servers.close()
