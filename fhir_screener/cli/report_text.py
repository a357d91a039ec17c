"""A sweep's report as people read it: what was read, what was found, what was written, and what was not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC

from rich.text import Text

from fhir_screener.cli.console import BOLD, RED, YELLOW, Page, columns
from fhir_screener.cli.funnel_text import add_funnel
from fhir_screener.cli.lookalikes_text import add_lookalikes
from fhir_screener.cli.render import outcome_text
from fhir_screener.screening.candidate import Action
from fhir_screener.screening.funnel import Reached, funnel
from fhir_screener.screening.report import StudyReport, SweepReport
from fhir_screener.screening.screening import Outcome
from fhir_screener.screening.sweep_plan import Moved, State

NOBODY: Mapping[str, int] = {}
NAMED = 10
"""Patients named for one reason; the rest are counted. The JSON report names all."""


def report_text(
    report: SweepReport, order: Mapping[str, Sequence[str]], reached: Mapping[str, Reached] | None = None
) -> str:
    """`order`: {study: its criteria in the protocol's order}; `reached`: {study: what became of its candidates}."""
    page = Page()
    _head(page, report)
    for study in report.studies:
        page.line()
        _study(page, study, report, order.get(study.study, ()), (reached or {}).get(study.study))
    if report.unread:
        page.line()
        _named(page, _many(len(report.unread), "patient") + " could not be read", report.unread)
    if report.warnings:
        page.line()
        page.line(_many(len(report.warnings), "warning"), BOLD)
        for warning in report.warnings:
            page.item(warning, style=YELLOW)
    return str(page)


def _head(page: Page, report: SweepReport) -> None:
    failed = report.state is State.FAILED
    said = "was given up after" if failed else "done in"
    page.line(Text(f"Sweep {said} {report.seconds:.1f} s", style=RED if failed else BOLD))
    began = report.data_as_of.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    page.line(f"Data as of {began}; judged as of {report.as_of} ({report.zone})")
    page.line(f"Read from {report.source}; {report.requests:,} requests; {report.sweep}")
    what = "Dry run: nothing was written to" if report.dry_run else "Tasks are on"
    page.line(f"{what} {report.target}")


def _study(page: Page, study: StudyReport, report: SweepReport, order: Sequence[str], reached: Reached | None) -> None:
    page.line(f"{study.study}: {study.evaluated:,} of {report.patients:,} patients evaluated", BOLD)
    best_first = [outcome.value for outcome in reversed(Outcome)]
    found = [(outcome, study.outcomes[outcome]) for outcome in best_first if outcome in study.outcomes]
    _counts(page, "outcomes", found, study.too_far)
    _counts(
        page,
        "would be" if report.dry_run else "Tasks",
        sorted(study.actions.items(), key=lambda item: item[0] in _QUIET),
    )
    if study.outcomes:
        page.line()
        add_funnel(page, funnel(study, report.patients, order, reached))
    if study.keeps_out or study.unknown:
        page.line()
        _attrition(page, study, order)
    _moved(page, study, report)
    if study.thin:
        page.line()
        _named(page, "Kept out by one record or by words alone; a sample to check by hand", _by_value(study.thin))
    if study.not_evaluated:
        _named(page, _many(len(study.not_evaluated), "patient") + " read but not evaluated", study.not_evaluated)
    if study.unwritten:
        _named(page, _many(len(study.unwritten), "Task") + " could not be written", study.unwritten)
    add_lookalikes(page, study)


def _moved(page: Page, study: StudyReport, report: SweepReport) -> None:
    """Who is new, changed or gone since the last sweep, with the record that caused it; new ones need none."""
    changed = {patient: moved for patient, moved in sorted(study.moved.items()) if moved.action != Action.CREATE.value}
    if not changed:
        return
    page.line()
    page.line(
        _many(len(changed), "Task") + (" would change" if report.dry_run else " changed since the last sweep"), BOLD
    )
    for patient, moved in list(changed.items())[:NAMED]:
        was = f"{moved.was} to {moved.now}" if moved.was != moved.now else moved.now
        page.item(f"{patient}: {moved.action}, {was}{_caused(moved, report.dry_run)}")
    if len(changed) > NAMED:
        page.item(f"and {len(changed) - NAMED:,} more; the JSON report names all")


def _caused(moved: Moved, dry_run: bool) -> str:
    """By which record; a dry run has not read the ledgers that are there, and does not know."""
    if moved.criterion:
        return f"; {moved.criterion} by {moved.cause}"
    return "" if dry_run else "; no criterion answers otherwise"


def _by_value(rows: Mapping[str, str]) -> dict[str, str]:
    """{patient: criterion}: the records themselves are in the JSON report."""
    return {patient: why.partition(":")[0] for patient, why in rows.items()}


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


_QUIET = ("unchanged", "left")


def _counts(page: Page, what: str, counts: Iterable[tuple[str, int]], too_far: Mapping[str, int] = NOBODY) -> None:
    text = Text()
    for name, number in counts:
        text.append(", " if text else "")
        text.append(f"{number:,} ").append_text(outcome_text(name))
        if too_far.get(name):
            text.append(f" ({too_far[name]:,} too far ahead for a Task)")
    page.item(text if text else Text("none"), mark=f"{what:<10}")


def _attrition(page: Page, study: StudyReport, order: Sequence[str]) -> None:
    """Criterion by criterion, in the protocol's order."""
    counts = (study.first_out, study.alone_out, study.keeps_out, study.unknown)
    named = dict.fromkeys([*order, *(name for row in counts for name in row)])
    titles = ("criterion", "keeps out first", "alone", "keeps out", "open among those shown")
    grid = columns(*titles, right=titles[1:])
    for name in named:
        if any(name in row for row in counts):
            grid.add_row(name, *(f"{row[name]:,}" if name in row else "" for row in counts))
    page.table(grid)


def _named(page: Page, title: str, why: Mapping[str, str]) -> None:
    """Patients by reason, for one reason often meets many."""
    page.line(title, RED)
    reasons: dict[str, list[str]] = {}
    for patient, reason in sorted(why.items()):
        reasons.setdefault(reason, []).append(patient)
    for reason, patients in reasons.items():
        more = f" and {len(patients) - NAMED:,} more" if len(patients) > NAMED else ""
        page.item(f"{reason}: {', '.join(patients[:NAMED])}{more}")
