"""What a worklist shows of a Task without its ledger: why in one line, coverage, and what changed last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from fhir_screener.fhir.task import names
from fhir_screener.fhir.task.coded import Json, extensions, group, part, value_of
from fhir_screener.i18n import LANGUAGES, NONE, translator
from fhir_screener.screening.brief import why
from fhir_screener.screening.change import Again, Change, changes
from fhir_screener.screening.coverage import Coverage
from fhir_screener.screening.screening import Screening
from fhir_screener.sentence import Text, render

NO_NAMES: Mapping[str, Mapping[str, str]] = {}
_LONGEST = 400


@dataclass(frozen=True)
class Summary:
    """`why` is {language: one line}. `changed_on` is the day of the sweep that changed the Task, "" for a new one.

    `was` is the outcome before that, `changes` the criteria that answer otherwise now.
    """

    why: Mapping[str, str] = field(default_factory=dict)
    coverage: Coverage = Coverage()
    changed_on: str = ""
    was: str = ""
    changes: tuple[Change, ...] = ()
    earlier: Earlier | None = None


@dataclass(frozen=True)
class Earlier:
    """A decision that was set aside, when, and what answers otherwise since it was made (empty where that is not known)."""

    status: str
    reason: str
    until: str
    changes: tuple[Change, ...] = ()


def summary(screening: Screening, called: Mapping[str, Mapping[str, str]] = NO_NAMES) -> Json:
    """The extension `summary` of a Screening; `called` is {language: {message: what it is called}}."""
    known = screening.coverage
    counts = {
        "inclusionsMet": known.inclusions_met,
        "inclusionsOpen": known.inclusions_open,
        "exclusionsRuledOut": known.exclusions_ruled_out,
        "exclusionsOpen": known.exclusions_open,
    }
    inner = [p for name, count in counts.items() for p in part(name, count, "valueUnsignedInt")]
    inner = [*_said(why(screening), called), *inner]
    return {"url": names.SUMMARY_EXT, "extension": inner}


def change(before: Screening, after: Screening, again: Again | None = None) -> Json | None:
    """The extension `change` between what the Task said and what it says now; None where nothing is otherwise."""
    found = changes(before, after, again)
    if not found and before.outcome is after.outcome:
        return None
    inner = [*part("on", after.as_of, "valueDate"), *part("was", before.outcome.value, "valueCode")]
    return {"url": names.CHANGE_EXT, "extension": [*inner, *changed_criteria(found)]}


def changed_criteria(found: Iterable[Change]) -> list[Json]:
    """The extensions `criterion` of `change` and of `earlier-decision`."""
    return [one for item in found for one in group("criterion", _changed(item))]


def read_summary(task: Json) -> Summary:
    """What the Task's head says of itself; empty where it says nothing."""
    told = next(iter(extensions(task, names.SUMMARY_EXT)), {})
    last = next(iter(extensions(task, names.CHANGE_EXT)), {})
    return Summary(
        why=_lines(told),
        coverage=Coverage(
            inclusions_met=value_of(told, "inclusionsMet", 0),
            inclusions_open=value_of(told, "inclusionsOpen", 0),
            exclusions_ruled_out=value_of(told, "exclusionsRuledOut", 0),
            exclusions_open=value_of(told, "exclusionsOpen", 0),
        ),
        changed_on=str(value_of(last, "on")),
        was=str(value_of(last, "was")),
        changes=read_changes(last),
        earlier=_earlier(task),
    )


def read_changes(told: Json) -> tuple[Change, ...]:
    """The criteria that an extension `change` or `earlier-decision` tells of."""
    return tuple(
        Change(*(str(value_of(one, name)) for name in ("id", "before", "after", "cause")))
        for one in extensions(told, "criterion")
    )


def _earlier(task: Json) -> Earlier | None:
    """The last decision that was set aside."""
    found = extensions(task, names.EARLIER_DECISION_EXT)
    if not found:
        return None
    last = found[-1]
    reason = value_of(last, "reason", None)
    words = str(reason.get("text", "")) if isinstance(reason, dict) else ""
    return Earlier(str(value_of(last, "status")), words, str(value_of(last, "until")), read_changes(last))


def _changed(item: Change) -> Iterator[Json]:
    yield from part("id", item.criterion)
    yield from part("before", item.before)
    yield from part("after", item.after)
    yield from part("cause", item.cause)


def _said(text: Text, called: Mapping[str, Mapping[str, str]]) -> Iterator[Json]:
    """The sentence in English, and its translations beside it."""
    for language in LANGUAGES:
        said = _cut(str(render(text, translator(language, called.get(language, NONE)))))
        if language == "en":
            yield from part("why", said)
        else:
            yield from group("translation", [*part("lang", language, "valueCode"), *part("why", said)])


def _lines(told: Json) -> dict[str, str]:
    english = str(value_of(told, "why"))
    found = {"en": english} if english else {}
    return found | {str(value_of(one, "lang")): str(value_of(one, "why")) for one in extensions(told, "translation")}


def _cut(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 3].rstrip() + "..."
