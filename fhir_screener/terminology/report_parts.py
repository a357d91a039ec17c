"""The parts of a written report: what was asked, and what was found. English and Chinese.

A doubt in what was asked is the question ("r/o TB"), and no finding. Where no heading begins the findings, only the
sentence with the question is one.
"""

from __future__ import annotations

import re

_FOUND = (
    r"(?:findings?|impressions?|conclusions?|(?:final )?diagnos[ie]s|microscopic|gross|technique|comparison|opinion"
    r"|影像所见|影像表现|检查所见|所见|诊断意见|影像诊断|病理诊断|诊断印象|印象|结论|意见)\s*[:：]"
)
_TOLD = (
    r"(?:\b(?:clinical )?(?:indications?|history|information|question)(?: for (?:the )?(?:exam|examination|study))?"
    r"|\breason for (?:the )?(?:exam|examination|study|request|referral)|临床诊断|临床资料|临床病史|病史摘要|检查目的|申请目的)\s*[:：]"
)
_WANTED = (
    r"(?:\b(?:clinical )?indications?(?: for (?:the )?(?:exam|examination|study))?"
    r"|\breason for (?:the )?(?:exam|examination|study)|检查目的|申请目的)\s*[:：]"
)
_SENTENCE = rf"{_WANTED}[^.。;；\n]*[.。;；\n]?"
_ASKED = re.compile(_SENTENCE, re.IGNORECASE)
_QUESTION = re.compile(rf"{_TOLD}(?:(?!{_FOUND}).){{0,2000}}(?={_FOUND})|{_SENTENCE}", re.IGNORECASE | re.DOTALL)


_HEADING = re.compile(_FOUND, re.IGNORECASE)


def without_headings(text: str) -> str:
    """The text with a full stop for each heading of what was found."""
    return _HEADING.sub(". ", text)


def question_and_answer(text: str) -> tuple[str, str]:
    """(what was asked, the rest); the first is "" where no heading says so."""
    questions = _QUESTION if _HEADING.search(text) else _ASKED
    asked = [found.group() for found in questions.finditer(text)]
    return ("\n".join(asked), questions.sub(" ", text).strip()) if asked else ("", text)
