"""What people read: tables, ledgers and summaries in plain words."""

from __future__ import annotations

import io
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fhir_screener.criteria.evidence import CriterionFinding, Evidence, Finding
from fhir_screener.criteria.model import Study
from fhir_screener.screening.screening import Outcome, Screening
from fhir_screener.screening.wire import explanation
from fhir_screener.verdict import Verdict

if TYPE_CHECKING:
    from fhir_screener.cli.sources import Opened

ORDER = (Outcome.CANDIDATE, Outcome.REVIEW, Outcome.LATER)
COLOURS = {"met": "green", "not_met": "red", "unknown": "yellow"}


def _console(width: int | None = None) -> Console:
    """A console on a buffer, coloured only when the screen is one that shows colours."""
    wide = width or shutil.get_terminal_size((120, 40)).columns
    return Console(file=io.StringIO(), width=max(60, wide), force_terminal=sys.stdout.isatty(), highlight=False)


def _text(console: Console) -> str:
    written = console.file
    assert isinstance(written, io.StringIO)
    return written.getvalue()


def table(screenings: Iterable[Screening]) -> str:
    """Candidates, reviews and laters as a table, best first; a sentence where there are none."""
    rows = sorted(screenings, key=lambda s: (ORDER.index(s.outcome), str(s.eligible_from or ""), s.patient))
    if not rows:
        return "No candidates.\n"
    console = _console()
    grid = Table(box=None, pad_edge=False, header_style="bold")
    grid.add_column("patient", no_wrap=True)
    grid.add_column("outcome", no_wrap=True)
    grid.add_column("why", ratio=1)
    grid.add_column("open questions", ratio=1)
    for row in rows:
        grid.add_row(row.patient, _outcome(row), why(row), ", ".join(row.settle_facets) or "none")
    console.print(grid)
    return _text(console)


def _outcome(screening: Screening) -> str:
    if screening.outcome is Outcome.LATER:
        return f"later, from {screening.eligible_from}" if screening.eligible_from else "later"
    return screening.outcome.value


def why(screening: Screening) -> str:
    """Why in one line: what keeps the patient out, what needs eyes, else how many criteria are settled."""
    if screening.why_not:
        return screening.why_not
    deciding = [c for c in screening.criteria if c.decides]
    if deciding:
        return "; ".join(_brief(c) for c in deciding)
    eyes = [c for c in screening.criteria if c.finding.needs_eyes]
    if eyes:
        return "; ".join(_brief(c) for c in eyes)
    settled = sum(c.verdict is not Verdict.UNKNOWN for c in screening.criteria)
    met = [c.id for c in screening.criteria if c.role == "inclusion" and c.verdict is Verdict.MET]
    return f"{', '.join(met)} met; {settled} of {len(screening.criteria)} criteria settled, none against"


def _brief(criterion: CriterionFinding) -> str:
    words = explanation(criterion.finding)
    short = words if len(words) <= 110 else words[:109].rsplit(" ", 1)[0] + " ..."
    reason = f" {criterion.reason.value}" if criterion.reason else ""
    return f"{criterion.id}{reason}: {short}"


def ledger(study: Study, screening: Screening) -> str:
    """The whole ledger as a person reads it."""
    console = _console()
    console.print(Text(f"{screening.reference}: {_outcome(screening)}", style="bold"))
    console.print(f"{study.id} {study.title}, version {study.version}; as of {screening.as_of}")
    for line in _headlines(screening):
        console.print(line)
    texts = {criterion.id: criterion for criterion in study.criteria}
    for found in screening.criteria:
        _criterion(console, texts[found.id].text, found)
    return _text(console)


def _headlines(screening: Screening) -> list[str]:
    lines = []
    if screening.why_not:
        lines.append(f"Not screenable: {screening.why_not}.")
    if screening.eligible_from:
        lines.append(f"Could qualify from {screening.eligible_from}.")
    if screening.next_change_on:
        lines.append(f"Time alone changes something on {screening.next_change_on}.")
    if not screening.evaluated:
        lines.append(f"Not evaluated: {', '.join(sorted(screening.failed))} could not be read.")
    if screening.settle_facets:
        lines.append(f"To settle what is open: {', '.join(screening.settle_facets)}.")
    return lines + [f"Could not be understood: {problem}" for problem in screening.problems]


def _criterion(console: Console, protocol: str, found: CriterionFinding) -> None:
    verdict = found.verdict.value.replace("_", " ")
    reason = f", {found.reason.value}" if found.reason else ""
    aside = "" if found.finding.applicable else " (does not apply)"
    console.print()
    head = Text(f"{found.id} {found.role}: ")
    head.append(verdict + reason, style=COLOURS[found.verdict.value])
    head.append(aside)
    console.print(head)
    console.print(Text(f"  {protocol}", style="italic"))
    shown = _evidence(found.finding)
    for item in shown:
        console.print(Text("  - " + _line(item), style="" if item.decides else "dim"))
    if found.reason and found.settle:
        console.print(f"  To settle: {found.settle}")


def _evidence(finding: Finding) -> list[Evidence]:
    """The deciding branch's evidence first, then the other branches', each once."""
    found = list(finding.evidence)
    order: Sequence[Finding] = finding.branches
    if finding.decided_by is not None:
        chosen = finding.branches[finding.decided_by]
        order = [chosen, *(branch for branch in finding.branches if branch is not chosen)]
    for branch in order:
        found += _evidence(branch)
    return list(dict.fromkeys(found))


def _line(item: Evidence) -> str:
    value = f" = {item.value}" if item.value else ""
    when = f" [{item.date}]" if item.date else ""
    where = f" ({item.reference})" if item.reference else ""
    return f"{item.note or item.display}{value}{when}{where}"


def summary(study: Study, when: date, counts: Counter[str], opened: Opened, missing: Sequence[str]) -> None:
    """Counts and whatever could not be read, on standard error: the answers alone are on standard output."""
    lines = [f"{study.id} as of {when}: {counts.total()} patients answered"]
    lines += [f"  {counts[outcome.value]:>8} {outcome.value}" for outcome in reversed(Outcome) if counts[outcome.value]]
    lines += [f"could not be read: {problem}" for problem in opened.problems]
    lines += [f"warning: {warning}" for warning in opened.warnings]
    lines += [f"Patient/{patient}: {why}" for patient, why in sorted(opened.unread.items())]
    lines += [f"Patient/{patient}: there is no such patient" for patient in missing if patient not in opened.unread]
    sys.stderr.write("\n".join(lines) + "\n")
