"""What is wrong with a value, in plain words: those of the library that checks it are for programmers."""

from __future__ import annotations

import re

_WORDS = (
    ("Value error, ", ""),
    ("Input should be a valid integer", "must be a whole number"),
    ("Input should be a valid number", "must be a number"),
    ("Input should be a valid boolean", "must be true or false"),
    ("Input should be ", "must be "),
)
_REASON = re.compile(r", (?:unable to parse|unable to interpret|got a number with)[^;]*")
_LIMITS = (
    (re.compile(r"greater than or equal to (-?[\d.]+)"), r"\1 or more"),
    (re.compile(r"less than or equal to (-?[\d.]+)"), r"\1 or less"),
    (re.compile(r"greater than (-?[\d.]+)"), r"more than \1"),
)


def plainly(text: str) -> str:
    """The same refusal, without the library's own turns; text that has none stays as it is."""
    found = _REASON.sub("", text)
    for said, plain in _WORDS:
        found = found.replace(said, plain)
    for limit, plain in _LIMITS:
        found = limit.sub(plain, found)
    return found
