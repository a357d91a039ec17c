"""What `doctor` looks at on this side: settings, mappings, zones, key, broker."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from zoneinfo import ZoneInfo

from fhir_screener.bootstrap.mail import recipients, sender_of
from fhir_screener.cli.options import catalog
from fhir_screener.errors import MappingError, SettingsError, UsageError
from fhir_screener.settings import Settings, is_loopback, variable


class Level(Enum):
    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True)
class Line:
    """One finding: what is so, and what to do about it."""

    level: Level
    what: str
    do: str = ""
    exit_code: int = 0


def ok(what: str) -> Line:
    return Line(Level.OK, what)


def warning(what: str, do: str) -> Line:
    return Line(Level.WARNING, what, do)


def fault(what: str, do: str) -> Line:
    return Line(Level.FAULT, what, do, exit_code=1)


def installation(settings: Settings, wrong: Collection[str] = ()) -> Iterator[Line]:
    """The key Task ids are made with, the name of the source, sign-in over plain HTTP, the hour of the sweep, its e-mails.

    `wrong` are the variables that were left out of the settings: of them nothing more is said.
    """
    if variable("installation_key") not in wrong:
        yield _key(settings)
    yield ok(f"charts are those of the source {settings.source_name!r}; this name is in every Task: never change it")
    for side, url in (("source", settings.source_url), ("target", settings.target_url)):
        if url and url.startswith("http://") and not is_loopback(url) and getattr(settings, f"{side}_auth") != "none":
            yield warning(
                f"credentials for the {side} go over plain http to another machine", "Give its https:// address"
            )
    zone = ZoneInfo(settings.nightly_zone)
    now = datetime.now(UTC).astimezone(zone).strftime("%H:%M")
    hour = f"{settings.nightly_hour:02}:{settings.nightly_minute:02}"
    yield ok(f"nightly sweep at {hour} {settings.nightly_zone}, where it is now {now}")
    if not any(name.startswith(variable("mail_")) for name in wrong):
        yield from _mail(settings)


def _mail(settings: Settings) -> Iterator[Line]:
    """Whom a sweep tells, as far as that can be seen without asking the mail server."""
    host, told = variable("mail_host"), variable("mail_to")
    if settings.mail_to and not settings.mail_host:
        yield warning(f"{told} names coordinators, and {host} no mail server: nobody is told of a sweep", f"Set {host}")
    if not settings.mail_host:
        return
    try:
        sender_of(settings)
        number = len(recipients(settings))
    except SettingsError as error:
        yield fault(str(error), "Until then no e-mail is sent")
        return
    if number:
        yield ok(f"a sweep tells {number} coordinator{'' if number == 1 else 's'} by way of {settings.mail_host}")
    else:
        yield warning(f"{host} names a mail server, and {told} nobody to tell", f"Set {told}")


def _key(settings: Settings) -> Line:
    name = variable("installation_key")
    try:
        settings.key(settings.writes_to or "http://localhost")
    except SettingsError as error:
        return fault(str(error), "")
    if settings.demo_key:
        return warning("Task ids are made with the demonstration key", f"Set {name} before the target is a real server")
    return ok("Task ids are made with a key of your own")


def mappings(settings: Settings) -> Iterator[Line]:
    """Each study with its value sets, and the day it is there."""
    try:
        found = catalog(settings)
        site = found.overlay.site
    except UsageError as error:
        yield fault(str(error), "")
        return
    if site.name:
        yield ok(f"site {site.name}: {len(site.means) + len(site.listed)} local codes, {len(site.words)} words")
    for name in found.ids:
        try:
            loaded = found.load([name])
        except MappingError as error:
            yield fault(str(error), "")
            continue
        study = loaded.studies[0]
        sets = sorted(study.needs().sets)
        codes = sum(len(loaded.terminology[one].codes) for one in sets)
        today = datetime.now(UTC).astimezone(ZoneInfo(study.zone)).date()
        yield ok(
            f"{study.id}: {len(study.criteria)} criteria, {len(sets)} value sets, {codes:,} codes;"
            f" judged in {study.zone}, where it is {today}"
        )
    missing = sorted({name.upper() for name in settings.studies} - set(found.ids))
    if missing:
        yield fault(f"{variable('studies')} names {', '.join(missing)}, which is not there", "Correct the setting")
    if not found.ids:
        yield fault(f"no study in {found.mappings}", f"Set {variable('mappings')}")


def broker(settings: Settings) -> Iterator[Line]:
    """Whether work can be queued, and whether anybody would do it. Raises ServerError."""
    if settings.broker_url is None:
        yield ok(f"none is set: sweeps run in the process that starts them; for workers set {variable('broker_url')}")
        return
    from fhir_screener.broker.celery_app import make_celery
    from fhir_screener.broker.presence import LEAST, broker_version, workers

    version = broker_version(settings)
    numbers = [int(part) for part in version.partition(" ")[2].split(".")[:2] if part.isdigit()]
    if tuple(numbers) < LEAST:
        yield fault(f"{version} is too old", "Use Redis or Valkey 6.2 or later")
    else:
        yield ok(f"{version} answers")
    alive = workers(make_celery(settings))
    if alive:
        yield ok(f"{len(alive)} worker{'' if len(alive) == 1 else 's'}: {', '.join(alive[:5])}")
    else:
        yield warning("no worker answers", "Start one: celery -A workers.app worker")
