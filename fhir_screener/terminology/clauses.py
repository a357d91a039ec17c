"""Where the clause and the sentence around a term begin and end. All places are offsets into the text."""

from __future__ import annotations

import re

_ABBREVIATED = "".join(rf"(?<!\b{word})" for word in ("vs", "poss", "prob", "susp", "excl"))
"""A full stop behind these ends no sentence: "IgG4-RD vs. lymphoma"."""
_CLAUSE = re.compile(_ABBREVIATED + r"\.|[;。；\n]|，|,(?= )|\bbut\b|但")
_SENTENCE = re.compile(_ABBREVIATED + r"\.(?!\d)|[;。；\n]|\bbut\b|但")
_COMMA = re.compile(r"(?<!\d)[,，]|[,，](?!\d)")

REACH = 500
"""Characters on either side of a term that are read, so that a text without full stops costs its length, not its square."""


def clause(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the clause around `start`..`end` begins and ends, as far as it is read."""
    return _between(_CLAUSE, text, start, end)


def sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentence around `start`..`end` begins and ends, as far as it is read."""
    return _between(_SENTENCE, text, start, end)


def between_commas(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the words around `start`..`end` begin and end that no comma parts from it; `text` is a sentence."""
    return _between(_COMMA, text, start, end)


def _between(marks: re.Pattern[str], text: str, start: int, end: int) -> tuple[int, int]:
    left, right = max(0, start - REACH), min(len(text), end + REACH)
    for mark in marks.finditer(text, left, right):
        if mark.end() <= start:
            left = mark.end()
        elif mark.start() >= end:
            right = mark.start()
            break
    return left, right
