"""Options that several commands share, spelled once; and the settings, read once."""

from __future__ import annotations

import os
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from fhir_screener.cli.usage import PlainCommand
from fhir_screener.errors import SettingsError, UsageError
from fhir_screener.log import configure
from fhir_screener.records.dates import parse_day
from fhir_screener.settings import Settings, variable
from fhir_screener.settings.sifted import sifted
from fhir_screener.studies.load import Catalog

ChartsArgument = Annotated[
    str, typer.Argument(help="A file or folder of FHIR (NDJSON or Bundles, .gz too), or a FHIR base URL.")
]
OutOption = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write there instead of to the screen.")]
StudyOption = Annotated[
    str, typer.Option("--study", metavar="ID", help="Registry id of the study, or the path of a study file.")
]
AsOf = Annotated[
    str, typer.Option("--as-of", metavar="DAY", help="Judge as of this day, YYYY-MM-DD; today if not given.")
]
SiteOption = Annotated[
    str,
    typer.Option(
        "--site", metavar="SITE", help=f"Name or file of the site whose local codes are known; else {variable('site')}."
    ),
]
SourceOption = Annotated[
    str, typer.Option("--source", metavar="URL", help=f"FHIR base URL to read from; else {variable('source_url')}.")
]
TargetOption = Annotated[
    str,
    typer.Option(
        "--target",
        metavar="URL",
        help=f"FHIR base URL to write Tasks to; else {variable('target_url')}, else --source.",
    ),
]

CohortOption = Annotated[
    str,
    typer.Option(
        "--cohort",
        metavar="WHO",
        help=f"Who is read: study, all, group:ID, list:ID or file:PATH; else {variable('cohort')}, else study.",
    ),
]


class _App(typer.Typer):
    """Its commands are plain ones, unless they say otherwise."""

    def command(self, *args: Any, **options: Any) -> Any:
        return super().command(*args, **{"cls": PlainCommand, **options})


def new_app(*, help: str | None = None, group: bool = False) -> typer.Typer:
    """A Typer app that looks like all others; `group` for one with commands of its own."""
    return _App(
        help=help,
        no_args_is_help=group,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )


class _Stderr:
    """Standard error as it is at the moment: a progress bar puts its own in place."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def read_settings(**given: Any) -> Settings:
    """The environment's settings with a command's options over them (empty: not given); sets up logging.

    Before people, only warnings are logged, unless the environment asks for more.
    """
    settings = Settings.from_env(os.environ)
    changes = {name: value for name, value in given.items() if value}
    try:
        settings = settings.but(**changes) if changes else settings
    except SettingsError as error:
        raise SettingsError(_by_option(str(error), changes)) from None
    _log_as(settings)
    return settings


def sifted_settings(**given: str) -> tuple[Settings, dict[str, str]]:
    """As `read_settings`, for a command that looks into what is wrong: (what holds, {variable: what is wrong with it})."""
    settings, wrong = sifted({**os.environ, **{variable(name): value for name, value in given.items() if value}})
    _log_as(settings)
    return settings, wrong


def _log_as(settings: Settings) -> None:
    asked = "log_level" in settings.model_fields_set
    configure(settings.log_level if asked else "warning", settings.log_format, _Stderr())  # type: ignore[arg-type]


def _by_option(message: str, changes: dict[str, Any]) -> str:
    """The message in the words of whoever gave an option, not a variable."""
    for name in changes:
        message = message.replace(f"{variable(name)}:", f"--{name.removesuffix('_url').replace('_', '-')}:")
    return message


def parse_as_of(text: str) -> date | None:
    """The day of --as-of, or None where it is not given. Raises UsageError."""
    if not text:
        return None
    try:
        return parse_day(text)
    except Exception as error:
        raise UsageError(f"--as-of: {error}") from error


def day(text: str, zone: str) -> date:
    """The day to judge on: as given, else today in the study's zone."""
    return parse_as_of(text) or datetime.now(UTC).astimezone(ZoneInfo(zone)).date()


def catalog(settings: Settings) -> Catalog:
    """The studies of the mappings folder in force, as the site of the settings reads them."""
    from fhir_screener.bootstrap import servers  # brings HTTP with it

    return servers.catalog(settings)
