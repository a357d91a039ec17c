"""What a sweep brought, as an e-mail for one coordinator: counts and a link, in her language. Pure; no patient in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.utils import parseaddr

from fhir_screener.errors import SettingsError
from fhir_screener.screening.report import CHANGED, GONE, NEW, StudyReport, SweepReport
from fhir_screener.sentence import Text, join, say

_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")


@dataclass(frozen=True)
class Coordinator:
    """Somebody who is told. `studies` are those told about; empty: all."""

    name: str
    address: str
    language: str = "en"
    studies: tuple[str, ...] = ()

    def hears_of(self, study: str) -> bool:
        return not self.studies or study in self.studies


@dataclass(frozen=True)
class News:
    """One e-mail before it is rendered: its subject, and its lines."""

    subject: Text
    lines: tuple[Text, ...]


def coordinators(entries: Iterable[str], languages: Iterable[str]) -> tuple[Coordinator, ...]:
    """`Anna Weiss <anna@example.org>;en;NCT1 NCT2` an entry; language and studies may be left out.

    Raises SettingsError, which names the place in the list and no address.
    """
    known, found = tuple(languages), []
    for place, entry in enumerate(entries, 1):
        who, language, studies = [*(part.strip() for part in entry.split(";")), "", ""][:3]
        name, address = parseaddr(who)
        if not _ADDRESS.fullmatch(address) or entry.count(";") > 2:
            raise SettingsError(
                f"entry {place}: write Name <address>;language;STUDY STUDY, entries with commas between"
            )
        if language and language not in known:
            raise SettingsError(f"entry {place}: {language!r} is no language here: {', '.join(known)}")
        found.append(Coordinator(name, address, language or "en", tuple(studies.split())))
    return tuple(found)


def news(report: SweepReport, who: Coordinator, place: str) -> News | None:
    """What the sweep changed in this coordinator's worklists; None where that is nothing. `place` is where the pages are."""
    changed = [study for study in report.studies if who.hears_of(study.study) and any(_moved(study))]
    if not changed:
        return None
    new, other, gone = (sum(numbers) for numbers in zip(*map(_moved, changed), strict=True))
    lines = [line for study in changed for line in _about(report, study, place)]
    lines.append(say("Data as of {moment} UTC.", moment=report.data_as_of.strftime("%Y-%m-%d %H:%M")))
    lines.append(say("This message holds counts only; who it is, is on the page, after you sign in."))
    return News(join(", ", _counts(new, other, gone)), tuple(lines))


def _about(report: SweepReport, study: StudyReport, place: str) -> Iterator[Text]:
    counts = join(", ", _counts(*_moved(study)))
    yield say("{study}: {counts}.", study=study.study, counts=counts)
    left = len(report.unread) + len(study.not_evaluated) + len(study.unwritten)
    if left:
        yield say("Not read, judged or written: {left}; the report says why.", left=left)
    if place:
        yield f"{place}/study/{study.study}/new"
    yield ""


def _moved(study: StudyReport) -> tuple[int, int, int]:
    new, changed, gone = (sum(study.actions.get(one.value, 0) for one in kind) for kind in (NEW, CHANGED, GONE))
    return new, changed, gone


def _counts(new: int, changed: int, gone: int) -> Iterator[Text]:
    if new:
        yield say("{new} new", new=new)
    if changed:
        yield say("{changed} changed", changed=changed)
    if gone:
        yield say("{gone} no longer match", gone=gone)
