"""A sweep's report put in order for people: the page and the HTML file show the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

from fhir_screener.criteria.model import Study
from fhir_screener.screening.candidate import Action
from fhir_screener.screening.freshness import Swept
from fhir_screener.screening.funnel import Funnel, Reached, funnel
from fhir_screener.screening.report import CHANGED, GONE, NEW, StudyReport, SweepReport
from fhir_screener.screening.screening import Outcome
from fhir_screener.screening.sweep_plan import Moved, State
from fhir_screener.web.funnel_svg import Picture, draw

NAMED = 50
"""Patients of one list that are shown; the others are counted."""


class Naming(Enum):
    """How patients are shown: by id, as links only, or not at all."""

    IDS = "ids"
    LINKS = "links"
    NONE = "none"


@dataclass(frozen=True)
class Group:
    """Patients with the same reason: `patients` of them are named, `more` are not."""

    reason: str
    patients: tuple[str, ...] = ()
    more: int = 0


@dataclass(frozen=True)
class Left:
    """Those of one kind who were left out: `total` of them; `unnamed` are in no group."""

    total: int = 0
    groups: tuple[Group, ...] = ()
    unnamed: int = 0


@dataclass(frozen=True)
class Mover:
    """One Task that was written. `patient` is "" where it may not be shown, `url` where there is no page."""

    moved: Moved
    cause: str
    patient: str = ""
    url: str = ""


@dataclass(frozen=True)
class Movers:
    """Tasks that are new, changed or gone: `total` of them, some in `rows`."""

    total: int
    rows: tuple[Mover, ...] = ()


@dataclass(frozen=True)
class Row:
    """One criterion's counts: whom it is first to keep out, alone, at all; for whom of those shown it is open."""

    id: str
    text: str
    first: int
    alone: int
    out: int
    open: int


@dataclass(frozen=True)
class ReportView:
    """Everything a report shows of one study."""

    report: SweepReport
    study: StudyReport
    naming: Naming
    funnel: Funnel
    picture: Picture
    rows: tuple[Row, ...]
    outcomes: tuple[tuple[str, int], ...]
    unread: Left
    not_evaluated: Left
    unwritten: Left
    new: Movers
    changed: Movers
    gone: Movers
    thin: tuple[tuple[str, str, str], ...]
    """(patient or "", criterion, record or words)."""

    @property
    def given_up(self) -> bool:
        return self.report.state is State.FAILED

    @property
    def unreached(self) -> int:
        """Patients to whom the sweep never came."""
        return max(0, self.report.patients - self.study.evaluated - self.unread.total - self.not_evaluated.total)

    @property
    def going_on(self) -> bool:
        return self.report.state.open


def view(
    report: SweepReport,
    study: Study,
    reached: Reached | None = None,
    naming: Naming = Naming.IDS,
    links: Mapping[str, str] | None = None,
) -> ReportView:
    """What the report shows of this study. `links`: {patient: address of the candidate's page}."""
    found = next((one for one in report.studies if one.study == study.id), StudyReport(study.id, ""))
    order = [criterion.id for criterion in study.criteria]
    steps = funnel(found, report.patients, order, reached)
    best_first = (outcome.value for outcome in reversed(Outcome))
    moved = [_movers(found, actions, naming, links or {}) for actions in (NEW, CHANGED, GONE)]
    return ReportView(
        report=report,
        study=found,
        naming=naming,
        funnel=steps,
        picture=draw(steps),
        rows=_rows(found, study),
        outcomes=tuple((name, found.outcomes[name]) for name in best_first if name in found.outcomes),
        unread=_left(report.unread, report.total("unread"), naming),
        not_evaluated=_left(found.not_evaluated, found.total("not_evaluated"), naming),
        unwritten=_left(found.unwritten, found.total("unwritten"), naming),
        new=moved[0],
        changed=moved[1],
        gone=moved[2],
        thin=_thin(found.thin, naming),
    )


def counted(sweep: Swept, study: Study) -> SweepReport:
    """What the counts of a sweep's Task still say where no report was kept."""
    left = {"not_evaluated": sweep.not_evaluated, "unwritten": sweep.unwritten}
    here = StudyReport(
        study.id, "", evaluated=sweep.evaluated, outcomes=sweep.outcomes, actions=sweep.actions, left_out=left
    )
    return SweepReport(
        sweep=sweep.sweep,
        state=sweep.state,
        as_of=sweep.as_of or date.min,
        zone=sweep.zone,
        data_as_of=sweep.began,
        seconds=((sweep.ended or sweep.began) - sweep.began).total_seconds(),
        source="",
        target="",
        dry_run=False,
        patients=sweep.patients,
        read=sweep.read,
        studies=(here,),
        left_out={"unread": sweep.unread, "warnings": sweep.warnings},
    )


def _rows(found: StudyReport, study: Study) -> tuple[Row, ...]:
    texts = {criterion.id: criterion.text for criterion in study.criteria}
    counts = (found.first_out, found.alone_out, found.keeps_out, found.unknown)
    named = [
        name for name in dict.fromkeys([*texts, *(n for one in counts for n in one)]) if any(name in c for c in counts)
    ]
    return tuple(Row(name, texts.get(name, ""), *(one.get(name, 0) for one in counts)) for name in named)


def _left(rows: Mapping[str, str], total: int, naming: Naming) -> Left:
    groups: dict[str, list[str]] = {}
    for patient, reason in sorted(rows.items()):
        plain = _impersonal(reason, patient)
        groups.setdefault(plain if naming is Naming.IDS else _nameless(plain, patient), []).append(patient)
    most = NAMED if naming is Naming.IDS else 0
    made = [Group(reason, tuple(who[:most]), len(who) - len(who[:most])) for reason, who in groups.items()]
    return Left(total, tuple(sorted(made, key=lambda one: -(len(one.patients) + one.more))), total - len(rows))


def _impersonal(reason: str, patient: str) -> str:
    """The reason without the patient's id, which may stand in it: so that one reason of many is one group."""
    return re.sub(rf"(?<![\w.-]){re.escape(patient)}(?![\w-])", "…", reason)


def _nameless(reason: str, patient: str) -> str:
    """The reason without the patient's id and without other records' ids."""
    return re.sub(r"\b([A-Z][A-Za-z]+)/[\w.…-]+", r"\1", _impersonal(reason, patient))


def _movers(found: StudyReport, actions: tuple[Action, ...], naming: Naming, links: Mapping[str, str]) -> Movers:
    values = {action.value for action in actions}
    total = sum(found.actions.get(value, 0) for value in values)
    if naming is Naming.NONE:
        return Movers(total)
    rows = [
        Mover(
            moved,
            moved.cause if naming is Naming.IDS else moved.cause.partition("/")[0],
            patient if naming is Naming.IDS else "",
            links.get(patient, ""),
        )
        for patient, moved in sorted(found.moved.items())
        if moved.action in values
    ]
    return Movers(total, tuple(rows[:NAMED]))


def _thin(rows: Mapping[str, str], naming: Naming) -> tuple[tuple[str, str, str], ...]:
    found = []
    for patient, said in sorted(rows.items()):
        criterion, _, record = said.partition(": ")
        found.append(
            (patient, criterion, record) if naming is Naming.IDS else ("", criterion, _nameless(record, patient))
        )
    return tuple(found)
