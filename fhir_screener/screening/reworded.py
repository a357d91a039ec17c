"""A ledger kept as English text, its sentences made again, so that they can be said in another language.

A Task keeps sentences about records as text. Each is looked for among the sentences that rules say: one is taken only if it
fits in a single way and reads the same again. What a record says, and whatever fits nothing, stays as it is written.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

import msgspec

from fhir_screener.criteria.evidence import Evidence, Finding
from fhir_screener.criteria.ledger import CriterionFinding
from fhir_screener.criteria.wording import length
from fhir_screener.records.dates import Duration
from fhir_screener.screening.absence_words import missing
from fhir_screener.screening.known_sentences import DATA, DATES, LENGTH, LENGTHS, Way, plain, ways
from fhir_screener.screening.screening import Screening
from fhir_screener.sentence import Sentence, Text, join, say

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
"""How value sets are named."""
_PART = re.compile(r"\{[^}]*\}")


def reworded(screening: Screening) -> Screening:
    """The same screening; it says the same in English, and as much as can be in other languages."""
    return replace(screening, criteria=tuple(map(_criterion, screening.criteria)))


def retelling(item: Evidence) -> Text:
    """What a piece of evidence says, as a sentence as far as it is one of ours."""
    if (absent := missing(item)) is not None:
        return _absence(str(item.note), *absent)
    if isinstance(item.note, Sentence) or not item.note:
        return item.note
    head = f"{item.display}: "
    if item.display and item.note.startswith(head):
        return say("{name}: {note}", name=item.display, note=_line(item.note.removeprefix(head)))
    return _line(item.note)


def _absence(text: str, what: Text, records: Text, since: str) -> Text:
    """What was looked for and is not there."""
    parts: dict[str, Text] = {"what": what, "records": records} | ({"since": since} if since else {})
    settles = "Nothing on record settles {what} ({records} read"
    about = "Nothing on record about {what} ({records} read"
    start = settles if text.startswith("Nothing on record settles") else about
    return say(f"{start} since {{since}})." if since else f"{start}).", **parts)


def _criterion(one: CriterionFinding) -> CriterionFinding:
    return msgspec.structs.replace(one, answer=_finding(one.finding), scope=None)


def _finding(one: Finding) -> Finding:
    told = tuple(msgspec.structs.replace(item, note=retelling(item)) for item in one.evidence)
    return one.but(evidence=told, branches=tuple(map(_finding, one.branches)))


def _line(text: str) -> Text:
    """A sentence, or several one after another."""
    found = _sentence(text)
    if isinstance(found, Sentence):
        return found
    return join("; ", map(_listed, text.split("; ")))


def _listed(text: str) -> Text:
    """A sentence, or several with a comma between them where each of them is one."""
    found = _sentence(text)
    parts = text.split(", ")
    if isinstance(found, str) and len(parts) > 1 and all(isinstance(one, Sentence) for one in map(_sentence, parts)):
        return join(", ", map(_sentence, parts))
    return found


@lru_cache(4096)
def _sentence(text: str) -> Text:
    """The one sentence of ours that this text is, its parts made again too; else the text."""
    if text in plain():
        return say(text)
    fits = [(way.weight, made) for way in ways() if (made := _fitted(text, way)) is not None]
    best = max((weight for weight, _ in fits), default=0)
    chosen = [made for weight, made in fits if weight == best]
    if len({_PART.sub("{}", made.template) for made in chosen}) != 1:
        return text
    # They differ only in what they call their parts: `{what} within {window}` is said of records, `{time}` by rules.
    return max(chosen, key=lambda made: made.template)


def _fitted(text: str, way: Way) -> Sentence | None:
    found = way.shortest.fullmatch(text)
    if found is None or (other := way.longest.fullmatch(text)) is None or other.groups() != found.groups():
        return None
    parts = {
        name: _part(name, said, name in way.numbers, name in way.quoted) for name, said in found.groupdict().items()
    }
    made = say(way.template, **parts)
    return made if str(made) == text else None


def _part(name: str, said: str, number: bool, quoted: bool) -> Any:
    if number:
        return float(said)
    if quoted:
        return ast.literal_eval(said)
    if name in LENGTHS and (span := LENGTH.fullmatch(said)):
        hours = span.group(2) == "hour"
        return length(Duration.parse(f"P{'T' * hours}{span.group(1)}{span.group(2)[0].upper()}"))
    if name in DATA or name in DATES:
        return said
    found = _sentence(said)
    return say(said) if isinstance(found, str) and _NAME.fullmatch(said) else found


def unsaid(screening: Screening) -> Iterator[str]:
    """What stays as it is written, for no sentence of ours was found in it."""
    for criterion in screening.criteria:
        yield from _left(criterion.finding)


def _left(finding: Finding) -> Iterator[str]:
    for item in finding.evidence:
        if item.note and not isinstance(item.note, Sentence):
            yield item.note
    for branch in finding.branches:
        yield from _left(branch)
