"""What was searched and not found, told from what was found: a page lists it together, not record by record."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from fhir_screener.criteria.evidence import Evidence, Finding
from fhir_screener.criteria.ledger import CriterionFinding
from fhir_screener.criteria.wording import length
from fhir_screener.records.dates import Duration
from fhir_screener.screening.bearing import bearing
from fhir_screener.sentence import Sentence, Text, join, say
from fhir_screener.verdict import Reason

_WRITTEN = re.compile(
    r"Nothing on record (?:about|settles) (.+) \((\d+) records? read(?: since ([^)]*))?\)\.", re.DOTALL
)
_REFUTED = "a refutation of "
_TODAY = " today"
_WINDOW = re.compile(r"(.+) within (\d+) (day|week|month|year)s?", re.DOTALL)
_TOO_OLD = re.compile(r"[:;] older than \d+ (?:day|week|month|year)s?$")
"""How a record's sentence ends that would count, were it newer."""
_TEMPLATES = ("Nothing on record about {what} ({records} read", "Nothing on record settles {what} ({records} read")


def missing(item: Evidence) -> tuple[Text, Text, str] | None:
    """(what was looked for, how many records, since when) of a stated absence; None for everything else.

    A ledger kept in a Task has the sentence as text, in English.
    """
    if item.reference:
        return None
    note = item.note
    if isinstance(note, Sentence) and note.template.startswith(_TEMPLATES):
        parts = note.parts or {}
        return parts["what"], parts["records"], str(parts.get("since", ""))
    found = _WRITTEN.fullmatch(str(note))
    if found is None:
        return None
    count = int(found.group(2))
    records = say("1 record") if count == 1 else say("{count} records", count=count)
    return _named(found.group(1)), records, found.group(3) or ""


def _named(text: str) -> Text:
    """`hbv-dna, hbv-dna-log within 3 months` as a sentence of its names and its window."""
    if text.endswith(_TODAY):
        return say("{what} today", what=_named(text.removesuffix(_TODAY)))
    found = _WINDOW.fullmatch(text)
    if found is None:
        names = join(", ", map(say, text.removeprefix(_REFUTED).split(", ")))
        return say("a refutation of {what}", what=names) if text.startswith(_REFUTED) else names
    span = Duration.parse(f"P{found.group(2)}{found.group(3)[0].upper()}")
    return say("{what} within {window}", what=_named(found.group(1)), window=length(span))


def searched(finding: Finding) -> Iterator[Text]:
    """One sentence for all that was looked for among the same records, if it concerns this patient.

    Beside a record that answers the question without settling it, nothing that settles it is what is absent.
    """
    groups: dict[tuple[str, Text, str], list[Text]] = {}
    for leaf in leaves(bearing(finding)):
        template = _template(leaf)
        for item in leaf.evidence:
            if (found := missing(item)) is not None:
                what, records, since = found
                groups.setdefault((template, records, since), []).append(what)
    for (template, records, since), whats in groups.items():
        names = join("; ", _once(whats))
        among = say("{records} since {since}", records=records, since=since) if since else records
        yield say(template, records=among, names=names)


def _template(leaf: Finding) -> str:
    """What is said of a search: nothing there, nothing that settles it, or what is there is too old."""
    records = [item for item in leaf.evidence if item.reference]
    old = bool(records) and all(map(too_old, records))
    template = (
        "On record, but too old: {names}"
        if old
        else "Nothing that settles it in {records}: {names}"
        if records
        else "Nothing in {records}: {names}"
    )
    return template


def too_old(item: Evidence) -> bool:
    """Whether it is a record that would count, were it newer."""
    return bool(item.reference) and not item.decides and _TOO_OLD.search(str(item.note)) is not None


def outdated(finding: Finding) -> bool:
    """Whether a test that would count is on record, but too old."""
    return any(too_old(item) for leaf in leaves(bearing(finding)) for item in leaf.evidence)


def _once(whats: Sequence[Text]) -> Iterator[Text]:
    """What was looked for, without what stands among the names of another already."""
    names = {what: set(str(what).split(", ")) for what in whats if _is_plain(str(what))}
    for what in dict.fromkeys(whats):
        mine = names.get(what)
        if mine is None or not any(mine < other for other in names.values()):
            yield what


def _is_plain(text: str) -> bool:
    """Whether it is names alone, without a window."""
    return not (text.endswith(_TODAY) or text.startswith(_REFUTED) or _WINDOW.fullmatch(text))


def silent(found: CriterionFinding) -> bool:
    """Whether nothing on record speaks of a criterion: what was looked for is absent, and the register alone is there."""
    return found.reason is Reason.NO_DATA and all(
        missing(item) is not None or item.reference.startswith("Patient/")
        for leaf in leaves(found.finding)
        for item in leaf.evidence
    )


def leaves(finding: Finding) -> Iterator[Finding]:
    """It and all below it."""
    yield finding
    for branch in finding.branches:
        yield from leaves(branch)
