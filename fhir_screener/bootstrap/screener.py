"""The screener of one process: studies, servers, ledger and queue, each made when first needed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from uuid import uuid4
from zoneinfo import ZoneInfo

from fhir_screener.bootstrap.benches import Benches, checksums, now
from fhir_screener.bootstrap.later import Later
from fhir_screener.bootstrap.once import once
from fhir_screener.bootstrap.reports import Reports
from fhir_screener.bootstrap.servers import Servers
from fhir_screener.bootstrap.telling import telling
from fhir_screener.criteria.model import Study
from fhir_screener.errors import ScreenerError, SettingsError
from fhir_screener.fhir.task.build import Setting
from fhir_screener.fhir.task.sweep_record import SweepTasks
from fhir_screener.log import Log
from fhir_screener.records.dates import read_date
from fhir_screener.screening.memory_ledger import MemoryLedger
from fhir_screener.screening.report import SweepReport
from fhir_screener.screening.sweep import Limits, Listing, Sweeper, lock_name
from fhir_screener.screening.sweep_end import end_abandoned
from fhir_screener.screening.sweep_plan import Chunk, ChunkResult, Head
from fhir_screener.screening.sweep_ports import Herald, Ledger, Nobody, Progress
from fhir_screener.screening.sweep_run import follow, run_inline
from fhir_screener.screening.sweep_tend import tend
from fhir_screener.settings import Settings, variable
from fhir_screener.studies.load import Loaded
from fhir_screener.terminology.terms import Terminology

_log = Log(__name__)


class Screener:
    """Everything plugged together, for one process and one thread. What cannot be had raises when it is asked for."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.servers = Servers(settings)
        self.benches = Benches(settings, self.servers, lambda: self.ledger)

    @property
    def attempts(self) -> int:
        return self.settings.attempts

    @once
    def ledger(self) -> Ledger:
        """In Redis where the settings name one, else in memory."""
        url = self.settings.ledger_url or self.settings.broker_url
        if url is None:
            return MemoryLedger()
        from fhir_screener.broker.redis_ledger import RedisLedger

        return RedisLedger(url.get_secret_value(), self.settings.ledger_days)

    @once
    def sweeper(self) -> Sweeper:
        """Sends its chunks to workers; raises SettingsError where no broker is set."""
        if self.settings.broker_url is None:
            raise SettingsError(f"{variable('broker_url')} is not set: without a broker, sweep with --inline")
        from fhir_screener.broker.celery_app import make_celery
        from fhir_screener.broker.dispatcher import CeleryDispatcher

        dispatcher = CeleryDispatcher(make_celery(self.settings))
        return Sweeper(self.ledger, dispatcher, Later(lambda: self.record), now, self.limits, self.post)

    @property
    def limits(self) -> Limits:
        given = self.settings
        return Limits(given.chunk_size, given.lock_seconds, given.quiet_seconds, given.attempts)

    @once
    def post(self) -> Herald:
        """Tells coordinators; nobody where the settings name no mail server."""
        if not self.settings.mail_host:
            return Nobody()
        from fhir_screener.bootstrap.mail import Post

        return Post(self.settings, lambda: self.record, now)

    @once
    def record(self) -> SweepTasks:
        return SweepTasks(self.servers.target, self.servers.target_capability, self.servers.identity)

    @once
    def reports(self) -> Reports:
        setting = Setting(self.servers.identity, pool=self.settings.owner)
        return Reports(self.settings, self.servers, setting, now)

    def sweep(
        self,
        studies: Sequence[str] = (),
        as_of: date | None = None,
        *,
        dry_run: bool = False,
        progress: Progress = lambda done, total: None,
    ) -> list[SweepReport]:
        """Sweep in this process; one report for each time zone among the studies. Errors as `Sweeper.start`."""
        reports = []
        for head, loaded in self.heads(studies, as_of, dry_run=dry_run):
            bench = self.benches.bench(loaded, head.as_of, dry_run=dry_run).bench
            listing, told = self._listing(head, loaded), progress
            if not dry_run:
                told = telling(head, lambda: self.record, progress)
            reports.append(
                run_inline(
                    head, listing, bench, self.ledger, self.record, now, time.sleep, self.limits, told, self.post
                )
            )
        return reports

    def start(
        self,
        studies: Sequence[str] = (),
        as_of: date | None = None,
        *,
        name: str = "",
        tries: int = 1,
        dry_run: bool = False,
        unattended: bool = False,
    ) -> list[Head]:
        """List the patients and queue their chunks for workers; one sweep for each time zone. See `Sweeper.start`."""
        sweeper = self.sweeper
        return [
            sweeper.start(head, self._listing(head, loaded))
            for head, loaded in self.heads(
                studies, as_of, name=name, tries=tries, dry_run=dry_run, unattended=unattended
            )
        ]

    def follow(
        self,
        head: Head,
        progress: Progress = lambda done, total: None,
        warn: Callable[[str], None] = lambda why: None,
    ) -> SweepReport:
        """Watch workers do a sweep, to its report. See `sweep_run.follow`."""
        return follow(self.sweeper, head, time.sleep, progress, warn=warn)

    def end_abandoned(self, studies: Sequence[str]) -> list[Head]:
        """End the queued sweeps of these studies that nobody works on. See `sweep_end`."""
        return end_abandoned(self.sweeper, [lock_name(self.servers.setup, study) for study in studies])

    def work(self, chunk: Chunk, *, give_up: bool = False) -> ChunkResult | None:
        """Do a chunk. See `Sweeper.work`."""
        return self.sweeper.work(chunk, self.benches.bench_of, give_up=give_up)

    def tend_all(self) -> None:
        """Look after every open sweep; what fails is logged, and tended again in a minute."""
        for sweep in self.ledger.open_sweeps():
            try:
                _ = self.record  # who cannot write a sweep's record may not end the sweep either
                head = tend(self.sweeper, sweep)
                _log.info("sweep.tended", sweep=sweep, state=head.state.value)
            except ScreenerError as error:
                _log.warning("sweep.not.tended", sweep=sweep, error=error)

    def heads(
        self,
        studies: Sequence[str] = (),
        as_of: date | None = None,
        *,
        name: str = "",
        tries: int = 1,
        dry_run: bool = False,
        unattended: bool = False,
    ) -> list[tuple[Head, Loaded]]:
        """The sweeps that are asked for: today is not the same day in every study's zone, so there is one a zone."""
        name = name or f"sweep-{uuid4()}"
        loaded, started = self.benches.load(list(studies)), now()
        found = []
        for number, zone in enumerate(sorted({study.zone for study in loaded.studies})):
            day = as_of or started.astimezone(ZoneInfo(zone)).date()
            here = [study for study in loaded.studies if study.zone == zone]
            among = replace(loaded, studies=tuple(study for study in here if recruits(study, day)))
            head = Head(
                sweep=f"{name}-z{number}" if number else name,
                studies=checksums(among),
                as_of=day,
                zone=zone,
                started=started,
                source=self.servers.source_url,
                target=self.servers.target_url,
                setup=self.servers.setup,
                dry_run=dry_run,
                chunk_size=self.settings.chunk_size,
                tries=tries,
                unattended=unattended,
                warnings=tuple(self._close(study, day, dry_run) for study in here if not recruits(study, day)),
            )
            found.append((head, among))
        return found

    def _close(self, study: Study, day: date, dry_run: bool) -> str:
        """A study that does not recruit on the day is not swept; once it is over, nobody should work on its Tasks."""
        said = f"{study.id} does not recruit on {day} and was not swept"
        if dry_run or not over(study, min(day, now().astimezone(ZoneInfo(study.zone)).date())):
            return said
        written = self.benches.store(Loaded((study,), Terminology(()))).close_study(study.id)
        return f"{said}; {written} open Tasks of it were closed"

    def _listing(self, head: Head, loaded: Loaded) -> Listing:
        if not loaded.studies:
            return Listing(())
        source = self.benches.bench(loaded, head.as_of, dry_run=head.dry_run).source
        spent = 0

        def listed() -> Iterator[str]:
            nonlocal spent
            patients, before = source.cohort(), self.servers.requests
            for patient in patients:
                spent += self.servers.requests - before
                yield patient
                # What was asked meanwhile is not the listing's.
                before = self.servers.requests
            spent += self.servers.requests - before

        return Listing(listed(), lambda: source.hidden, lambda: spent)


def recruits(study: Study, day: date) -> bool:
    """Whether the study recruits on this day (`recruiting: {from, until}`, both days included)."""
    first = read_date(study.recruiting[0], study.zone)
    return (first is None or day.toordinal() >= first.lo) and not over(study, day)


def over(study: Study, day: date) -> bool:
    """Whether its recruiting has ended before this day."""
    last = read_date(study.recruiting[1], study.zone)
    return last is not None and day.toordinal() > last.hi


def build_screener(settings: Settings) -> Screener:
    """The screener that these settings describe. Nothing is opened yet."""
    return Screener(settings)
