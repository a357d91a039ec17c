"""The drugs that one text joins by +: "Lantus + Enbrel" names two."""

from __future__ import annotations

import re

_AND = re.compile(r"(?<!\b[a-z])\+")
"""Between two drugs; not in K+."""
_WORD = re.compile(r"[^\W\d_]{4}|[\u4e00-\u9fff]{2}")
_NO_NAME = re.compile(
    r"\d+(?:[.,]\d+)?\s*(?:mg|m?cg|[µμu]?g|m?l|i\.?[eu]\.?|units?|mmol|meq|%|毫克|微克|克|毫升|单位|[片粒支袋瓶])(?![a-z])"
    r"|\b(?:film|coated|oral|tab(?:let(?:te)?)?s?|(?:film)?tabletten|cap(?:sule)?s?|kapseln?|inj(?:ection)?|solution|infusion"
    r"|suspension|syrup|drops|sachets?|comprim\w*|compresse|cápsulas?|daily|twice|once)\b"
    r"|每[日天]|口服|静脉|滴注|注射[用液]|缓释|肠溶|分散|胶囊|颗粒|片剂?"
)
"""Amounts, forms and times."""


def joined_drugs(text: str) -> list[str]:
    """The parts of folded `text` that name something; the text itself where none does, or nothing is joined."""
    return [part for part in _AND.split(text) if _WORD.search(_NO_NAME.sub(" ", part))] or [text]
