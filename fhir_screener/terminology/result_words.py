"""What a result says in words: positive, negative, equivocal, or that there is no result. English and Chinese; whole answers in
German, French and Dutch too.

No-result words are looked for first; then negative and equivocal ones are taken out of the text before positive ones
are looked for, because "not detected" holds "detected" and 弱阳性 holds 阳性. Text that says two things, a result and
that there is none among them, is not read; a positive said to be in doubt is equivocal.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache

from fhir_screener.sentence import Text, say
from fhir_screener.terminology import answers_abroad
from fhir_screener.terminology.coding import fold


class Polarity(Enum):
    """What one result says."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    EQUIVOCAL = "equivocal"
    NONE = "no result"
    UNREADABLE = "unreadable"
    CONFLICTING = "conflicting"

    # Members are single objects; Enum's own hash is of the name, in Python.
    __hash__ = object.__hash__

    @property
    def words(self) -> Text:
        """The word for it, for people."""
        return _WORDS[self]


_WORDS = {polarity: say(polarity.value) for polarity in Polarity}

SAID_BY = {
    "result-none": Polarity.NONE,
    "result-equivocal": Polarity.EQUIVOCAL,
    "result-negative": Polarity.NEGATIVE,
    "result-positive": Polarity.POSITIVE,
}
"""What the value sets of coded answers say; whatever the study, coded answers are read by them."""

_NONE = re.compile(
    r"\b(?:pending|not done|not performed|not tested|invalid|ha?emoly[sz]ed|unsatisfactory|insufficient|cancell?ed|rejected"
    r"|failed|lipa?emic|contaminated|to follow|in progress|not (?:reported|calculated)"
    r"|unable to (?:calculate|determine|report|perform)"
    r"|qns|tnp|inhibit(?:ed|ion|ors?)|(?:quantity|volume) (?:is )?not sufficient"
    r"|not applicable|not read|clotted"
    r"|(?:specimen|sample) (?:was )?lost|mis-?label+ed|wrong (?:patient|specimen|tube)|mix(?:ed)?[ -]?up)\b"
    r"|标签错误|标本(?:错误|混淆)|患者错误|^n/?a$|未做|未检$|未检测$|溶血|标本不合格|无效|脂血|待报告|结果待|作废|退检|待查"
    r"|^(?:unknown|declined(?: to (?:answer|state))?|refused|not asked|prefer not to (?:say|answer)|不详|未知|拒答)$"
    r"|拒[检做]|送检中|[待未]回报|未送检|未采样|未读|未观察|检[验测]中|(?:标本|样本|样品)(?:凝固|凝集|丢失|污染)|(?:标本|样本|样品)?量?不足"
)
_INVALID = re.compile(r"\binvalid\b|无效")
"""The test was run, and failed."""

_ELSEWHERE = re.compile(
    r"(?:result|please)?\W*\bsee (?:attached|separate|scanned|lab|full|the)? ?(?:comment|note|below|report|result|attachment|scan)s?\b\W*"
    r"|(?:结果)?(?:请?见|详见|参见)(?:备注|附注|说明|附件|报告|报告单|纸质报告|下|后附)\W*"
)
"""The whole of a value that only says where the result is."""

_BESIDE = re.compile(
    r"\b(?:no|without(?: a| any)?) doubt\b"
    r"|(?:阳性|阴性|质控|空白)对照(?:孔|管|值)?\s*[:=]?\s*(?:正常|有效|合格|[<>]?\d+(?:\.\d+)?)?"
    r"|\b(?:positive|negative|nil|mitogen) control\b\s*[:=]?\s*(?:normal|valid|adequate|ok|passed|[<>]?\d+(?:\.\d+)?)?"
    r"|[(\[【](?:参考|正常值|判断标准|ref)[^()\[\]【】]*[)\]】]"
    r"|(?:参考(?:值|范围|区间)|\breference(?: range| value)?|\bref\.?) ?[:=][^,;。]*$"
    r"|(?:\brif\w*|\brpo ?b|利福平)[^.;,。]{0,80}?(?:not detected|detected|indeterminate|未检出|检出|阴性|阳性|敏感|耐药)"
)
"""Controls, reference values and drug resistance: their words are those of an answer, and are not the answer."""

_ANSWER = r"(?:negative|positive|(?:non-?)?reactive|(?:un|not )?detect(?:ed|able)|present)"
_EQUIVOCAL = re.compile(
    # A denial denied, and what is only thought likely.
    r"\b(?:negative|undetected|not detected|阴性|未检出)\W{0,3}(?:no|false|否)\W*$"
    rf"|\b(?:not|cannot|no longer|never)(?: (?!{_ANSWER})\w+){{0,3}} (?:negative|absent|undetect\w+|below|non-?reactive)\b"
    r"|(?:非|不是|不为|不呈)阴性?|不能?(?:排除|除外)|转[阴阳]性?"
    r"|(?:非|不是|无|否认|排除)(?:乙肝)?[大小]三阳"
    rf"|\b(?:(?:un)?likely|probabl[ey]|possibl[ey]|presumed|presumably)(?: to be)?[ -]{_ANSWER}\b"
    r"|(?:可能|疑)[为是呈]?[阴阳]性|[阴阳]性可能(?!性)"
    rf"|^(?:previous(?:ly)?|prior|last)(?: (?:known|test|result))?[: ]{{1,3}}{_ANSWER}\b"
    r"|^(?:上次|前次|以往)(?:结果)?[为: ]{0,2}[阴阳]性"
    rf"|(?:{_ANSWER}|\bneg|\bpos|[阴阳]性)\W{{1,3}}(?:in |于)?(?:19|20)\d\d(?![-/.\d])(?! ?年 ?\d)"
    r"|\bnot (?:been )?(?:repeated|re-?tested)\b|未复查"
    rf"|(?:{_ANSWER}|\bneg|\bpos)\W{{1,3}}(?:previous|prior|historical)(?:ly)?\W*$|[阴阳]性\W{{0,2}}(?:既往|以前|历史)\W*$"
    r"|(?:positive|reactive|\bpos)\W{1,3}(?:weak|faint)(?:ly)?\b"
    r"|weak(?:ly)?[ -]*(?:positive|reactive|pos\b)|\b(?:very )?faint(?:ly)?[ -]*(?:positive|reactive|pos\b|line)"
    r"|\blow mitogen|mitogen (?:control )?(?:low|failed|inadequate)"
    r"|borderline|\btrace\b|indeterminate|equivocal|inconclusive|gr[ea]y[ -]?zone|doubtful"
    r"|[?？]|\bnot negative|non-?negative"
    r"|suspicious|presumptive|unconfirmed|not confirmed|unable to confirm|to be (?:retested|repeated|confirmed)"
    r"|\bfalse(?:ly)?[ -]*(?:positive|negative|reactive)(?!s| (?:results? )?(?:may|can|could))|\bpreliminary\b|初步"
    r"|^previously (?:known )?(?:negative|positive|(?:non-?)?reactive|(?:not )?detected)\W*$|^既往(?:为)?(?:阴|阳)性$"
    r"|low[ -](?:level[ -])?(?:positive|reactive)|±|\+/-|\+-"
    r"|弱阳性|弱阳|弱反应|阳性 ?[(（]?弱[)）]?|假[阳阴]性?|可疑|临界|灰区|待复[检查测核]|待确[认定证]|待证实|不确定|疑似"
)
_NEGATIVE = re.compile(
    r"(?:\b(?:positive|detected|reactive|present|isolated)|阳性|检出)\W{0,3}(?:\bno(?:ne)?|\bfalse|(?<![\d.])0|无|否)\W*$"
    r"|(?<![\d.,])(?:0(?: ?(?:/|of) ?\d+)?|zero) (?:positive|reactive|detected)\b"
    r"|\b(?:never|nothing)[ -](?:been |was |is |tested )?(?:positive|reactive|detected|isolated|found|seen)\b"
    r"|(?:非|不是|无|没有|未(?:出现|呈)?)阳性"
    r"|\b(?:not|none|non|no|neither)[ -]+(?!only)"
    r"(?:(?!(?:but|yet|though|although|however|still|fasting|quanti\w+)\b)[^\s.,;:]+ ){0,7}?"
    r"(?:detected|detectable|found|seen|identified|isolated|growth)\b"
    r"|\b(?:not|no|non)[ -]+(?!only)(?:\w+ ){0,2}?(?:reactive|positive|present)\b"
    r"|\b(?:non|un[ -]?)(?:detected|detectable|reactive|positive|found|seen|present|identified|isolated)\b"
    r"|undetectable|undetected|target not detected|\btnd\b|\bnegative\b|\bneg\b|\babsent\b"
    r"|阴性|^阴$|[未不][能可]?检[出见]|[未不][能可]?检测[到出]|测不[出到]|未测[出到]|未[查找见]到|未查见|未发现|未见"
    r"|无反应性?|非反应性?|无[^,。;]{0,12}生长|^[-−]$|[(（][-−—–]+[)）]|^none$"
    r"|\bno reactivity\b|\bno (?:\w+ ){0,2}evidence of (?!(?:\w+ )?resist)"
    r"|[<低小]于?(?:最低)?检[测出]?(?:下限|限|线)|^< ?lod\b|^< ?lld$|\bbelow (?:the )?(?:lower )?(?:limit of detection|detection limit)"
)
_POSITIVE = re.compile(
    r"\bpositive\b|\bpos\b|\bdetected\b|\bdetectable\b|\breactive\b|\bpresent\b|\bisolated\b|阳性|^阳$|检[出见]|检测[到出]|有反应性?|反应性|查见|[查找]到"
    r"|大三阳|小三阳|^\+{1,4}$|[(（]\+{1,4}[)）]|\b[1-4]\+(?!\d)"
)


_SPACED = re.compile(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
"""A blank inside Chinese words, put there to fill a column: 阴 性."""


def points_elsewhere(text: str) -> bool:
    """Whether the words only say where the result stands."""
    return bool(_ELSEWHERE.fullmatch(fold(text)))


def says_invalid(text: str) -> bool:
    """Whether the words say that the test was run and failed."""
    return bool(_INVALID.search(fold(text)))


_LONGEST_ANSWER = 8_000
"""Characters of the longest text that is read as one answer."""
_ANOTHERS = re.compile(
    r"\b(?:mother|father|maternal|paternal|husband|wife|partner|spouse|donor|newborn|infant|baby)\b|母亲|父亲|丈夫|妻子|配偶|供者|新生儿"
    r"|\bntm\b|non-?tubercul|\b(?:avium|intracellulare|kansasii|abscessus|fortuitum|chelonae|gordonae)\b|非结核"
)
"""Of whom or of which germ the answer is, where it is not the patient's own, or not that of tuberculosis."""
_NIL_TOO_HIGH = re.compile(
    r"(?:\bnil\b(?: control)?|(?:阴性|空白)对照(?:孔|管|值)?)\s*[:=]?\s*(?:1[1-9]|[2-9]\d|\d{3,})(?![\d.])"
)
"""A T-SPOT is valid with at most ten spots without antigen."""
_DASH = re.compile(r"(?<=[a-z])[\u2010-\u2015\u2212](?=[a-z])")
_NOT = re.compile(r"\b(is|was|are|were|has|have|had|did|does|do|ca|could)n['\u2019]t\b")


def _spelled(plain: str) -> str:
    """The words with a hyphen for each dash inside one, and without contracted denials."""
    return _NOT.sub(r"\1 not", _DASH.sub("-", plain))


@lru_cache(maxsize=20_000)
def read_words(text: str) -> Polarity | None:
    """What the words say, or None where they say nothing we know, two different things, or more than any result."""
    if len(text) > _LONGEST_ANSWER:
        return None
    plain = _BESIDE.sub(" ", _SPACED.sub("", _spelled(fold(text)))).strip()
    if not plain or _ANOTHERS.search(plain):
        return None
    if (told := _abroad(plain)) is not None:
        return told
    if _NIL_TOO_HIGH.search(fold(text)):
        return Polarity.EQUIVOCAL
    rest, nothing = _NONE.subn(" ", plain)
    rest, equivocal = _EQUIVOCAL.subn(" ", rest)
    rest, negative = _NEGATIVE.subn(" ", rest)
    positive = len(_POSITIVE.findall(rest))
    counted = {
        Polarity.NONE: nothing,
        Polarity.EQUIVOCAL: equivocal,
        Polarity.NEGATIVE: negative,
        Polarity.POSITIVE: positive,
    }
    found = [polarity for polarity, count in counted.items() if count]
    if found == [Polarity.EQUIVOCAL, Polarity.POSITIVE]:
        return Polarity.EQUIVOCAL
    return found[0] if len(found) == 1 else None


def _abroad(plain: str) -> Polarity | None:
    bare = plain.strip(" .()")
    if bare in answers_abroad.NEGATIVE:
        return Polarity.NEGATIVE
    if bare in answers_abroad.POSITIVE:
        return Polarity.POSITIVE
    return Polarity.EQUIVOCAL if bare in answers_abroad.EQUIVOCAL else None


_INDEX = re.compile(r"(s/co?|coi|cut-?off index|index)(?: ?(?:ratio|value|值))?\s*[:=]?\s*(?=[<>\d])")
"""A ratio to the cutoff, named before its number."""
_FLAGGED = re.compile(r"\s*(?:[↑↓*]+|(?<=[\d\s↑↓])(?:h{1,2}|l{1,2}|a)[!*]?|(?<=[\d\s])\((?:h{1,2}|l{1,2}|a)\))\s*$")
"""A laboratory's flag behind a number or its unit."""
_AT_REST = re.compile(
    r"[\s,;(]*(?:on |at |in )?(?:\b(?:room|ambient) air|\bra\b|\brest\b|吸空气|未吸氧|静息(?:状态)?)[\s,;)]*$"
)
"""How a saturation was measured, where nothing was given to raise it."""
_POWER = re.compile(r"(?<=\d) ?[x×*] ?10 ?(?:\^|\*\*|e)?(?:\((\d{1,2})\)|(\d{1,2})(?![\d)]))(?! ?/)")
"""2.5×10^3 IU/mL; not the 10^9/L of a count, which is its unit."""
_ITS_RANGE = re.compile(r"(?<=[\w%]) ?[\[(【](?:ref\w*\W*)?[<>]?=?[\d.]*\s*[-~–]?\s*\d[\d.]*\s*[a-z/%]*[\])】]$")
"""A reference range in brackets behind a number and its unit."""
_RAISED = re.compile(r"(?<=10)[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2}")
"""An exponent in raised digits, which are plain ones once folded."""
_BARE_POWER = re.compile(r"^([<>]=?)? ?10(?:\^|\*\*)(\d{1,2})(?!\d)")
_LONGEST = 300
"""Characters of the longest text that is read as a number."""
_GROUPED = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:,\d{3})+(?![\d,])")
_DOTTED = re.compile(r"(?<![\d.,])[1-9]\d{0,2}\.\d{3}((?:\.\d{3})+)?(?:(?=(,\d))|(?![\d.,]))")
_DECIMAL_COMMA = re.compile(r"(?<![\d.,])(\d+),(\d+)(?![\d.,])")
_NUMBER = re.compile(
    r"^([<>]=?|≤|≥)?\s*(\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*((?![-–~/.] ?\d)(?:10[*^]\d{1,2}/)?[^\d\s(,.;:'·٫^][^()（）;；,，]*)?\.?$"
)


@lru_cache(maxsize=20_000)
def read_number(text: str, comma: bool = False) -> tuple[str, float, str, str] | None:
    """A number written as text: (comparator, value, unit, digits), or None where it is anything else.

    `comma`: numbers are written with a decimal comma, so that 1,250 is one and a quarter, and 1.250 may be either.
    """
    if len(text) > _LONGEST:
        return None
    plain = _plain_number(fold(_RAISED.sub(_as_power, text)).replace("≤", "<=").replace("≥", ">="), comma)
    index = _INDEX.match(plain)
    match = _NUMBER.match(plain[index.end() :] if index else plain)
    if match is None or (index and match[3]):
        return None
    value = float(match[2])
    if value > _MOST or (not value and re.search("^[^e]*[1-9]", match[2])):
        return None
    return match[1] or "", value, index[1] if index else (match[3] or "").strip(), match[2]


def _as_power(raised: re.Match[str]) -> str:
    return f"^{fold(raised.group())}"


def _plain_number(text: str, comma: bool) -> str:
    """Without flags, with powers of ten as exponents, thousands ungrouped, and a point for a comma."""
    while (shorter := _AT_REST.sub("", text)) != text:
        text = shorter
    plain = _POWER.sub(lambda found: f"e{found[1] or found[2]} ", _ITS_RANGE.sub("", _FLAGGED.sub("", text)))
    plain = _BARE_POWER.sub(r"\g<1>1e\2 ", plain)
    return _with_points(plain, comma).strip()


def _with_points(text: str, comma: bool) -> str:
    """Thousands ungrouped, and a point for a decimal comma; with `comma`, one group behind a point stays unread."""
    if comma:
        text = _DOTTED.sub(lambda found: found.group().replace(".", "") if found[1] or found[2] else "?", text)
    else:
        text = _GROUPED.sub(lambda found: found.group().replace(",", ""), text)
    return _DECIMAL_COMMA.sub(r"\1.\2", text)


_BETWEEN = re.compile(r"(\d+(?:\.\d+)?) ?%? ?(?:-|–|~|to|至) ?(\d+(?:\.\d+)?) ?((?![-/.]?\d)[^\d\s(][^()（）;；,，]*)")


@lru_cache(maxsize=2048)
def read_between(text: str, comma: bool = False) -> tuple[float, float, str] | None:
    """A range with its unit as a value: 55-60 % is (55, 60, "%"); None where it is anything else."""
    match = _BETWEEN.fullmatch(_plain_number(fold(text), comma)) if len(text) <= _LONGEST else None
    low, high = (float(match[1]), float(match[2])) if match else (1.0, 0.0)
    return (low, high, match[3].strip()) if match and low < high else None


_LENGTH = r"(\d+(?:\.\d+)?) ?(?:[mc]m)? ?[x×*] ?(\d+(?:\.\d+)?) ?([mc]m)|(\d+(?:\.\d+)?) ?([mc]m)"
_SIZE = re.compile(rf"(?:{_LENGTH})\b(?! ?hg|/)")
_REDNESS = re.compile(
    rf"(?:红斑|红晕|erythema|redness)(?:直径)? ?[:=]? ?(?:{_LENGTH})|(?:{_LENGTH}) ?(?:of )?(?:红斑|红晕|erythema|redness)"
)
_LONGEST_SIZE = 2000
"""Characters of the longest text in which the size of a skin reaction is looked for."""
_FLAT = re.compile(r"\bno induration\b|[无未]见?(?:明显)?硬结")


@lru_cache(maxsize=2048)
def read_size(text: str, comma: bool = False) -> tuple[float, str] | None:
    """The size of a skin reaction as (value, mm or cm): its hardness, not its redness; of two diameters the mean."""
    rest = _REDNESS.sub(" ", _with_points(fold(text), comma)) if len(text) <= _LONGEST_SIZE else ""
    if re.search("[<>≤≥]", rest):
        return None
    flat = bool(_FLAT.search(rest))
    found = list(_SIZE.finditer(rest))
    if len(found) != 1:
        return (0.0, "mm") if flat and not found else None
    if flat:
        return None
    one, other, unit, alone, its = found[0].groups()
    return ((float(one) + float(other)) / 2, unit) if one else (float(alone), its)


_MOST = 1e18
"""No measurement of medicine is greater."""
