"""What charts are read from, judged by and written to, for a set of studies."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import NamedTuple
from uuid import uuid4

from fhir_screener.bootstrap.servers import Servers, catalog, server_source
from fhir_screener.criteria.model import Study
from fhir_screener.errors import Busy, ChunkRefused, UsageError
from fhir_screener.fhir.server_source import ServerSource
from fhir_screener.fhir.task.build import Setting
from fhir_screener.fhir.task.store import TaskStore
from fhir_screener.fhir.task.support import StudySheet
from fhir_screener.i18n import LANGUAGES
from fhir_screener.records.patient_record import PatientRecord
from fhir_screener.release import product_version
from fhir_screener.screening.screen import screen
from fhir_screener.screening.screening import Screening
from fhir_screener.screening.sweep_chunk import Bench
from fhir_screener.screening.sweep_dry import DryStore
from fhir_screener.screening.sweep_plan import Chunk
from fhir_screener.screening.sweep_ports import Ledger
from fhir_screener.settings import Settings
from fhir_screener.studies.load import Loaded
from fhir_screener.studies.overlooked import Overlooked

Key = tuple[frozenset[tuple[str, str]], date, bool]
KEPT = 3
"""Benches kept: those of two nights, and one more."""
ONE_BY_ONE = 60
"""Seconds within which the lock of a single write is had, or let go."""


class Workbench(NamedTuple):
    """A bench with its source, which also lists the patients and knows what it cannot see."""

    source: ServerSource
    bench: Bench


class Benches:
    """Benches for studies, each made once. `ledger` holds the locks that all workers share."""

    def __init__(self, settings: Settings, servers: Servers, ledger: Callable[[], Ledger]) -> None:
        self._settings, self._servers, self._ledger = settings, servers, ledger
        self._made: dict[Key, Workbench] = {}
        self._read: Loaded | None = None

    def load(self, studies: list[str]) -> Loaded:
        """These studies, else those of the settings, else all. Read anew each time."""
        known = catalog(self._settings)
        self._read = known.load(studies or list(self._settings.studies) or list(known.ids))
        return self._read

    def as_read(self, studies: list[str]) -> Loaded:
        """These studies as they were read last, for what is told of them; read now where they were not."""
        known = {study.id: study for study in self._read.studies} if self._read else {}
        if self._read is None or not studies or not known.keys() >= set(studies):
            return self.load(studies)
        return replace(self._read, studies=tuple(known[study] for study in studies))

    def bench(self, loaded: Loaded, as_of: date, *, dry_run: bool = False) -> Workbench:
        """What these studies are judged with on this day."""
        key = _key(checksums(loaded), as_of, dry_run)
        if key not in self._made:
            while len(self._made) >= KEPT:
                del self._made[next(iter(self._made))]
            self._made[key] = self._make(loaded, as_of, dry_run)
        return self._made[key]

    def _make(self, loaded: Loaded, as_of: date, dry_run: bool) -> Workbench:
        loaded = loaded.noted()
        store, names = self.store(loaded), Overlooked(loaded, as_of)
        source = server_source(self._settings, loaded, as_of=as_of, servers=self._servers)
        bench = Bench(
            source=source,
            store=DryStore(store) if dry_run else store,
            judges={study.id: partial(_judge, study, loaded) for study in loaded.studies},
            batch_size=self._settings.batch_size,
            requests=lambda: self._servers.requests,
            clock=time.monotonic,
            count=names.count,
        )
        return Workbench(source, bench)

    def bench_of(self, chunk: Chunk) -> Bench:
        """What this chunk is worked with, or ChunkRefused: never with other mappings or for other servers."""
        try:
            return self._bench_of(chunk)
        except UsageError as error:
            raise ChunkRefused(f"this worker is not set up for it: {error}") from None

    def _bench_of(self, chunk: Chunk) -> Bench:
        if chunk.setup != self._servers.setup:
            raise ChunkRefused(
                f"this worker reads {self._servers.source_url} and writes to {self._servers.target_url}; the sweep began"
                f" with {chunk.source} and {chunk.target}, or with another key, source name or owner: give both the"
                " same settings"
            )
        made = self._made.get(_key(chunk.studies, chunk.as_of, chunk.dry_run))
        return (made or self.bench(self._loaded_as(chunk), chunk.as_of, dry_run=chunk.dry_run)).bench

    def _loaded_as(self, chunk: Chunk) -> Loaded:
        try:
            loaded = self.load(list(chunk.studies))
        except UsageError as error:
            raise ChunkRefused(f"this worker cannot load the sweep's studies: {error}") from None
        for study in loaded.studies:
            asked = chunk.studies[study.id]
            if study.checksum != asked:
                raise ChunkRefused(
                    f"the mapping of {study.id} is {study.checksum} here, and was {asked} when the sweep began: give all"
                    " workers the same mappings, and sweep again"
                )
        return loaded

    def store(self, loaded: Loaded) -> TaskStore:
        """The Tasks of these studies on the target."""
        servers = self._servers
        base = "" if servers.same else servers.source_url
        names = {language: loaded.names(language) for language in LANGUAGES}
        setting = Setting(servers.identity, patient_base=base, pool=self._settings.owner, names=names)
        sheets = {study.id: StudySheet.of(study) for study in loaded.studies}
        return TaskStore(
            servers.target, servers.target_capability, setting, sheets, now, product_version(), self.one_by_one
        )

    @contextmanager
    def one_by_one(self, name: str) -> Iterator[None]:
        """A lock that all workers share, around one write."""
        ledger = self._ledger()
        token, tries = str(uuid4()), ONE_BY_ONE * 20
        while ledger.lock(name, token, ONE_BY_ONE) != token:
            tries -= 1
            if not tries:
                raise Busy("somebody else writes the same Task, and does not end", where=name)
            time.sleep(0.05)
        try:
            yield
        finally:
            ledger.unlock(name, token)


def now() -> datetime:
    """The present moment: the clock of sweeps is read here alone."""
    return datetime.now(UTC)


def checksums(loaded: Loaded) -> dict[str, str]:
    """{study id: checksum of its mapping}."""
    return {study.id: study.checksum for study in loaded.studies}


def _key(studies: Mapping[str, str], as_of: date, dry_run: bool) -> Key:
    return frozenset(studies.items()), as_of, dry_run


def _judge(study: Study, loaded: Loaded, record: PatientRecord, as_of: date) -> Screening:
    return screen(study, record, as_of, loaded.terminology)
