"""What a laboratory's flag says: normal, abnormal, or on which side of a range. By code in whatever table a site took it from."""

from __future__ import annotations

import re

from fhir_screener.terminology.coding import Concept, fold

_ABNORMAL = frozenset({"A", "AA", "H", "HH", "HU", "HX", "ABN"})
_ABNORMAL_WORDS = re.compile(r"^(?:↑+|h|hh|a|abn|abnormal|high|异常|升高|增高|偏高)$")

_SIDES = {
    **dict.fromkeys(("H", "HH", "HU", "HX", ">"), "above"),
    **dict.fromkeys(("L", "LL", "LU", "LX", "<"), "below"),
    "N": "inside",
}
_SIDE_WORDS = {
    **dict.fromkeys(("↑", "↑↑", "↑↑↑", "h", "hh", "high", "升高", "增高", "偏高"), "above"),
    **dict.fromkeys(("↓", "↓↓", "↓↓↓", "l", "ll", "low", "降低", "减低", "偏低"), "below"),
    **dict.fromkeys(("n", "normal", "正常"), "inside"),
}


def is_abnormal(flag: Concept) -> bool:
    """Whether a flag says no more than abnormal, or above a range."""
    if any(coding.code in _ABNORMAL for coding in flag.codings):
        return True
    return not flag.codings and bool(_ABNORMAL_WORDS.match(fold(flag.text)))


def side_of_range(flag: Concept) -> str:
    """`above`, `below` or `inside` its range, or "" where the flag says none of them or two.

    Inside is normal: of a presence test that is negative.
    """
    if not flag.codings:
        return _SIDE_WORDS.get(fold(flag.text), "")
    said = {_SIDES.get(coding.code, "") for coding in flag.codings}
    return said.pop() if len(said) == 1 else ""
