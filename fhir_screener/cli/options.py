"""Options that several commands share, spelled once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from fhir_screener.errors import UsageError
from fhir_screener.records.dates import parse_day
from fhir_screener.settings import Settings
from fhir_screener.studies.load import Catalog

StudyOption = Annotated[str, typer.Option("--study", help="Registry id of the study, or the path of a study file.")]
AsOf = Annotated[str, typer.Option("--as-of", help="Judge as of this day, YYYY-MM-DD; today if not given.")]


def day(text: str, zone: str) -> date:
    """The day to judge on: as given, else today in the study's zone."""
    if text:
        try:
            return parse_day(text)
        except Exception as error:
            raise UsageError(f"--as-of: {error}") from error
    return datetime.now(UTC).astimezone(ZoneInfo(zone)).date()


def catalog(settings: Settings) -> Catalog:
    """The studies of the mappings folder in force."""
    return Catalog(mappings_folder(settings))


def mappings_folder(settings: Settings) -> Path:
    """The folder set by FHIR_SCREENER_MAPPINGS, else that of the package, else that of the checkout."""
    if settings.mappings is not None:
        return settings.mappings
    package = Path(__file__).resolve().parent.parent
    inside = package / "_mappings"
    return inside if inside.is_dir() else package.parent / "mappings"
