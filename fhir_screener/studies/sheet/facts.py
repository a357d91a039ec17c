"""What stands at the head of a sheet: where the study's sentences come from, and how it is judged as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fhir_screener.criteria.model import Study
from fhir_screener.criteria.rules.demography import age_in_words
from fhir_screener.criteria.wording import length
from fhir_screener.sentence import Text, join, say

_AGE = re.compile(r"(\d+) (a|mo|wk|d)")
_YOUNGEST, _OLDEST = "min_age", "max_age"
"""The registry's own fields."""


def facts(study: Study) -> Iterator[tuple[Text, Text]]:
    """(label, words), in the order in which they are read."""
    stated = [_of_source(key, str(value)) for key, value in study.source.items() if str(value or "")]
    yield say("Source"), join(", ", stated) if stated else ""
    yield say("Judged in"), say("the time zone {zone}", zone=study.zone)
    if study.anchor.ids:
        yield (
            say("Anchor"),
            say("{ids}: with nothing on record there, a patient gives no signal", ids=", ".join(study.anchor.ids)),
        )
    for kind, value in study.cohort.items():
        names = join(", ", [say(str(name)) for name in value]) if isinstance(value, list | tuple) else str(value)
        yield say("Cohort"), say("everybody") if kind == "all" else names
    yield say("Later"), say("shown where a patient could qualify within {time}", time=length(study.later_within))
    for key, value in study.registry.items():
        yield say("Registry"), _of_registry(key, value)


def _of_source(key: str, value: str) -> Text:
    if key == "registry":
        return say("no registry") if value == "none" else value
    if key == "modified":
        return say("last changed {day}", day=value)
    return say("sponsor {name}", name=value) if key == "sponsor" else f"{key} {value}"


def _of_registry(key: str, value: object) -> Text:
    """A limit of the registry's in words; a field that nobody here knows as it stands."""
    unset = value["unset"] if isinstance(value, dict) and "unset" in value else None
    if key not in (_YOUNGEST, _OLDEST):
        return f"{key}: {value if unset is None else unset}"
    if unset is not None:
        return say("no youngest age: {why}", why=unset) if key == _YOUNGEST else say("no oldest age: {why}", why=unset)
    age = _age(str(value))
    return say("youngest age {age}", age=age) if key == _YOUNGEST else say("oldest age {age}", age=age)


def _age(written: str) -> Text:
    found = _AGE.fullmatch(written)
    return age_in_words((int(found[1]), found[2])) if found else written
