"""A candidate's ledger as a page shows it: the Task's, or today's where both say the same, and what it is said with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from fhir_screener.bootstrap.office import Office
from fhir_screener.criteria.evidence import Evidence, Finding
from fhir_screener.criteria.model import Study
from fhir_screener.errors import DataError, ServerError
from fhir_screener.fhir.task.coded import Json
from fhir_screener.fhir.task.identity import subject_of
from fhir_screener.fhir.task.read import screening_from_task
from fhir_screener.screening.absence_words import missing, searched
from fhir_screener.screening.absence_words import silent as is_silent
from fhir_screener.screening.account import MOOT, evidence, reason_words, to_do, way_of
from fhir_screener.screening.ahead import ahead, milestones
from fhir_screener.screening.change import Change, changes
from fhir_screener.screening.digest import evidence_digest
from fhir_screener.screening.plain_words import REASONS, TEST, standing
from fhir_screener.screening.reworded import reworded, unsaid
from fhir_screener.screening.screening import Screening
from fhir_screener.screening.timeline import timeline
from fhir_screener.sentence import Text, say
from fhir_screener.verdict import Reason
from fhir_screener.web.failures import words_of
from fhir_screener.web.timeline_svg import NARROW, draw, tone

NO_PATIENT = say("the source has no such patient any more")
SOME_UNREAD = say("the source did not give all of it")
"""Why a chart is not judged today, where the source gave no error of its own."""


@dataclass(frozen=True)
class Ledger:
    """What is shown: the Task's screening, or today's where both say the same (it can be read in any language).

    `unread` says why the chart could not be judged today; `differs` what today's chart would answer otherwise; `ahead`
    what time alone will change, where the chart is at hand.
    """

    screening: Screening
    unread: Text = ""
    differs: tuple[Change, ...] = ()
    today: bool = False
    ahead: tuple[Text, ...] = ()


def judged(office: Office, study: Study, task: Json, *, wanted_now: bool = False) -> Ledger:
    """The ledger to show. A source that cannot be read, or a chart that moved on, is said; decisions rest on the Task."""
    try:
        swept: Screening | None = screening_from_task(task)
    except DataError:
        swept = None
    unread: Text = NO_PATIENT
    try:
        record = office.chart(subject_of(task).patient)
    except ServerError as error:
        record, unread = None, words_of(error)
    if record is None:
        if swept is None:
            raise DataError(say("neither the Task's ledger nor the chart can be read"), where=f"Task/{task.get('id')}")
        return Ledger(swept, unread)
    again = partial(office.judged, study, record)
    now = again()
    if swept is None:
        return Ledger(now, today=True, ahead=ahead(now, again))
    if _lost(now) - _lost(swept):
        return Ledger(swept, SOME_UNREAD)  # what could not be read today has not changed for that
    if evidence_digest(now) == evidence_digest(swept):
        return Ledger(now, today=True, ahead=ahead(now, again))
    differs = changes(swept, now, again)
    return Ledger(now, "", differs, today=True, ahead=ahead(now, again)) if wanted_now else Ledger(swept, "", differs)


def told(study: Study, ledger: Ledger) -> dict[str, Any]:
    """What the template is given: the criteria in two groups, the picture, what to do, and the words for each answer."""
    screening = ledger.screening if ledger.today else reworded(ledger.screening)
    silent = [one for one in screening.criteria if is_silent(one)]
    line = timeline(study, screening)
    return {
        "ledger": ledger,
        "screening": screening,
        "unsaid": len(set(unsaid(screening))),
        "spoken": [one for one in screening.criteria if one not in silent],
        "silent": silent,
        "milestones": milestones(screening, ledger.ahead),
        "todo": sorted(to_do(screening), key=lambda one: not one[0].startswith(TEST)),
        "line": line,
        "drawings": {"wide": draw(line), "narrow": draw(line, NARROW)},
        "tone": tone,
        "reasons": REASONS,
        "reason_words": reason_words,
        "asked": screening.outcome not in MOOT,
        "stands": standing,
        "recorded": _recorded,
        "searched": searched,
        "way_of": way_of,
        "is_empty": lambda branch: branch.reason is Reason.NO_DATA,
        "texts": {criterion.id: criterion.text for criterion in study.criteria},
        "readings": {criterion.id: criterion.reading for criterion in study.criteria},
    }


def _recorded(finding: Finding) -> list[Evidence]:
    """The records behind an answer; what was looked for and not found is told together, by `searched`."""
    return [item for item in evidence(finding) if missing(item) is None]


def _lost(screening: Screening) -> set[str]:
    """The criteria that are open because records could not be read."""
    return {one.id for one in screening.criteria if one.reason is Reason.NOT_FETCHED}
