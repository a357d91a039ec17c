"""What pages and commands ask about sweeps, for one thread: their history, their reports, what the worklist lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import islice

from fhir_screener.bootstrap.once import once
from fhir_screener.bootstrap.servers import Servers
from fhir_screener.errors import ServerError
from fhir_screener.fhir.task.build import Setting
from fhir_screener.fhir.task.finder import Finder
from fhir_screener.fhir.task.reached import reached
from fhir_screener.fhir.task.support import client_ids
from fhir_screener.fhir.task.sweeps import Sweeps
from fhir_screener.log import Log
from fhir_screener.screening.freshness import SILENCE, Schedule, Standing, Swept, Underway, standing
from fhir_screener.screening.funnel import Reached
from fhir_screener.screening.sweep_plan import State
from fhir_screener.screening.sweep_ports import Ledger
from fhir_screener.settings import Settings

_log = Log(__name__)
FAR = 60
"""Sweeps looked back through for the last that was seen through."""


class Reports:
    """Reads the sweeps' own Tasks; where there is a broker, its ledger tells how far the present one is."""

    def __init__(self, settings: Settings, servers: Servers, setting: Setting, clock: Callable[[], datetime]) -> None:
        self._settings, self._servers, self._setting, self._clock = settings, servers, setting, clock

    @once
    def sweeps(self) -> Sweeps:
        return Sweeps(self._servers.target, self._servers.target_capability, self._servers.identity.source)

    @property
    def schedule(self) -> Schedule | None:
        """The nightly sweep's; None where no workers are set up, so that there is none."""
        given = self._settings
        return Schedule(given.nightly_hour, given.nightly_minute, given.nightly_zone) if given.broker_url else None

    def standing(self, study: str) -> Standing:
        """What a worklist of this study rests on, and has to own up to. Raises ServerError of the target."""
        found: list[Swept] = []
        for sweep in islice(self.sweeps.of_study(study, size=5), FAR):
            found.append(sweep)
            if sweep.state is State.DONE:
                break
        watched, underway = self._underway(found[0]) if found and found[0].state.open else (False, None)
        return standing(found, self._clock(), self.schedule, underway, watched=watched)

    def reached(self, study: str) -> Reached:
        """What became of the study's candidates, as of now. Raises ServerError."""
        return reached(self._servers.target, self._servers.target_capability, self._setting, study)

    def task_ids(self, study: str, patients: Iterable[str]) -> dict[str, str]:
        """{patient id: id of the Task}; where the target gives ids of its own, of those that have one."""
        wanted = list(patients)
        if client_ids(self._servers.target_capability, "Task"):
            return {patient: self._setting.identity.task(study, patient) for patient in wanted}
        finder = Finder(self._servers.target, self._servers.target_capability, self._setting)
        return {patient: one.task_id for patient, one in finder.existing(study, wanted, by_id=False).items()}

    @once
    def _ledger(self) -> Ledger | None:
        url = self._settings.ledger_url or self._settings.broker_url
        if url is None:
            return None
        from fhir_screener.broker.redis_ledger import RedisLedger

        return RedisLedger(url.get_secret_value(), self._settings.ledger_days)

    def _underway(self, sweep: Swept) -> tuple[bool, Underway | None]:
        """Whether somebody was asked that would know, and how far the sweep is by that: the ledger, else the sweep itself."""
        watched, found = self._by_ledger(sweep)
        if watched or sweep.told is None:
            return watched, found
        alive = self._clock() - sweep.told < SILENCE
        return True, Underway(min(sweep.read, sweep.patients), sweep.patients) if alive else None

    def _by_ledger(self, sweep: Swept) -> tuple[bool, Underway | None]:
        if self._ledger is None:
            return False, None
        try:
            head = self._ledger.head(sweep.sweep)
            done = self._ledger.done_count(sweep.sweep) if head else 0
            troubles = self._ledger.troubles(sweep.sweep) if head else {}
        except ServerError as error:
            _log.info("sweep.progress", error=error)
            return False, None
        if head is None or not head.state.open:
            return head is not None, None
        listed = head.state is State.RUNNING
        patients = done * head.chunk_size
        refused = any(trouble.refused for trouble in troubles.values())
        if not listed:
            return True, Underway(patients, None, refused)
        return True, Underway(min(patients, head.patients), head.patients, refused)
