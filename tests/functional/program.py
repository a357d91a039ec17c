"""The program as its users run it: a process of its own, with nothing but an environment and a command line."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STUDY = "NCT04660565"
DAY = "2026-03-02"
"""The day on which the charts of the tests' hospital end."""


@dataclass(frozen=True)
class Ran:
    """How it ended, and what it said."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "fhir_screener", *map(str, arguments)]


def environment(**settings: str) -> dict[str, str]:
    return {**os.environ, "COLUMNS": "120", **settings}


@contextmanager
def running(asked: list[str], **options: Any) -> Iterator[subprocess.Popen[Any]]:
    """The process while the block lasts: one that a failed test leaves behind is ended, and not waited for."""
    with subprocess.Popen(asked, **options) as process:
        try:
            yield process
        finally:
            process.kill()


def run(*arguments: str | Path, seconds: float = 120, **settings: str) -> Ran:
    """Run it to its end, without a terminal."""
    done = subprocess.run(
        command(*arguments),
        capture_output=True,
        env=environment(**settings),
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        timeout=seconds,
    )
    return Ran(done.returncode, done.stdout, done.stderr)
