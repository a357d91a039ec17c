"""A dose in words: a small, visible table, English and Chinese. A word that is not in the table makes the dose unread.

`read_dose` knows amounts ("10 mg", "4mg×3片", "2 tablets", "4 tablets (40 mg total)", "40 mg = 2 tab(s)", "5-15 mg"), how
often ("bid", "隔日一次", "每日3次"), times of day that add up ("早10mg,晚5mg"), and "as needed". Nothing is left out and nothing is
guessed: tapers, "may increase to" and the like have words that it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from fhir_screener.terminology.coding import fold

_NUMBERS = {
    "one and a half": 1.5, "1 and a half": 1.5, "1 and 1/2": 1.5, "one and one-half": 1.5, "1 1/2": 1.5,
    "one-half": 0.5, "one half": 0.5, "half": 0.5, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
    "半": 0.5, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "八": 8, "十": 10,
}  # fmt: skip
_MILLIGRAMS = {"mg": 1.0, "毫克": 1.0, "g": 1000.0, "克": 1000.0, "ug": 0.001, "mcg": 0.001, "μg": 0.001, "微克": 0.001}

DIGITS = r"\d+(?:\.\d+)?"
_COUNT = (
    r"(?:(?:one|1) and a half|1 and 1/2|one and one-half|1 1/2|one[- ]half|[1-3]/[234](?!\d)|\d+(?:\.\d+)?(?!\s*/\s*\d)"
    r"|half(?: an?)?|one|two|three|four|five|six|半|一|二|两|三|四|五|六|八|十)"
)
_UNIT = r"(?:mg|毫克|g|克|ug|mcg|μg|微克)(?![a-z])(?!\s*/\s*(?:kg|公斤|m2|ml|毫升|h\b|小时))"
_MASS = rf"{DIGITS}\s*(?:{_UNIT})?(?:\s*(?:-|~|–|to|至|到)\s*{DIGITS}\s*)?{_UNIT}"
_PIECE = r"(?:片|粒|丸|支|#|(?:tablets?|tabs?|tbl|t|capsules?|caps?|vials?)(?:\(s\))?(?![a-z]))"
_BY = r"\s*[×x*]\s*"
_BARE = r"(?:1 1/2|1/2|half|one|two|three|[1-3](?:\.5)?)"
_LABEL = r"o\.?d|b\.?d|t\.?d\.?s|o\.?m|mane|nocte|daily|(?:every|each) (?:day|morning|evening|night)|(?:once|twice) (?:daily|a day)"
"""A label that says how many and how often, and no more, means tablets: "1 od". From four on it may be milligrams."""

OFTEN: tuple[tuple[str, float, float], ...] = (
    (r"q\.?o\.?d\.?|(?:once )?every (?:other|second) day|(?:on )?alternate days|q48h|every 48 hours", 1, 2),
    (r"隔[日天](?:[1一]次)?|每隔[1一][日天](?:[1一]次)?|每?[2两二][日天][1一]次", 1, 2),
    (r"b\.?i\.?d\.?|b\.?d\.?|twice (?:daily|a day|per day|every day)|q12h|every 12 hours|每12小时(?:[1一]次)?", 2, 1),
    (r"t\.?i\.?d\.?|t\.?d\.?s\.?|q8h|every 8 hours|每8小时(?:[1一]次)?", 3, 1),
    (r"q\.?i\.?d\.?|q6h|every 6 hours|每6小时(?:[1一]次)?", 4, 1),
    (r"b\.?i\.?w\.?|twice (?:weekly|a week|per week)", 2, 7),
    (r"t\.?i\.?w\.?|three times (?:weekly|a week|per week)", 3, 7),
    (
        r"q\.?w\.?|(?:once )?weekly|once (?:a|per|every) week|(?:every|each|per|a) week|每周(?:[1一]次)?(?![1-9一二两三四])",
        1,
        7,
    ),
    (r"q\.?d\.?|o\.?d\.?|once (?:daily|a day|per day|every day)|q24h|every 24 hours|每24小时(?:[1一]次)?", 1, 1),
    (r"(?:every|each|per|a) day|daily|/ ?(?:day|d|日|天)|(?:每[日天]|[1一][日天])(?!\d*[1-9一二两三四]次)", 1, 1),
)
"""How often: (words, intakes, in so many days). The first that fits at a place is taken."""

_TIMES_A_DAY = (
    rf"(?P<n>{_COUNT}) ?(?:times?|x)(?: ?daily| a day| per day| ?/ ?day)"
    rf"|(?:每|[1一])?[日天](?P<m>{_COUNT})次"
    rf"|(?P<k>{_COUNT})次 ?/ ?[日天]"
)
_TIMES_A_WEEK = rf"(?:每|[1一])周(?P<w>{_COUNT})次|(?P<v>{_COUNT})次 ?/ ?周"

_SLOTS = (
    (
        r"(?:every|each|in the) morning|at breakfast|q ?am|mane|o\.?m\.?|(?:at )?[5-9](?::\d\d)? ?am|早?[6-9]点"
        r"|每?(?:早晨|早上|早餐后|清晨|上午|晨起|晨|早)(?:[1一]次)?",
        "morning",
    ),
    (r"at noon|at lunch|每?(?:中午|午餐后|午)", "noon"),
    (r"(?:every|each|in the) evening|at dinner|qpm|每?(?:晚上|下午|晚餐后|晚)(?:[1一]次)?", "evening"),
    (r"(?:every|each|at) night|nightly|nocte|at bedtime|qhs|qn|hs|每?(?:睡前|夜间)", "night"),
)
_NEEDED = (
    r"p\.?r\.?n\.?|(?:as|when|if) needed|(?:必要|需要)时(?:服用?|口服)?"
    r"|\b(?:only )?(?:if|when|in case of|during|for)(?: (?:an?|there is|having))? (?:flare|relapse|exacerbat|symptom|attack)\w*"
    r"|(?:若|如|如果|一旦)?(?:复发|发作|加重)时"
)
_ONCE = r"once(?: only)?|single dose|stat|单次(?:口服|给药)?|一次性|临时|立即"
_DIVIDED = rf"(?:in|divided into) {_COUNT} (?:divided )?doses|分{_COUNT}次(?:口服|服用|服)?"
_FILL = (
    r"take|give|to be (?:taken|swallowed)"
    r"|by mouth|(?:by )?oral route|p\.?o\.?|orally|oral|i\.?v\.?(?:gtt| drip)?|intravenously|i\.?m\.?|of|and|dose"
    r"|p\.?c\.?|a\.?c\.?|with (?:food|meals?|breakfast|milk|water)|after (?:food|meals?|breakfast)"
    r"|口服|内服|服用?|/ ?次|静脉滴注|静脉注射|静滴|静注|静推|肌注|每次|[1一]次(?=\s*[\d半一两二三])|各|及|和|顿服|维持量?|剂量"
    r"|# ?\d+(?: ?(?:tabs?|tablets?|caps?|capsules?)(?:\(s\))?)?|\d+ refills?(?:\(s\))?|refills?: ?\d+"
    r"|[三早午晚]?[餐饭][后时前]|注射用|醋酸|琥珀酸钠|磷酸钠|片剂?(?!\s*/)"
)


_WORDS = {"one": "1", "two": "2", "three": "3", "four": "4", "six": "6", "eight": "8", "twelve": "12"}
_SPELLED = re.compile(rf"(\d+) \(({'|'.join(_WORDS)})\)")
"""A number that is spelled out behind its digits: "2 (two) times daily"."""


def _once_only(found: re.Match[str]) -> str:
    return found[1] if _WORDS[found[2]] == found[1] else found[0]


class DoseWords(NamedTuple):
    """What the words say: `low` to `high` mg (or pieces, where `pieces`) per intake, `times` intakes in `days` days.

    Amount or rhythm may be None alone. `once`: a single dose. `as_needed`: not necessarily taken.
    """

    low: float | None = None
    high: float | None = None
    pieces: bool = False
    times: float | None = None
    days: float = 1.0
    as_needed: bool = False
    once: bool = False


class _Token(NamedTuple):
    kind: str
    low: float = 0.0
    high: float = 0.0
    word: str = ""


@lru_cache(maxsize=20_000)
def read_dose(text: str) -> DoseWords | None:
    """The dose that these words say, or None where any of them is unknown. The drug's name is not to be among them."""
    plain = fold(text)
    tokens = list(_tokens(_SPELLED.sub(_once_only, plain) if "(" in plain else plain))
    if not tokens or any(token.kind == "unknown" for token in tokens):
        return None
    if len([token for token in tokens if token.kind == "often"]) > 1 and _RIGHT_EYE.search(plain):
        return None
    return _read(tokens)


def _read(tokens: list[_Token]) -> DoseWords | None:
    kinds = {token.kind for token in tokens}
    amount = _amount(tokens)
    rhythm = _rhythm(tokens)
    if amount is None or rhythm is None:
        return None
    low, high, pieces = amount
    times, days = rhythm
    once = "once" in kinds
    if once and times is not None:
        return None
    return DoseWords(low, high, pieces, times, days, "needed" in kinds, once)


def _amount(tokens: list[_Token]) -> tuple[float | None, float | None, bool] | None:
    """Per intake, or of a whole day where several times of day have each their own; None where it is not certain."""
    amounts = [token for token in tokens if token.kind in ("mass", "pieces")]
    strengths = {token.low for token in tokens if token.kind == "strength"}
    if len({token.kind for token in amounts}) > 1 or len(strengths) > 1:
        return None
    if not amounts:
        return None if strengths else (None, None, False)
    if len(amounts) > 1 and not _paired(tokens):
        return None
    low, high = sum(token.low for token in amounts), sum(token.high for token in amounts)
    pieces = amounts[0].kind == "pieces"
    if pieces and strengths:
        each = strengths.pop()
        return low * each, high * each, False
    return low, high, pieces


def _paired(tokens: list[_Token]) -> bool:
    """Whether each amount has a time of day of its own, all before their amounts or all after."""
    order = "".join("s" if t.kind == "slot" else "a" for t in tokens if t.kind in ("slot", "mass", "pieces"))
    return order in ("sa" * (len(order) // 2), "as" * (len(order) // 2)) and not _repeated(tokens)


def _repeated(tokens: list[_Token]) -> bool:
    slots = [token.word for token in tokens if token.kind == "slot"]
    return len(slots) != len(set(slots))


def _rhythm(tokens: list[_Token]) -> tuple[float | None, float] | None:
    """(intakes, days), intakes None where nothing is said; None where two things are said."""
    often = {(token.low, token.high) for token in tokens if token.kind == "often"}
    slots = len([token for token in tokens if token.kind == "slot"])
    several = len([token for token in tokens if token.kind in ("mass", "pieces")]) > 1
    divided = any(token.kind == "divided" for token in tokens)
    if len(often) > 1 or _repeated(tokens) or (divided and (often != {(1.0, 1.0)} or slots)):
        return None
    if several:
        return (1.0, 1.0) if often <= {(1.0, 1.0)} else None
    if not often:
        return (float(slots), 1.0) if slots else (None, 1.0)
    times, days = often.pop()
    # "Every other day in the morning" says when on that day.
    return (times, days) if slots in (0, times) and (slots < 2 or days == 1) else None


def _number(word: str) -> float:
    known = _NUMBERS.get(word) or _NUMBERS.get(word.split()[0])
    if known:
        return float(known)
    top, _, bottom = word.partition("/")
    return float(top) / float(bottom) if bottom and float(bottom) else float(top)


def milligrams(number: str, unit: str) -> float:
    """A mass as written, in mg."""
    return float(number) * _MILLIGRAMS[unit]


def _mass(words: str) -> tuple[float, float]:
    found = re.findall(rf"({DIGITS})\s*([a-zμ]+|毫克|微克|克)?", words)
    numbers = [(float(number), unit) for number, unit in found]
    last = numbers[-1][1]
    values = [value * _MILLIGRAMS[unit if unit in _MILLIGRAMS else last] for value, unit in numbers]
    return values[0], values[-1]


_AMOUNTS = (
    ("said", rf"(?P<count_t>{_COUNT})\s*{_PIECE}\s*\(\s*(?P<mass_t>{_MASS})\s+total(?: dose)?\s*\)"),
    ("said", rf"(?P<mass_s>{_MASS})\s*=\s*(?P<count_s>{_COUNT})\s*{_PIECE}"),
    ("said", rf"(?:1|one)\s*{_PIECE}\s*\(\s*(?P<mass_o>{_MASS})\s*\)"),
    ("each", rf"(?P<mass_a>{_MASS})\s*/?\s*{_PIECE}?{_BY}(?P<count_a>{_COUNT})\s*{_PIECE}"),
    ("each", rf"(?P<count_b>{_COUNT})\s*{_PIECE}?{_BY}(?P<mass_b>{_MASS})(?:\s*/?\s*{_PIECE})?"),
    ("each", rf"(?P<count_c>half|one|two|three|four|five|six)\s+(?P<mass_c>{_MASS})\s*{_PIECE}"),
    ("strength", rf"(?P<mass_d>{_MASS})\s*(?:/|per)?\s*{_PIECE}"),
    ("mass", rf"(?P<mass_e>{_MASS})"),
    ("pieces", rf"(?P<count_f>{_COUNT})\s*(?:{_PIECE}|to be (?:taken|swallowed)(?![a-z]))(?P<half>半)?"),
    ("pieces", rf"(?P<count_g>{_BARE})(?=\s+(?:{_LABEL})(?![a-z]))"),
)
_WORDY = (
    *(("often", pattern) for pattern in (_TIMES_A_DAY, _TIMES_A_WEEK)),
    *((f"often-{number}", pattern) for number, (pattern, _, _) in enumerate(OFTEN)),
    ("divided", _DIVIDED), ("needed", _NEEDED),
    *((f"slot-{word}", pattern) for pattern, word in _SLOTS),
    ("once", _ONCE), ("fill", _FILL),
)  # fmt: skip
_TABLE = tuple(
    (kind, re.compile(rf"(?:(?<![a-z])|(?![a-z0-9]))(?:{pattern})" + ("" if kind in dict(_AMOUNTS) else "(?![a-z])")))
    for kind, pattern in (*_WORDY[:2], *_AMOUNTS, *_WORDY[2:])
)
_RIGHT_EYE = re.compile(r"\bod\b")
"""Once daily; beside another rhythm it is the eye."""
_HALVES = ("1/2", "1\u20442")
_AT_A_TIME = rf"(?:{'|'.join(_HALVES)}|\d(?:[.,]5)?)"
_PIECES = r"(?: ?(?:stück|stk\.?|tabletten?|tbl\.?|kapseln?|stuks?)(?![a-z]))?"
_SCHEME = re.compile(rf"(?<![\d-])({_AT_A_TIME}(?: ?- ?{_AT_A_TIME}){{2,3}})(?! ?[\d/\u2044-]){_PIECES}")
"""Pieces in the morning, at noon, in the evening and for the night, as German prescriptions write them: 1-0-1-0. Ten and
more of them at a time are milligrams, or steps of a taper, and stay unread.
"""
_BETWEEN = re.compile(r"(?:[\s,;。、:+]|[.](?!\d))+")


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text):
        gap = _BETWEEN.match(text, at)
        if gap:
            at = gap.end()
            continue
        if scheme := _SCHEME.match(text, at):
            pieces = sum(
                0.5 if one in _HALVES else float(one.replace(",", ".")) for one in scheme[1].replace(" ", "").split("-")
            )
            yield _Token("pieces", pieces, pieces)
            yield _Token("often", 1.0, 1.0)
            at = scheme.end()
            continue
        for kind, pattern in _TABLE:
            found = pattern.match(text, at)
            if found and found.end() > at:
                yield _token(kind, found)
                at = found.end()
                break
        else:
            yield _Token("unknown", word=text[at:])
            return


def _token(kind: str, found: re.Match[str]) -> _Token:
    parts = {name: word for name, word in found.groupdict().items() if word}
    masses = [_mass(word) for name, word in parts.items() if name.startswith("mass")]
    counts = [_number(word) for name, word in parts.items() if name.startswith("count")]
    if kind == "each":
        return _Token("mass", masses[0][0] * counts[0], masses[0][1] * counts[0])
    if kind == "said":
        return _Token("mass", *masses[0])
    if kind == "pieces":
        count = counts[0] + (0.5 if "half" in parts else 0)
        return _Token(kind, count, count)
    if masses:
        return _Token(kind, *masses[0]) if kind == "mass" or masses[0][0] == masses[0][1] else _Token("unknown")
    if kind == "often":
        (name, word), *_ = parts.items()
        return _Token(kind, _number(word), 7.0 if name in "wv" else 1.0)
    if kind.startswith("often-"):
        _, times, days = OFTEN[int(kind[6:])]
        return _Token("often", times, days)
    return _Token("slot", word=kind[5:]) if kind.startswith("slot-") else _Token(kind)
