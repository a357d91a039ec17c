"""Screenings as people read them: a table of those worth a look, and one patient's whole ledger."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from rich.text import Text

from fhir_screener.cli.console import BOLD, DIM, Page, columns
from fhir_screener.cli.plain import durations
from fhir_screener.criteria.evidence import Evidence, Finding
from fhir_screener.criteria.ledger import CriterionFinding
from fhir_screener.criteria.model import Study
from fhir_screener.criteria.tally import aside
from fhir_screener.screening.coverage import Coverage
from fhir_screener.screening.screening import Outcome, Screening
from fhir_screener.screening.wire import explanation
from fhir_screener.terminology.coding import system_name
from fhir_screener.verdict import Verdict

ORDER = (Outcome.CANDIDATE.value, Outcome.REVIEW.value, Outcome.LATER.value)
"""Best first."""
OUTCOME_COLOURS = {"candidate": "green", "review": "yellow", "later": "cyan"}
COLOURS = {"met": "green", "not_met": "red", "unknown": "yellow"}
LONGEST = 160
"""Characters of a reason in a table."""


@dataclass(frozen=True)
class Row:
    """What a table says of one Screening; the ledger itself need not be kept for it."""

    patient: str
    outcome: str
    eligible_from: str
    why: str
    open: str
    questions: int = 0
    """How many criteria are open: who is known best comes first."""
    grave: bool = False
    """Whether a criterion that is not minor needs eyes."""

    @classmethod
    def of(cls, screening: Screening, minor: Collection[str] = ()) -> Row:
        """`minor` are the criteria of weight minor."""
        day = str(screening.eligible_from or "")
        open_questions = ", ".join(screening.settle_facets) or "none"
        return cls(
            screening.patient,
            screening.outcome.value,
            day,
            why(screening),
            open_questions,
            screening.coverage.open,
            any(c.finding.needs_eyes and c.id not in minor for c in screening.criteria),
        )

    @property
    def rank(self) -> tuple[int, str, bool, int, str]:
        return (ORDER.index(self.outcome), self.eligible_from, self.grave, self.questions, self.patient)


def table(rows: Iterable[Row]) -> str:
    """Candidates, reviews and laters as a table, best first; a sentence where there are none."""
    ranked = sorted(rows, key=lambda row: row.rank)
    if not ranked:
        return "Nobody to look at: no candidate, no review, nobody for later.\n"
    page, grid = Page(), columns("patient", "outcome", "why", "open questions", wide=("why",))
    grid.columns[3].no_wrap, grid.columns[3].max_width = False, 24
    for row in ranked:
        grid.add_row(row.patient, outcome_text(row.outcome, row.eligible_from), row.why, row.open)
    page.table(grid)
    return str(page)


def outcome_text(outcome: str, eligible_from: str = "") -> Text:
    """The outcome in its colour, a `later` with its day."""
    said = outcome.replace("_", " ").replace("-", " ") + (f" {eligible_from}" if eligible_from else "")
    return Text(said, style=OUTCOME_COLOURS.get(outcome, ""))


def why(screening: Screening) -> str:
    """Why in one line: what keeps the patient out, else what needs eyes, else what speaks for the patient."""
    if screening.why_not:
        return str(screening.why_not)
    deciding = [c for c in screening.criteria if c.decides]
    eyes = [c for c in screening.criteria if c.finding.needs_eyes]
    if deciding or eyes:
        return _cut("; ".join(_brief(c) for c in deciding or eyes))
    return _cut("; ".join(_brief(c) for c in _in_favour(screening)) or "nothing on record speaks against")


def _in_favour(screening: Screening) -> list[CriterionFinding]:
    """The inclusions that a record of the chart supports, not only the register's age and sex."""
    return [
        c
        for c in screening.criteria
        if c.role == "inclusion" and any(e.decides and not _of_register(e) for e in _evidence(c.finding))
    ]


def _of_register(item: Evidence) -> bool:
    return not item.reference or item.reference.startswith("Patient/")


def _brief(criterion: CriterionFinding) -> str:
    """Criterion, reason where it is open, and the first sentence of its deciding evidence."""
    notes = [item.note for item in _evidence(criterion.finding) if item.decides and item.note]
    words = str(notes[0]) if notes else explanation(criterion.finding)
    reason = f" ({criterion.reason.value})" if criterion.reason else ""
    return durations(f"{criterion.id}{reason} {words.rstrip('.')}")


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rsplit(" ", 1)[0] + " ..."


def ledger(study: Study, screening: Screening) -> str:
    """The whole ledger as a person reads it."""
    page = Page()
    head = Text(f"{screening.reference}: ", style=BOLD)
    head.append_text(outcome_text(screening.outcome.value))
    page.line(head)
    page.line(f"{study.id} {study.title}, version {study.version}; as of {screening.as_of}")
    for line in _headlines(screening):
        page.line(line)
    texts = {criterion.id: criterion.text for criterion in study.criteria}
    for found in screening.criteria:
        _criterion(page, texts.get(found.id, ""), found)
    return str(page)


def _headlines(screening: Screening) -> list[str]:
    lines = []
    if screening.why_not:
        lines.append(f"Not screenable: {screening.why_not}.")
    if screening.replaced_by:
        lines.append(f"Merged into Patient/{screening.replaced_by}.")
    if screening.eligible_from:
        lines.append(f"Could qualify from {screening.eligible_from}.")
    if screening.eligible_until:
        lines.append(f"As it stands until {screening.eligible_until}; then time alone takes something away.")
    if screening.next_change_on:
        lines.append(f"Time alone changes something on {screening.next_change_on}.")
    if not screening.evaluated:
        lines.append(f"Not evaluated: {', '.join(sorted(screening.failed))} could not be read.")
    if screening.settle_facets:
        lines.append(f"To settle what is open: {', '.join(screening.settle_facets)}.")
    if screening.criteria:
        lines.append(_known(screening.coverage))
    return lines + [f"Could not be understood: {problem}" for problem in screening.problems]


def _known(coverage: Coverage) -> str:
    since = f", the oldest of {coverage.since[:10]}" if coverage.since else ""
    return (
        f"Known: inclusions {coverage.inclusions_met} met, {coverage.inclusions_open} open; exclusions"
        f" {coverage.exclusions_ruled_out} ruled out, {coverage.exclusions_open} open;"
        f" {coverage.records:,} records read{since}."
    )


def _criterion(page: Page, protocol: str, found: CriterionFinding) -> None:
    verdict = found.verdict.value.replace("_", " ")
    reason = f", {found.reason.value}" if found.reason else ""
    head = Text(f"{found.id} {found.role}: ", style=BOLD)
    head.append(verdict + reason, style=COLOURS[found.verdict.value])
    head.append("" if found.finding.applicable else " (does not apply)")
    page.line()
    page.line(head)
    page.item(Text(protocol, style="italic"), mark="")
    for item in _evidence(found.finding):
        page.item(_line(item), mark="* " if item.decides else "- ", style="" if item.decides else DIM)
    if found.verdict is Verdict.UNKNOWN and found.settle:
        page.item(f"To settle: {found.settle}{_sooner(found)}", mark="? ")


def _sooner(found: CriterionFinding) -> str:
    """The way of the branch that would be settled soonest, where it is another one."""
    way = found.finding.settle
    return f" (soonest: {way})" if found.finding.soonest is not None and way not in ("", found.settle) else ""


def _evidence(finding: Finding) -> list[Evidence]:
    """What moved the verdict first, then what was looked at beside it; each once."""
    found = dict.fromkeys(_gathered(finding, moves=True))
    return sorted(found, key=lambda item: not item.decides)


def _gathered(finding: Finding, moves: bool) -> Iterator[Evidence]:
    """`decides` of what is given stays only where the verdict of the whole criterion hangs on it."""
    for item in finding.evidence:
        yield item if moves else aside(item)
    for number, branch in enumerate(finding.branches):
        yield from _gathered(branch, moves and finding.decided_by in (None, number))


def _line(item: Evidence) -> str:
    """Sentence, value and date as recorded, and where it stands in the chart."""
    value = f" = {item.value}" if item.value else ""
    when = f" [{item.date[:10]}]" if item.date else ""
    where = f" ({item.reference})" if item.reference else ""
    system, _, code = item.standard.rpartition("|")
    standard = f" [{item.code.rpartition('|')[2]}: {system_name(system)} {code} by the site's table]" if code else ""
    return durations(f"{item.note or item.display}{value}{when}{standard}{where}")
