"""The recruitment funnel in plain text: a bar a step, as wide as the window allows."""

from __future__ import annotations

import sys

from rich.cells import cell_len
from rich.text import Text

from fhir_screener.cli.console import BOLD, DIM, GREEN, RED, YELLOW, Page, width
from fhir_screener.screening.funnel import AFTER, WIDE, Funnel, Stage, Step

MOST = 48
"""Columns of the longest bar."""
_TONES = {Stage.REVIEW: YELLOW, Stage.CANDIDATE: GREEN, Stage.ACCEPTED: GREEN, Stage.ENROLLED: GREEN}


def add_funnel(page: Page, funnel: Funnel) -> None:
    """Words, patients left, a bar of them with the part that the step loses, and how many that is."""
    page.line("Recruitment funnel", BOLD)
    names = [_name(step) for step in funnel.steps]
    wide = max(map(cell_len, names))
    digits = len(f"{funnel.widest:,}")
    room = max(10, min(MOST, width() - wide - digits - 34))
    full, lost = _marks()
    scale = funnel.widest
    for name, step in zip(names, funnel.steps, strict=True):
        if step.stage in (Stage.REVIEW, AFTER[0]):
            page.line()
        if step.stage not in WIDE and scale > funnel.narrow > 0:
            scale = funnel.narrow
            page.item(f"from here on {scale:,} patients fill the bar:", mark="", style=DIM)
        left, out = _long(step.number, scale, room), _long(step.out, scale, room)
        text = Text(f"{name:<{wide}}  {step.number:>{digits},} ")
        text.append(full * left, _TONES.get(step.stage, "")).append(lost * out, RED).append(_told(step), DIM)
        page.item(text, mark="")
    for remark in _remarks(funnel):
        page.item(remark, mark="", style=DIM)


def _name(step: Step) -> str:
    if step.stage is not Stage.KEPT_OUT:
        return str(step.stage.value)
    return f"not kept out by {step.criterion}" if step.criterion else "kept out by nothing"


def _told(step: Step) -> str:
    if not step.out:
        return ""
    alone = f", {step.alone:,} by it alone" if step.alone else ""
    return f" {step.out:,} out{alone}"


def _remarks(funnel: Funnel) -> list[str]:
    said = []
    if funnel.later:
        said.append(f"Kept out for a time only (later): {funnel.later:,}.")
    if funnel.too_far:
        said.append(f"Of these, too far ahead for a Task (`later_within` of the study): {funnel.too_far:,}.")
    if funnel.completed:
        said.append(f"Completed, of those accepted: {funnel.completed:,}.")
    if any(step.stage in AFTER for step in funnel.steps):
        said.append("Accepted and enrolled are counted over all sweeps, as the Tasks are now.")
    if not funnel.sound:
        said.append("These numbers do not add up: the sweep was cut short, or another version wrote its report.")
    return said


def _marks() -> tuple[str, str]:
    """Blocks where the stream can show them."""
    blocks = ("█", "░")
    try:
        "".join(blocks).encode(sys.stdout.encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return "#", "-"
    return blocks


def _long(number: int, widest: int, room: int) -> int:
    return 0 if number <= 0 or widest <= 0 else max(1, round(room * number / widest))
