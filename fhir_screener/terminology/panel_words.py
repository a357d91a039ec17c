"""The tests of hepatitis B written as one text: each by its name with its sign, or by the word for a pattern of them.

Only a text of which every word is accounted for is taken apart; signs by their place alone (阴阳阴阴阴) are not read.
"""

from __future__ import annotations

import re
from functools import lru_cache

from fhir_screener.terminology.coding import fold
from fhir_screener.terminology.result_words import Polarity, read_words

_VIRUS = r"(?:(?:乙型?肝炎?|hbv|hepatitis b|hep b)(?:病毒| virus)? ?)?"
_TESTS = {
    "HBcAb-IgM": rf"(?:hbc ?ab|(?:anti|抗) ?-? ?hbc|{_VIRUS}核心抗体) ?-? ?igm",
    "HBsAg": rf"hbs ?ag|hbs抗原|{_VIRUS}(?:表面抗原|surface antigen)|hep(?:atitis)? b surface ag",
    "HBsAb": rf"hbs ?ab|hbs抗体|(?:anti|抗) ?-? ?hbs|{_VIRUS}(?:表面抗体|surface antibody)|hep(?:atitis)? b surface ab",
    "HBeAg": rf"hbe ?ag|hbe抗原|{_VIRUS}(?:e ?抗原|e antigen)",
    "HBeAb": rf"hbe ?ab|hbe抗体|(?:anti|抗) ?-? ?hbe|{_VIRUS}(?:e ?抗体|e antibody)",
    "HBcAb": rf"hbc ?ab|hbc抗体|(?:anti|抗) ?-? ?hbc|{_VIRUS}(?:核心抗体|core antibody)|hep(?:atitis)? b core ab",
}
"""{the name by which the value sets know a test: how it is written}."""
_SIGN = re.compile(
    r"[ :=]*(?P<sign>\( ?(?:[-−–—]|\+{1,4}|±|\+/?-) ?\)|(?:[-−]|\+{1,4}|±|\+/-)(?=[ ,;。/]|$)"
    r"|\(?(?:弱阳性|阴性|阳性|weak(?:ly)? (?:positive|reactive)|positive|negative|non-?reactive|reactive|pos|neg"
    r"|borderline|equivocal|indeterminate)(?![a-z])\)?|[阴阳](?![阴阳性]))"
)
_BETWEEN = re.compile(r"[\s,;:、。./|()]*")
_NAME = re.compile("|".join(f"(?P<t{n}>{pattern})" for n, pattern in enumerate(_TESTS.values())))
_TITLE = re.compile(
    r"(?:乙型?肝炎?(?:病毒)?)?(?:两对半|五项|三系|六项|(?:血清)?标志物|(?:hepatitis b|hbv) (?:panel|serology))?(?:检[查测])?[ :,]*"
)
_PATTERNS = {"大三阳": ("HBsAg", "HBeAg", "HBcAb"), "小三阳": ("HBsAg", "HBeAb", "HBcAb")}
"""What is positive in the patterns that have a name of their own."""
_PATTERN = re.compile(
    r"(?:提示|考虑为?|结论:?|为|即)? ?[(]?(?:乙肝)?(?P<pattern>大三阳|小三阳)(?:[(]\+[)]|阳性)?(?![^\W_])"
)

_ROUND = str.maketrans("[]【】", "()()")
Panel = tuple[tuple[str, str], ...]


@lru_cache(maxsize=5_000)
def read_panel(text: str) -> Panel:
    """(test, its answer as written) of each test that the text names; () where it is no such text, or not wholly."""
    plain = fold(text).translate(_ROUND)
    found: dict[str, str] = {}
    patterns: set[str] = set()
    title = _TITLE.match(plain)
    at = title.end() if title else 0
    while at < len(plain):
        end = _pattern(plain, at, patterns) or _test(plain, at, found)
        if not end:
            return ()
        between = _BETWEEN.match(plain, end)
        at = between.end() if between else end
    if patterns:
        return _with_pattern(found, patterns)
    return tuple(found.items()) if len(found) > 1 else ()


def _pattern(plain: str, at: int, patterns: set[str]) -> int:
    """Where the word for a pattern that begins here ends, 0 where none does."""
    pattern = _PATTERN.match(plain, at)
    if pattern is None:
        return 0
    patterns.add(pattern["pattern"])
    return pattern.end()


def _test(plain: str, at: int, found: dict[str, str]) -> int:
    """Where a test's name with its sign, begun here, ends; 0 where there is none, or it was said otherwise before."""
    name = _NAME.match(plain, at)
    sign = _SIGN.match(plain, name.end()) if name else None
    if name is None or sign is None or found.setdefault(_which(name), sign["sign"]) != sign["sign"]:
        return 0
    return sign.end()


def _with_pattern(found: dict[str, str], patterns: set[str]) -> Panel:
    """The answers with those that the one pattern stands for; () where they say otherwise, or two are named."""
    if len(patterns) > 1:
        return ()
    pattern = patterns.pop()
    positive = _PATTERNS[pattern]
    for test, answer in found.items():
        if test != "HBcAb-IgM" and (read_words(answer) is Polarity.POSITIVE) is not (test in positive):
            return ()
    return tuple({**dict.fromkeys(positive, pattern), **found}.items())


def _which(found: re.Match[str]) -> str:
    """The test whose name was found."""
    return next(test for n, test in enumerate(_TESTS) if found[f"t{n}"] is not None)
