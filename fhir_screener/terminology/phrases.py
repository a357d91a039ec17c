"""A small, visible table of phrases: what the words around a term make of it. English and Chinese.

Order matters: other people first, then negation, then doubt, then plan, then past; what is left is asserted. The table
decides only what it knows; text in which nothing is recognised is nobody's answer.
"""

from __future__ import annotations

import re
from enum import Enum

from fhir_screener.terminology.coding import fold


class Stance(Enum):
    """What a sentence says of a term in it."""

    ASSERTED = "asserted"
    NEGATED = "negated"
    DOUBTFUL = "doubtful"
    PLANNED = "planned"
    PAST = "past"
    OTHER_PERSON = "other-person"


_OTHER = (
    r"family history|\bfh\b|\bfhx\b|mother|father|sister|brother|sibling|maternal|paternal|donor|husband|wife|partner"
    r"|contact with|家族史|父亲|母亲|父母|之父|之母|哥哥|弟弟|姐姐|妹妹|兄弟|姐妹|家属|丈夫|妻子|配偶|供者|献血"
)
_NEGATED_BEFORE = (
    r"\bno\b|\bnot\b|\bwithout\b|\bnever\b|\bdenies\b|\bdenied\b|negative for|no evidence of|no sign of|absence of"
    r"|free of|ruled out|rule out negative|\bexcept\b|\bexcluding\b|未见|未发现|未提示|未使用|未用|未服用|无|否认|排除|除外|不支持|没有|非"
)
# Words of negation that deny a change or a complaint, not the term that follows.
_NOT_NEGATION = (
    r"\b(?:no|without)(?: \w+){0,2} (?:change|improvement|progress|progression|response|regression|symptoms?)\b"
    r"|\bnot (?:only|chang|improv|respon|resolv)\w*|无(?:明显|显著|著|特殊)?(?:变化|改变|好转|吸收|进展|症状)|非常|无痛|无力"
)
_NEGATED_AFTER = (
    r"(?:has been |was |is |were )?(?:ruled out|excluded|refuted|unlikely|not found|not seen|not taken|absent|negative)"
    r"|已排除|排除|除外|不支持|阴性|未见|不考虑"
)
_DOUBT = (
    r"\?|？|possible|possibly|probable|probably|suspected|suspicious|suspicion|\br/o\b|rule out|to be ruled|differential"
    r"|cannot exclude|cannot be excluded|not excluded|equivocal|indeterminate|provisional|可疑|疑似|疑|待查|待排|待除外|不除外"
    r"|不能除外|不能排除|可能|考虑"
)
_PLANNED = (
    r"\bplan\b|screen(?:ing|ed)? for|vaccin|prophyla|immuni[sz]ation against|counsel|planned|planning"
    r"|consider(?:ing)?|candidate for|scheduled|will start|to start|proposed|intend|recommend|awaiting"
    r"|筛查|疫苗|预防|咨询|拟|计划|建议|准备|预约|择期"
)
_PAST = r"history of|\bh/o\b|\bhx\b|\bs/p\b|status post|previous|prior|former|old |past |陈旧|既往|病史|史|术后|曾"

_CLAUSE = re.compile(r"[.;。；\n]|，|,(?= )|\bbut\b|但")


def clause(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the clause around `start`..`end` begins and ends."""
    left, right = 0, len(text)
    for mark in _CLAUSE.finditer(text):
        if mark.end() <= start:
            left = mark.end()
        elif mark.start() >= end:
            right = mark.start()
            break
    return left, right


def stance(text: str, start: int, end: int) -> Stance:
    """What folded `text` says of the term at `start`..`end`, judged within its own clause."""
    left, right = clause(text, start, end)
    before, after = text[left:start], text[end:right]
    around = before + " # " + after
    if re.search(_OTHER, around):
        return Stance.OTHER_PERSON
    if re.search(r"不除外|不能除外|不能排除|cannot (?:be )?exclude|not excluded", around):
        return Stance.DOUBTFUL
    if re.search(_NEGATED_BEFORE, re.sub(_NOT_NEGATION, " ", before)) or re.match(
        r"\W*(?:" + _NEGATED_AFTER + r")", after
    ):
        return Stance.NEGATED
    if re.search(_DOUBT, around):
        return Stance.DOUBTFUL
    if re.search(_PLANNED, before):
        return Stance.PLANNED
    if re.search(_PAST, around):
        return Stance.PAST
    return Stance.ASSERTED


_TAKEN_BACK = re.compile(
    r"entered in error|wrong (?:patient|person|chart)|mis-?label|mix-?up|ha?emoly[sz]ed|unreliable|not valid|result invalid"
    r"|invalid (?:result|specimen|sample)|specimen (?:rejected|unsuitable)|(?:not|never|wasn't|was not) (?:taken|started|given"
    r"|administered|infused|begun)|did not (?:take|start|receive)|ruled out|录错|误录|录入错误|错误录入|患者错误"
    r"|标本(?:不合格|混淆|错误)|溶血|结果(?:无效|作废|不可靠)|已?作废|(?:未|没有|从未)(?:服用|使用|执行|输注|注射|用药|开始)|已排除|排除诊断"
)
_ENDED = re.compile(r"\b(?:stopped|discontinued|ceased|off (?:since|from))\b|停药|停用|已停")


def takes_back(text: str, *, ongoing: bool = False) -> str:
    """The words of a note that take the record beside it back, or end what it holds to be `ongoing`; "" for none."""
    plain = fold(text)
    found = _TAKEN_BACK.search(plain) or (_ENDED.search(plain) if ongoing else None)
    return found.group() if found else ""
