"""What a result says in words: positive, negative, equivocal, or that there is no result. English and Chinese.

No-result words are looked for first; then negative and equivocal ones are taken out of the text before positive ones
are looked for, because "not detected" holds "detected" and 弱阳性 holds 阳性. Text that says two things is not read.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache

from fhir_screener.sentence import Text, say
from fhir_screener.terminology.coding import fold


class Polarity(Enum):
    """What one result says."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    EQUIVOCAL = "equivocal"
    NONE = "no result"
    UNREADABLE = "unreadable"
    CONFLICTING = "conflicting"

    @property
    def words(self) -> Text:
        """The word for it, for people."""
        return _WORDS[self]


_WORDS = {polarity: say(polarity.value) for polarity in Polarity}

_NONE = re.compile(
    r"\b(?:pending|not done|not performed|not tested|invalid|ha?emoly[sz]ed|unsatisfactory|insufficient|cancell?ed|rejected"
    r"|lipa?emic|contaminated|see comment|to follow)\b|未做|未检$|未检测$|溶血|标本不合格|无效|脂血|待报告|结果待|作废|退检"
)
_EQUIVOCAL = re.compile(
    r"weak(?:ly)?[ -]*(?:positive|reactive|pos\b)|borderline|indeterminate|equivocal|inconclusive|gr[ea]y[ -]?zone|doubtful"
    r"|[?？]|\bnot negative|non-?negative"
    r"|suspicious|presumptive|unconfirmed|to be (?:retested|repeated|confirmed)|low[ -]positive|±|\+/-|\+-"
    r"|弱阳性|弱阳|弱反应|可疑|临界|灰区|待复检|待复查|待确认|待确定|不确定|疑似"
)
_NEGATIVE = re.compile(
    r"\b(?:(?:not|no|non)[ -]+(?:\w+ ){0,2}?|non|un[ -]?)"
    r"(?:detected|detectable|reactive|positive|found|seen|present|identified|isolated|growth)\b"
    r"|undetectable|undetected|target not detected|\btnd\b|\bnegative\b|\bneg\b|\babsent\b|阴性|^阴$|未检出|未检测到|未查见|未发现|未见"
    r"|无反应性?|非反应性?|无生长|^[-−]$|[(（][-−][)）]|^none$"
)
_POSITIVE = re.compile(
    r"\bpositive\b|\bpos\b|\bdetected\b|\bdetectable\b|\breactive\b|\bpresent\b|\bisolated\b|阳性|^阳$|检出|有反应性?|反应性|查见"
    r"|大三阳|小三阳|^\+{1,4}$|[(（]\+{1,4}[)）]|\b[1-4]\+"
)


@lru_cache(maxsize=20_000)
def read_words(text: str) -> Polarity | None:
    """What the words say, or None where they say nothing we know, or two different things."""
    plain = fold(text)
    if not plain:
        return None
    if _NONE.search(plain):
        return Polarity.NONE
    rest, equivocal = _EQUIVOCAL.subn(" ", plain)
    rest, negative = _NEGATIVE.subn(" ", rest)
    positive = len(_POSITIVE.findall(rest))
    found = [
        p
        for p, n in ((Polarity.EQUIVOCAL, equivocal), (Polarity.NEGATIVE, negative), (Polarity.POSITIVE, positive))
        if n
    ]
    return found[0] if len(found) == 1 else None


_NUMBER = re.compile(r"^([<>]=?|≤|≥)?\s*(\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*([^\d\s(][^()（）;；,，]*)?$")


@lru_cache(maxsize=20_000)
def read_number(text: str) -> tuple[str, float, str, str] | None:
    """A number written as text: (comparator, value, unit, digits), or None where it is anything else."""
    match = _NUMBER.match(fold(text).replace("≤", "<=").replace("≥", ">="))
    if match is None:
        return None
    return match[1] or "", float(match[2]), (match[3] or "").strip(), match[2]
