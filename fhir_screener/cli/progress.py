"""How far a long piece of work is: a bar on a terminal, elsewhere a plain line every few seconds. On standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from fhir_screener.cli.console import colours

EVERY = 5.0
"""Seconds between plain lines."""
Step = Callable[[int, int | None], None]
"""Called with (done, in all or None while that is not known)."""


@contextmanager
def progress(doing: str, unit: str = "patients") -> Iterator[Step]:
    """Shows the steps it is told of until the work ends."""
    with (_bar if colours(sys.stderr) else _lines)(doing, unit) as step:
        yield step


@contextmanager
def _bar(doing: str, unit: str) -> Iterator[Step]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[said]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True, refresh_per_second=8) as bar:
        task = bar.add_task(doing, total=None, said="")

        def step(done: int, total: int | None) -> None:
            bar.update(task, completed=done, total=total, said=_said(done, total, unit))

        yield step


@contextmanager
def _lines(doing: str, unit: str) -> Iterator[Step]:
    began = last = time.monotonic()

    def step(done: int, total: int | None) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= EVERY:
            last = now
            sys.stderr.write(f"{doing}: {_said(done, total, unit)}, {now - began:.0f} s\n")
            sys.stderr.flush()

    yield step


def _said(done: int, total: int | None, unit: str) -> str:
    return f"{done:,} of {total:,} {unit}" if total is not None else f"{done:,} {unit}"
