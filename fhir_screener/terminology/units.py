"""Units: what UCUM can convert is converted, what it cannot is not guessed.

`factor(from, to)` is remembered per pair; the UCUM library is loaded the first time two units really differ.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache

from fhir_screener.terminology.chinese import simplified

_HABITS = {
    "iu/ml": "[IU]/mL",
    "iu/l": "[IU]/L",
    "miu/ml": "m[IU]/mL",
    "miu/l": "m[IU]/L",
    "uiu/ml": "u[IU]/mL",
    "kiu/l": "k[IU]/L",
    "kiu/ml": "k[IU]/mL",
    "u/l": "U/L",
    "u/ml": "U/mL",
    "ng/ml": "ng/mL",
    "ug/l": "ug/L",
    "mg/dl": "mg/dL",
    "mg/l": "mg/L",
    "g/l": "g/L",
    "g/dl": "g/dL",
    "umol/l": "umol/L",
    "mmol/l": "mmol/L",
    "mm": "mm",
    "cm": "cm",
    "%": "%",
    "copies/ml": "{copies}/mL",
    "cop/ml": "{copies}/mL",
    "s/co": "{s_co}",
    "coi": "{s_co}",
    "index": "{s_co}",
    "s/coratio": "{s_co}",
    "s/co值": "{s_co}",
    "s/c": "{s_co}",
    "indexvalue": "{s_co}",
    "cutoffindex": "{s_co}",
    "cut-offindex": "{s_co}",
    "{s_co_ratio}": "{s_co}",
    "{s/co}": "{s_co}",
    "{index}": "{s_co}",
    "{index_val}": "{s_co}",
    "{coi}": "{s_co}",
    "{cutoff_index}": "{s_co}",
    "sfc": "{spots}",
    "spots": "{spots}",
    "spot": "{spots}",
    "/hpf": "/[HPF]",
    "percent": "%",
    "mg%": "mg/dL",
    "mmhg": "mm[Hg]",
    "meq/l": "meq/L",
    "mcg/l": "ug/L",
    "mcg/ml": "ug/mL",
    "mcg/dl": "ug/dL",
    "kg/m^2": "kg/m2",
    "cp/ml": "{copies}/mL",
    "cps/ml": "{copies}/mL",
    "bpm": "/min",
    "beats/min": "/min",
    "次/min": "/min",
    "个/hpf": "/[HPF]",
    "msec": "ms",
    "hour": "h",
    "hours": "h",
    "hrs": "h",
    "day": "d",
    "days": "d",
    "week": "wk",
    "weeks": "wk",
    "wks": "wk",
    "month": "mo",
    "months": "mo",
    "year": "a",
    "years": "a",
    "yrs": "a",
    "c": "Cel",
    "°c": "Cel",
    "℃": "Cel",
    "degc": "Cel",
    "f": "[degF]",
    "°f": "[degF]",
    "℉": "[degF]",
    "degf": "[degF]",
    "gpt/l": "10*9/L",
}
"""Spellings seen in charts, folded, and the UCUM code meant."""

_GIGA = {"G/L": "10*9/L"}
"""Spellings that mean another unit in small letters: G/L counts cells, g/L weighs."""

_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_SQUARED = str.maketrans(
    {
        "㎡": "m2",
        "㎎": "mg",
        "㎍": "ug",
        "㎏": "kg",
        "㎖": "ml",
        "㎗": "dl",
        "㎕": "ul",
        "㎜": "mm",
        "㎝": "cm",
        "ℓ": "l",
    }
)
"""Units in one character, as Chinese and Japanese laboratories type them."""
_CHINESE = {
    "毫国际单位": "mIU",
    "微国际单位": "uIU",
    "国际单位": "IU",
    "单位": "U",
    "毫摩尔": "mmol",
    "微摩尔": "umol",
    "纳摩尔": "nmol",
    "皮摩尔": "pmol",
    "摩尔": "mol",
    "千克": "kg",
    "公斤": "kg",
    "毫克": "mg",
    "微克": "ug",
    "纳克": "ng",
    "皮克": "pg",
    "克": "g",
    "毫升": "ml",
    "微升": "ul",
    "分升": "dl",
    "升": "l",
    "毫米汞柱": "mmHg",
    "平方米": "m2",
    "毫米": "mm",
    "厘米": "cm",
    "分钟": "min",
    "分": "min",
    "秒": "s",
    "小时": "h",
    "天": "d",
    "周": "wk",
    "岁": "years",
    "拷贝": "copies",
    "高倍视野": "hpf",
}
_CHINESE_WORD = re.compile("|".join(sorted(_CHINESE, key=len, reverse=True)))
_POWER = re.compile("(?<=10)([⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_COUNT = re.compile(
    r"(?:[x*]?10(?:[*^e]|\*\*|\^\*)?\(?(?P<power>\d{1,2})\)?|(?P<word>k|thou|thousands?|万)|\{?(?:cells?|个)\}?)?"
    r"/(?P<per>l|ul|mcl|mm3|cumm|nl)"
)
_WORDS = {"万": 4}
_PER = {"l": "L", "ul": "uL", "mcl": "uL", "mm3": "mm3", "cumm": "mm3", "nl": "nL"}
_FILTRATION = re.compile(r"ml/\(?(min|s|sec)[/.·*]?(?:per)?\(?\{?1[.,]73(?:_?m\^?2|_?sqm)?\}?\)*")
"""Millilitres a minute for 1.73 square metres, as laboratories spell it; without the metres it is meant all the same."""

ARBITRARY = frozenset({"{s_co}"})
"""Units that only compare a signal with its own assay's cutoff: the laboratory's range says where that lies."""

_ASSAY = re.compile(r"\[(?:[A-Za-z']*U|[A-Za-z]*ID_50|IR|Lf)\]")
"""UCUM's arbitrary units ([IU], [PFU]), each defined by a procedure: none converts to anything but itself."""

_NAMED = re.compile(r"/?\{[^}]*\}")

_OF_CREATININE = re.compile(
    r"(?P<unit>(?:[mun]g|mcg|g|mmol)/(?:g|mg|m?mol))[.·*]?\(?(?:creatinine|creat|crea|cre|cr|肌酐)\)?"
)
"""So much for so much creatinine, as laboratories spell it; UCUM says of what in an annotation."""

_OF_MOLES = re.compile(r"mol/[a-z]?mol")
"""A ratio of amounts is no percentage of mass: 53 mmol/mol of HbA1c are 7.0 %, and not the 5.3 % of UCUM."""

_FROM_CELSIUS = {"Cel": (1.0, 0.0), "[degF]": (1.8, 32.0), "K": (1.0, 273.15)}
"""{scale of temperature: (degrees for one of Celsius, its reading at 0 Cel)}: scales that begin elsewhere have no factor."""


@lru_cache(maxsize=4096)
def ucum(unit: str) -> str:
    """The UCUM code for a unit as written; unknown spellings are returned as they are."""
    plain = _POWER.sub(r"^\1", unit.strip()).translate(_RAISED)
    plain = plain.replace("µ", "u").replace("μ", "u").replace("×", "x").replace("*10", "x10")
    if not plain.isascii():
        plain = _CHINESE_WORD.sub(lambda word: _CHINESE[word[0]], simplified(plain.translate(_SQUARED)))
    if plain in _GIGA:
        return _GIGA[plain]
    folded = plain.lower().replace(" ", "")
    return _HABITS.get(folded) or _counted(folded) or _filtered(folded) or _of_creatinine(folded) or plain


def _counted(folded: str) -> str:
    """The UCUM code of so many cells in a volume: "x10^9/L", "K/uL", "cells/mm3"; "" for anything else."""
    found = _COUNT.fullmatch(folded)
    if found is None:
        return ""
    power = found["power"] or (_WORDS.get(found["word"], 3) if found["word"] else "")
    return f"10*{power}/{_PER[found['per']]}" if power else f"/{_PER[found['per']]}"


def _filtered(folded: str) -> str:
    found = _FILTRATION.fullmatch(folded)
    return f"mL/{found[1].removesuffix('ec')}/{{1.73_m2}}" if found else ""


def _of_creatinine(folded: str) -> str:
    found = _OF_CREATININE.fullmatch(folded)
    return f"{found['unit'].replace('mcg', 'ug')}{{creat}}" if found else ""


@lru_cache(maxsize=4096)
def factor(source: str, target: str) -> float | None:
    """What to multiply a value in `source` by to have it in `target`, or None where UCUM knows no way."""
    a, b = ucum(source), ucum(target)
    if a == b:
        return 1.0
    if _annotations(a) and _annotations(b) and _annotations(a) != _annotations(b):
        return None
    if _ASSAY.findall(a) != _ASSAY.findall(b):
        return None
    if bool(_OF_MOLES.search(a)) != bool(_OF_MOLES.search(b)):
        return None
    bare_a, bare_b = (_NAMED.sub("", unit) for unit in (a, b))
    if not bare_a or not bare_b:
        return None
    if bare_a == bare_b:
        return 1.0
    return _by_library(bare_a, bare_b)


def _annotations(unit: str) -> list[str]:
    """`{spots}` and `{score}` are both 1 to UCUM, yet not the same thing: annotations must not contradict."""
    found = (name.lower().lstrip("/") for name in _NAMED.findall(unit))
    return sorted(name for name in found if name not in ("{cells}", "{cell}"))


def _by_library(source: str, target: str) -> float | None:
    registry = _registry()
    try:
        one = registry.from_ucum(source)
        found = float(one.to(registry.from_ucum(target).units).magnitude)
        goal = float(registry.from_ucum(target).magnitude)
    except Exception:  # the library raises its parser's own errors for anything that is not UCUM
        return None
    result = found / goal if goal else math.nan
    return result if math.isfinite(result) and result > 0 else None


@lru_cache(maxsize=1)
def _registry():  # type: ignore[no-untyped-def]  # pint builds its classes at run time
    from ucumvert import PintUcumRegistry

    return PintUcumRegistry()


def convert(value: float, source: str, target: str, molar: float | None = None) -> float | None:
    """The value in the target unit, or None where it cannot be converted; `molar`: the analyte's grams per mole."""
    if (scales := _scales(source, target)) is not None:
        (of_source, zero), (of_target, start) = scales
        return (value - zero) / of_source * of_target + start
    by = factor(source, target)
    if by is None and molar:
        by = _by_molar_mass(source, target, molar)
    return None if by is None else value * by


@lru_cache(maxsize=4096)
def _scales(source: str, target: str) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Two different scales of temperature, or None."""
    a, b = ucum(source), ucum(target)
    return (_FROM_CELSIUS[a], _FROM_CELSIUS[b]) if a != b and {a, b} <= _FROM_CELSIUS.keys() else None


@lru_cache(maxsize=1024)
def _by_molar_mass(source: str, target: str, molar: float) -> float | None:
    """mol/L and g/L, either way."""
    moles, grams = factor(source, "mol/L"), factor(target, "g/L")
    if moles is not None and grams is not None:
        return moles * molar / grams
    grams, moles = factor(source, "g/L"), factor(target, "mol/L")
    if moles is not None and grams is not None:
        return grams / molar / moles
    return None


def is_unit(unit: str) -> bool:
    """Whether UCUM knows the unit; one that is only an annotation (`{s_co}`) counts."""
    bare = _NAMED.sub("", ucum(unit))
    return not bare or _by_library(bare, bare) is not None
