"""What a note says of the record that it stands beside: that it is not true, or no longer. English and Chinese."""

from __future__ import annotations

import re

from fhir_screener.terminology.coding import fold
from fhir_screener.terminology.patterns import any_of

_WRITTEN_IN_ERROR = any_of(
    r"entered in error|wrong (?:patient|person|chart)|mis-?label|mix-?up",
    r"录错|误录|录入错误|错误录入|患者错误|已?作废",
)
_NO_RESULT = any_of(
    r"ha?emoly[sz]ed|unreliable|not valid|result invalid|invalid (?:result|specimen|sample)|specimen (?:rejected|unsuitable)",
    r"标本(?:不合格|混淆|错误)|溶血|结果(?:无效|作废|不可靠)",
)
_FALSE_RESULT = any_of(
    r"(?:likely|probabl[ye]|presumed|possibl[ye]|suspected|considered) (?:a |biological )?false[- ](?:positive|negative)",
    r"false[- ](?:positive|negative) (?:likely|suspected)",
    r"假[阳阴]性可能|(?:考虑|可能为?|疑)假[阳阴]性",
)
_NOT_TAKEN = any_of(
    r"(?:not|never|wasn't|was not) (?:taken|started|given|administered|infused|begun)|did not (?:take|start|receive)",
    r"(?:未|没有|从未)(?:服用|使用|执行|输注|注射|用药|开始)",
)
_RULED_OUT = any_of(r"ruled out", r"已排除|排除诊断")
_TAKEN_BACK = re.compile(any_of(_WRITTEN_IN_ERROR, _NO_RESULT, _FALSE_RESULT, _NOT_TAKEN, _RULED_OUT))

_MISTAKEN = any_of(
    r"misdiagnos|(?:diagnosis|\bdx) (?:was |has been )?(?:revised|changed|corrected|withdrawn)|not confirmed",
    r"误诊|诊断(?:已)?(?:更正|修正|修改|更改)|(?:更正|修正)诊断",
)
_BENIGN = any_of(
    r"(?:pathology|biopsy|histology|cytology)\W*(?:\w+ ){0,3}(?:benign"
    r"|negative for (?:malignan|cancer|tumou?r|carcinoma)|no (?:evidence of )?(?:malignan|cancer))",
    r"(?:病理|活检|穿刺)\D{0,8}(?:良性|排除|未见(?:恶性|癌|肿瘤)(?!.{0,4}(?:转移|残留|复发)))",
)
_CANCER = r"(?:\w+ )?\w*(?:malignan|cancer|carcinom|sarcom|lymphom|leuka?em|melanom|myelom|metasta)"
_CONFIRMED = r"positive|confirm|true|correct|real"
_GRADED = r"recurren|severe|active|advanced|extensive|resistant|refractory|stage|unresectable|inoperable"
_ANOTHER = rf"(?:turned out|proved) to be (?!(?:an? |the )?{any_of(_CANCER, _CONFIRMED, _GRADED)})"
"""Whatever it turned out to be, it is not what it was held for, but where the words only confirm or grade it."""
_NO_CANCER_BUT = rf"(?:turned out|proved) to be (?!(?:an? |the )?{any_of(_CONFIRMED, _GRADED)})"
_REVISED = re.compile(any_of(_WRITTEN_IN_ERROR, _NO_RESULT, _FALSE_RESULT, _MISTAKEN))
_IS_ANOTHER = {True: re.compile(_ANOTHER), False: re.compile(_NO_CANCER_BUT)}
_EXCLUDED = re.compile(any_of(_RULED_OUT, r"排除恶性", _BENIGN))
_CLAUSE = re.compile(r"[^.;。,、\n]+")
_GROWTH = re.compile(
    r"malignan|cancer|carcinom|tumou?r|lymphom|sarcoma|neoplas|metasta|恶性|癌|瘤|\b(?:c\d\d|d[0-4]\d)"
)
_KINDS = (
    _GROWTH,
    re.compile(r"infect|tubercul|\btb\b|hepatitis|\bhbv\b|\bhiv\b|sepsis|感染|结核|肝炎|艾滋|\b[ab]\d\d"),
    re.compile(r"sarcoid|vasculit|sj(?:o|ö)gren|castleman|erdheim|lupus|\bpsc\b|结节病|血管炎|干燥综合征|狼疮"),
)
"""Kinds of disease: that one of another kind was excluded takes nothing back."""

ENDED = re.compile(r"\b(?:stopped|discontinued|ceased|off (?:since|from))\b|停药|停用|已停")


def takes_back(text: str, *, ongoing: bool = False) -> str:
    """The words of a note that take the record beside it back, or end what it holds to be `ongoing`; "" for none."""
    plain = fold(text)
    found = _TAKEN_BACK.search(plain) or (ENDED.search(plain) if ongoing else None)
    return found.group() if found else ""


def revises(text: str, of: str = "") -> str:
    """The words of a note beside a diagnosis, known by the words and codes `of`, that take it back: the record, or the
    diagnosis itself; "" for none. "Malignancy was ruled out" says nothing against a pancreatitis.
    """
    plain, own = fold(text), fold(of)
    found = _REVISED.search(plain) or _IS_ANOTHER[not own or bool(_GROWTH.search(own))].search(plain)
    found = found or next((said for one in _CLAUSE.finditer(plain) if (said := _excluded(one.group(), own))), None)
    return found.group() if found else ""


def _excluded(clause: str, own: str) -> re.Match[str] | None:
    """What a clause excludes, where that may be the diagnosis itself."""
    found = _EXCLUDED.search(clause)
    kinds = [kind for kind in _KINDS if kind.search(clause)] if found and own else []
    return None if kinds and not any(kind.search(own) for kind in kinds) else found
