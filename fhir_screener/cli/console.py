"""Where text goes and how it looks: colours only on a terminal that wants them, lines as wide as the window."""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

NARROWEST, WIDEST, UNSEEN = 60, 160, 120
"""Columns: of a terminal at least and at most, and where there is none."""
ROOM = 100
"""Columns from which on sentences have room beside the other columns of a table; else they stand below each row."""
RED, YELLOW, GREEN, DIM, BOLD = "red", "yellow", "green", "dim", "bold"


def colours(stream: TextIO) -> bool:
    """Whether escape codes are welcome there: a terminal, no NO_COLOR (no-color.org), not TERM=dumb."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width() -> int:
    """Columns to write in; COLUMNS counts more than the terminal."""
    return max(NARROWEST, min(WIDEST, shutil.get_terminal_size((UNSEEN, 40)).columns))


class Page:
    """Text for one stream, put together line by line. `str(page)` is all of it."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._buffer = io.StringIO()
        self._console = Console(
            file=self._buffer,
            width=width(),
            force_terminal=colours(stream or sys.stdout),
            highlight=False,
            markup=False,
            emoji=False,
        )

    def __str__(self) -> str:
        # Tables pad their last column; nobody wants the blanks in a pipe.
        return "\n".join(line.rstrip(" ") for line in self._buffer.getvalue().split("\n"))

    def line(self, text: str | Text = "", style: str = "") -> None:
        """One line, wrapped where the window ends."""
        self._console.print(Text(text, style=style) if isinstance(text, str) else text)

    def item(self, text: str | Text, mark: str | Text = "- ", indent: int = 2, style: str = "") -> None:
        """A line with a mark before it; what is wrapped hangs under its beginning."""
        words = Text(text, style=style) if isinstance(text, str) else text
        grid = Table.grid(padding=0)
        if mark:
            grid.add_column(width=cell_len(str(mark)), no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(*([Text.styled(str(mark), style) if isinstance(mark, str) else mark] if mark else []), words)
        self._console.print(Padding(grid, (0, 0, 0, indent)))

    def verbatim(self, text: str, indent: int = 2) -> None:
        """What is copied, a command or an address: one line, however long; a break would be copied too."""
        self._console.print(f"{' ' * indent}{text}", soft_wrap=True)

    def table(self, table: Table) -> None:
        self._console.print(table)

    def rows(self, table: Table, below: Iterable[Sequence[str]]) -> None:
        """A table of rows of one line each, below each of them its sentences."""
        start = self._buffer.tell()
        self._console.print(table)
        lines = self._buffer.getvalue()[start:].splitlines(keepends=True)
        head = len(lines) - table.row_count
        self._buffer.seek(start)
        self._buffer.truncate()
        self._buffer.writelines(lines[:head])
        for line, sentences in zip(lines[head:], below, strict=True):
            self._buffer.write(line)
            for sentence in filter(None, sentences):
                self.item(sentence, mark="")


def is_narrow() -> bool:
    """Whether a table has no room for sentences beside its other columns."""
    return width() < ROOM


def columns(*names: str, wide: Iterable[str] = (), right: Iterable[str] = ()) -> Table:
    """An empty table without lines; the `wide` columns share what room there is, the others are never broken."""
    table = Table(box=None, pad_edge=False, header_style=BOLD)
    for name in names:
        if name in wide:
            table.add_column(name, ratio=1, overflow="fold")
        else:
            table.add_column(name, no_wrap=True, justify="right" if name in right else "left")
    return table
