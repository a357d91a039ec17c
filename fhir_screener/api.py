"""For programs and notebooks: a study, and a patient judged against it.

    from fhir_screener import load_study, screen

    study = load_study("NCT04660565")
    screening = screen(study, bundle, as_of="2021-03-01")
    screening.outcome, [(c.id, c.verdict, c.reason) for c in screening.criteria]

Nothing is read from or written to a server, and no clock is read but where `as_of` is left out.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from fhir_screener.criteria.model import Criterion, Study
from fhir_screener.errors import UsageError
from fhir_screener.fhir.files import FolderSource
from fhir_screener.fhir.memory import Data, records
from fhir_screener.records.dates import zone_info
from fhir_screener.records.patient_record import PatientRecord
from fhir_screener.screening.screen import screen as judge
from fhir_screener.screening.screening import Screening
from fhir_screener.settings import Settings
from fhir_screener.studies.load import Catalog, Loaded


@dataclass(frozen=True)
class LoadedStudy:
    """A study, valid and compiled, with the value sets it is judged by."""

    loaded: Loaded

    @property
    def study(self) -> Study:
        return self.loaded.studies[0]

    @property
    def id(self) -> str:
        return self.study.id

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        return self.study.criteria

    def __repr__(self) -> str:
        study = self.study
        return f"<study {study.id} version {study.version}: {study.title}, {len(study.criteria)} criteria>"


def load_study(study: str, *, mappings: str | Path | None = None, site: str = "") -> LoadedStudy:
    """The study of this registry id, or of a study file. `mappings`: a folder other than the one that comes with us;
    `site`: name or file of the site whose local codes are known. Where either is left out, the settings say.

    Raises UsageError where there is no such study, MappingError (file, line, path) for a mistake in it.
    """
    from fhir_screener.bootstrap.servers import mappings_folder

    settings = Settings.from_env(os.environ)
    folder = Path(mappings) if mappings is not None else mappings_folder(settings)
    return LoadedStudy(Catalog(folder, site or settings.site).load([study]))


def screen(
    study: LoadedStudy | str, data: Data | Path, *, as_of: date | str | None = None, patient: str = ""
) -> Screening:
    """One patient judged against one study on one day (today in the study's zone, where `as_of` is not given).

    `data` is a Bundle or resources, as dicts, JSON or models of `fhir.resources.R4B`, or the Path of a file or folder.
    `patient` is an id, and needed only where there are several. Raises UsageError where it is not clear who is meant.
    """
    found = {one.patient: one for one in screen_all(study, data, as_of=as_of)}
    chosen = patient.removeprefix("Patient/")
    if chosen in found:
        return found[chosen]
    if chosen or not found:
        raise UsageError(f"there is no Patient{f'/{chosen}' if chosen else ''} in the data; found {len(found)} others")
    if len(found) > 1:
        raise UsageError(f"there are {len(found)} patients in the data: name one (`patient=`), or use `screen_all`")
    return next(iter(found.values()))


def screen_all(study: LoadedStudy | str, data: Data | Path, *, as_of: date | str | None = None) -> Iterator[Screening]:
    """Every patient in `data`, one after another; see `screen`."""
    known = load_study(study) if isinstance(study, str) else study
    day = _day(as_of, known.study.zone)
    terms = known.loaded.terminology
    found: Iterator[PatientRecord]
    found = FolderSource(data, terms).records() if isinstance(data, Path) else records(data, terms)
    for record in found:
        yield judge(known.study, record, day, terms)


def _day(as_of: date | str | None, zone: str) -> date:
    if as_of is None:
        return datetime.now(zone_info(zone)).date()
    if isinstance(as_of, date):
        return as_of
    try:
        return date.fromisoformat(as_of)
    except ValueError:
        raise UsageError(f"as_of {as_of!r} is no date; write 2021-03-01") from None


__all__ = ["LoadedStudy", "load_study", "screen", "screen_all"]
