"""How tests are called: the bare name of one, and whose specimen it says."""

from __future__ import annotations

import re

from fhir_screener.terminology.coding import Concept, fold

_TEST_WORDS = re.compile(
    r"[\[(（【][^\])）】]{0,80}[\])）】]|\b(?:test|assay|serum|plasma|blood|level|result|screen(?:ing)?|quantitative|qualitative|by \w+)\b"
    r"|血清|血浆|全血|测定|检测|检验|试验|定量|定性|筛查|化学发光法|酶联免疫法|结果|[\s,;:，；：/_-]"
)


def bare_test(words: str) -> str:
    """The name of a test without specimen, method and filler, as two laboratories would agree on it."""
    return _TEST_WORDS.sub("", words)


NO_RESULT = re.compile(r"对照|质控|丝裂原|供者|母亲|\b(?:controls?|mitogen|nil|qc|donor|mother'?s?|maternal)\b")
"""A control of a test is no result of it, and somebody else's is no result of this patient."""

_SOMEBODY_ELSE = re.compile(
    r"供者|供体|供血|献血|母亲|产妇之|新生儿|脐(?:带)?血|配偶|丈夫|妻子"
    r"|\b(?:donor|(?<!nursing )(?<!lactating )mother(?:'s)?(?! (?:is )?(?:currently|breast|nursing))|maternal(?! (?:serum|blood|plasma))"
    r"|cord blood|newborn|partner|spouse|husband|wife)\b"
)


def of_somebody_else(concept: Concept) -> bool:
    """Whether a test's name says that it is a donor's, the mother's, a child's or a partner's."""
    words = (concept.text, *(coding.display for coding in concept.codings))
    return any(bool(_SOMEBODY_ELSE.search(fold(text))) for text in words if text)
