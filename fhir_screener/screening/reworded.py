"""A ledger kept as English text, its sentences made again, so that they can be said in another language.

A Task keeps sentences about records as text. What a record says, and whatever is none of the sentences that rules say,
stays as it is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import msgspec

from fhir_screener.criteria.evidence import Evidence, Finding
from fhir_screener.criteria.ledger import CriterionFinding
from fhir_screener.screening.absence_words import missing
from fhir_screener.screening.known_sentences import NUMBER, of_rules
from fhir_screener.screening.screening import Screening
from fhir_screener.sentence import Sentence, Text, join, say


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
    found = of_rules().find(text)
    if isinstance(found, Sentence):
        return found
    return join("; ", map(_listed, text.split("; ")))


def _listed(text: str) -> Text:
    """A sentence, or several with a comma between them where each of them is one; or one with a number before it."""
    found = of_rules().find(text)
    first, *others = text.split(", ")
    if isinstance(found, Sentence) or not others:
        return found
    told = [of_rules().find(one) for one in others]
    if not all(isinstance(one, Sentence) for one in told):
        return found
    if NUMBER.fullmatch(first):
        made = say("{value:g}, {rule}", value=float(first), rule=join(", ", told))
        return made if str(made) == text else found
    start = of_rules().find(first)
    return join(", ", (start, *told)) if isinstance(start, Sentence) else found


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
