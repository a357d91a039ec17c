"""The hospital's own lists, as text files a clinician can read and check: diagnoses, tests, drugs."""

from __future__ import annotations

from importlib import resources


def lines(name: str) -> list[str]:
    """The lines of one list that say something: no comments, no blanks."""
    text = (resources.files(__name__) / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
