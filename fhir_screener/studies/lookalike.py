"""What a local name looks like: the value set whose names and displays are nearest to it, in English and Chinese.

Similarity is rapidfuzz's: 100 for the same letters (of tests, without specimen, method and filler; of drugs, without form
and strength), less for each letter to add, drop or change, words in any order. A name that holds a listed one counts
90; a drug that shares its ending with a class (-mab, 单抗) counts 80 for the set that has most of that class.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from rapidfuzz import fuzz, process

from fhir_screener.terminology.coding import fold
from fhir_screener.terminology.lab_names import bare_test
from fhir_screener.terminology.valueset import ValueSet

THRESHOLD = 75.0
"""Measured on the listed names themselves, each taken out in turn and compared with the rest: from 75 on, the nearest name of
a test belongs to the same value set in 148 of 187 cases (drugs 207 of 262), from 70 to 75 in 9 of 22 (59 of 85)."""
HELD, BY_STEM = 90.0, 80.0
KINDS = {
    "test": ("result",),
    "drug": ("drug",),
    "diagnosis": ("condition",),
    "procedure": ("procedure", "condition"),
    "answer": ("value",),
}
"""What is surveyed, and the kinds of value sets it may belong to."""
STEMS = (
    *("mab", "cept", "tinib", "citinib", "limus", "imod", "trexate", "prine", "sone", "solone", "amide", "kinra"),
    *("单抗", "西普", "替尼", "莫司", "莫德", "蝶呤", "嘌呤", "松", "松龙", "米特", "酰胺", "白滞素"),
)
"""Endings that names of one class of drugs share (WHO, "The use of stems in the selection of INN", and in Chinese)."""
_FILLER = re.compile(
    r"[\[(（【].*?[\])）】]|\d+(?:\.\d+)?\s*(?:mg|g|ml|ug|μg|mcg|iu|%|片|支|粒|袋)?(?![a-z])"
    r"|\b(?:oral|tablets?|capsules?|injection|solution|infusion|cream|syringe|film[ -]coated|for)\b"
    r"|肠溶|缓释|分散|注射用|注射液|注射剂|口服液|冻干粉针|粉针|胶囊|颗粒|软膏|乳膏|片剂|片|[\s,;:，；：/_*×#-]"
)


_BETWEEN = re.compile(r"[\s,;:，；：/_()（）\[\]【】-]")


class Suggestion(NamedTuple):
    """The value set that a name looks like, how much, and the listed name it is like."""

    set: str
    ingredient: str
    score: float
    like: str


class Lookalikes:
    """The names and displays of some value sets, ready to compare."""

    def __init__(self, sets: Iterable[ValueSet]) -> None:
        self._names: dict[str, list[tuple[str, ValueSet, str, str]]] = {kind: [] for kind in KINDS}
        for one in sets:
            for kind, kinds in KINDS.items():
                if one.kind in kinds:
                    self._names[kind] += _names(kind, one)
        self._plain = {kind: [name for name, *_ in listed] for kind, listed in self._names.items()}
        # Of all but tests the words stand apart already.
        tests = [spaced("test", written) for *_, written in self._names["test"]]
        self._spaced = {**self._plain, "test": tests}
        self._sorted = {kind: [_in_order(name) for name in names] for kind, names in self._spaced.items()}
        self._stems = {stem: _of_class(stem, self._names["drug"]) for stem in STEMS}

    def best(self, kind: str, words: str, threshold: float = THRESHOLD) -> Suggestion | None:
        """The nearest value set, or None where nothing reaches the threshold."""
        plain = bare(kind, words)
        if len(plain) < 2:
            return None
        apart = spaced(kind, words)
        found = [
            process.extractOne(plain, self._plain[kind], scorer=fuzz.ratio, score_cutoff=threshold),
            process.extractOne(_in_order(apart), self._sorted[kind], scorer=fuzz.ratio, score_cutoff=threshold),
        ]
        candidates = [(one[1], one[2]) for one in found if one is not None]
        candidates += [(HELD, place) for place in self._held(kind, apart)[:1] if threshold <= HELD]
        if candidates:
            score, place = max(candidates, key=lambda one: (one[0], -one[1]))
            _, value_set, ingredient, written = self._names[kind][place]
            return Suggestion(value_set.name, ingredient, score, written)
        return self._by_stem(plain) if kind == "drug" and threshold <= BY_STEM else None

    def _held(self, kind: str, plain: str) -> list[int]:
        """Listed names that stand in this one, the longest first; short ones stand there by chance."""
        names = self._spaced[kind]
        held = [i for i, name in enumerate(names) if len(name) >= (5 if name.isascii() else 3) and _stands(name, plain)]
        return sorted(held, key=lambda i: -len(names[i]))

    def _by_stem(self, plain: str) -> Suggestion | None:
        for stem in sorted(STEMS, key=len, reverse=True):
            home = self._stems[stem]
            if home and _ending(stem).search(plain):
                return Suggestion(home, "", BY_STEM, f"-{stem}")
        return None


def bare(kind: str, words: str) -> str:
    """The name as it is compared."""
    plain = fold(words)
    if kind == "test":
        return bare_test(plain)
    return _FILLER.sub(" ", plain).strip() if kind == "drug" else plain


def spaced(kind: str, words: str) -> str:
    """The name with its words apart, in any order: of tests with the filler, which tells nothing apart but the words."""
    return " ".join(_BETWEEN.sub(" ", fold(words)).split()) if kind == "test" else bare(kind, words)


def _in_order(name: str) -> str:
    """Its words sorted, so that two names of the same words are the same."""
    return " ".join(sorted(name.split()))


def _names(kind: str, one: ValueSet) -> list[tuple[str, ValueSet, str, str]]:
    listed = [(word, ingredient) for ingredient, words in one.names.items() for word in words]
    listed += [(entry.display, entry.ingredient) for entry in one.codes if entry.display]
    listed += [(title, "") for title in (one.title, one.title_zh) if title]
    found = ((bare(kind, word), one, ingredient, word) for word, ingredient in dict.fromkeys(listed))
    return [name for name in found if len(name[0]) > 1]


def _ending(stem: str) -> re.Pattern[str]:
    """Finds the stem at the end of a word, or of a run of Chinese characters."""
    return re.compile(rf"[a-z]{{2,}}{stem}(?![a-z])" if stem.isascii() else rf"{stem}(?![\u4e00-\u9fff])")


def _of_class(stem: str, names: list[tuple[str, ValueSet, str, str]]) -> str:
    """The value set with most names of this ending; "" where fewer than two have it."""
    counted = Counter(one.name for name, one, *_ in names if _ending(stem).search(name))
    top = counted.most_common(1)
    return top[0][0] if top and top[0][1] > 1 else ""


def _stands(name: str, plain: str) -> bool:
    at = plain.find(name)
    if at < 0 or not name[0].isascii():
        return at >= 0
    end = at + len(name)
    return not (plain[at - 1 : at].isascii() and plain[at - 1 : at].isalnum()) and not (
        plain[end : end + 1].isascii() and plain[end : end + 1].isalnum()
    )
