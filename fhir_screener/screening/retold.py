"""Sentences of a sweep's report, kept as English text, made again so that they can be said in another language.

A report travels as JSON, so what it says of losses is text. Whatever is not known here, and what a server or an error says,
stays as it is written.
"""

from __future__ import annotations

from functools import cache

from fhir_screener.screening.known_sentences import Known
from fhir_screener.sentence import Sentence, Text, say

KNOWN: tuple[Sentence, ...] = (
    say("{type}: {hides} is not read"),
    say("what was given before {day}, and what has no date"),
    say("results of other categories than {categories}"),
    say("those that no record refers to"),
    say("the server does not offer {type}"),
    say("no type that holds drugs is offered: criteria about drugs cannot be answered"),
    say("Medication cannot be searched: drugs known only by reference stay unreadable"),
    say("the index search cannot see a diagnosis in text only, or under a local code"),
    say("the index search finds listed ICD codes, not finer codes below them"),
    say("not fetched: {types}"),
    say("no such patient on this server"),
    say("the patient was deleted on this server"),
    say("the sweep was given up: {why}"),
    say("the sweep's own record was not written: {why}"),
    say("it showed no life, and sweep {sweep} began"),
    say("listing its patients was interrupted"),
    say("interrupted"),
    say("{study} does not recruit on {day} and was not swept; {written} open Tasks of it were closed"),
    say("{study} does not recruit on {day} and was not swept"),
    say("{study}: Tasks could not be looked up, some may be out of date: {why}"),
    say("no e-mail was sent to coordinators: {why}"),
    say("e-mails to coordinators were not sent: {why}"),
    say("{failed} of {all} e-mails to coordinators were not sent: {why}"),
    say("words of {record}"),
    say("local names were not counted: {why}"),
)


def retold(text: str) -> Text:
    """The sentence that this text is, its parts made again too; the text itself where it is none of those known."""
    return _known().find(text)


@cache
def _known() -> Known:
    return Known(one.template for one in KNOWN)
