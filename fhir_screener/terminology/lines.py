"""The lines of a text as it is compared: a line is a sentence of its own, unless its words go on in the next one."""

from __future__ import annotations

import re

from fhir_screener.terminology.coding import fold
from fhir_screener.terminology.patterns import any_of

_GOES_ON = re.compile(
    any_of(
        r"[,，、(（/+-]",
        r"\b(?:n?or|not?|of|and|for|with|without|any|the|an?|to|in|on|by|from|as|is|was|were|are|has|have|had|active|evidence)",
        r"[无否非未见及和或与的为示性显确似合]|否认|没有",
    )
    + r"\s*$",
    re.IGNORECASE,
)
"""So ends a line in the middle of a sentence."""
_ANSWERED = re.compile(r"[:?：？]\s*(?:no|not|none|无|否|非)\s*$", re.IGNORECASE)
"""So ends a question with its answer: "HIV: no"."""
_SMALL = re.compile(r"(\s*)[a-z]")
_WRAPPED = 60
"""Characters from which a line may have ended for want of room, where the next one begins with a small letter, or is set in."""


def fold_lines(text: str) -> str:
    """`fold`, with a line feed left between lines that are sentences of their own."""
    if "\n" not in text and "\r" not in text:
        return fold(text)
    lines = [line for line in text.splitlines() if line.strip()]
    folded = ""
    for number, line in enumerate(lines):
        before = lines[number - 1] if number else ""
        folded += (" " if _goes_on(before, line) else "\n" if before else "") + fold(line)
    return folded


def _goes_on(before: str, line: str) -> bool:
    if _ANSWERED.search(before[-20:]):
        return False
    if _GOES_ON.search(before[-20:]):
        return True
    small = _SMALL.match(line)
    return bool(small and (small[1] or len(before) >= _WRAPPED))
