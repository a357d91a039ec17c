"""What narrative text tells of: the sets it names, as far as its words assert, doubt or remember them.

Notes, reports and other narratives decide nothing by themselves; what they name must not be overlooked either. A name
that the sentence denies, plans, or gives to somebody else tells nothing. A test counts only with a result beside it
that is not negative. An allergy to a drug is no exposure.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from fhir_screener.terminology.clauses import clause
from fhir_screener.terminology.coding import fold
from fhir_screener.terminology.drug_phrases import not_given, told_stance
from fhir_screener.terminology.lines import fold_lines
from fhir_screener.terminology.names import Names, outermost
from fhir_screener.terminology.phrases import stance
from fhir_screener.terminology.report_parts import question_and_answer
from fhir_screener.terminology.result_words import Polarity, read_words
from fhir_screener.terminology.stance import NOT_THERE, THERE, Stance
from fhir_screener.terminology.valueset import NO_HITS, Hit, Hits, ValueSet

_FIRST = re.compile(r"\s*[:=]?\s*(\([^()]{1,6}\)|[^\s,;、()]+)")
"""The word or sign right behind a name: in a row of tests it belongs to no other."""
_ABBREVIATION = 4
"""So short a name of a disease, in passing, is as often that of its test or its prevention."""
_ALLERGY = re.compile(r"allerg|hypersensitiv|intoleran|过敏|不耐受")
_OF_THE_BLOOD = re.compile(r"\s*(?:血症|缺乏|升高|增高|降低|减低|减少)")
"""What makes of a drug's name that of a state: 高丙种球蛋白血症 is no immunoglobulin given."""
_TREATMENT = re.compile(r"(?:治疗|制剂|抑制剂)$")
_RESULTS = {Polarity.POSITIVE: Stance.ASSERTED, Polarity.EQUIVOCAL: Stance.DOUBTFUL}


class _Place(NamedTuple):
    """Where a text names a member of the set `name`."""

    start: int
    end: int
    name: str
    kind: str


class Teller:
    """Reads narratives for the names of these value sets; `told` is pure."""

    def __init__(self, sets: Iterable[ValueSet]) -> None:
        self._sets = [one for one in sets if one.kind not in ("value", "ordinary")]

    @cached_property
    def _index(self) -> tuple[Names, list[tuple[str, str]]]:
        """All names, and the (set, kind) that their numbers stand for."""
        owners = [(one.name, one.kind) for one in self._sets]
        names = (
            (fold(word), number)
            for number, one in enumerate(self._sets)
            for words in one.names.values()
            for word in words
            if word.strip() and not (one.kind == "condition" and word.isascii() and len(word) <= _ABBREVIATION)
        )
        return Names(names), owners

    def told(self, text: str) -> Hits:
        """{set named: how}. The first telling place of each set; what was asked and is denied by the answer tells nothing."""
        question, answer = question_and_answer(text)
        found = self._told(answer)
        if not question:
            return found or NO_HITS
        asked = {name: hit for name, hit in self._told(question).items() if name not in found}
        denied = self._denied(answer) if asked else frozenset()
        found |= {name: hit for name, hit in asked.items() if hit.stance is not Stance.DOUBTFUL or name not in denied}
        return found or NO_HITS

    def _denied(self, text: str) -> frozenset[str]:
        """The sets of which a member is denied."""
        plain = fold_lines(text)
        names, owners = self._index
        places = [(owners[owner][0], start, end) for owner, start, end in names.find(plain)]
        return frozenset(name for name, start, end in places if stance(plain, start, end) is Stance.NEGATED)

    def _told(self, text: str) -> dict[str, Hit]:
        plain = fold_lines(text)
        names, owners = self._index
        places = [_Place(start, end, *owners[owner]) for owner, start, end in names.find(plain)]
        tests = [place.start for place in places if place.kind == "result"]
        found: dict[str, Hit] = {}
        for place in outermost(places):
            for start, end, name, kind in (place, *_states_within(plain, place, places)):
                if name in found:
                    continue
                said = _result(plain, start, end, tests) if kind == "result" else _said(plain, start, end, kind)
                if said is not None:
                    found[name] = Hit(None, by_name=True, stance=said, words=plain[start:end])
        return found


_NOW = re.compile(r"(?:currently|current|now|presently|目前|现在?|正在?)\W*")
_FIELD = re.compile(r"\s*[?:](?!\s*(?:y(?:es)?\b|true\b|是))")
"""Behind a question of a form: its answer, which is no yes."""


def _states_within(text: str, asked: _Place, places: Iterable[_Place]) -> Iterator[_Place]:
    """The states that a question's name states: "currently pregnant" is a question of a form, and in a sentence an answer."""
    now = _NOW.match(text, asked.start, asked.end) if asked.kind == "result" else None
    if now is not None and not _FIELD.match(text, asked.end):
        span = (now.end(), asked.end)
        yield from (one for one in places if one.kind == "condition" and one[:2] == span)


def _said(text: str, start: int, end: int, kind: str) -> Stance | None:
    left, right = clause(text, start, end)
    if kind == "drug" and (_ALLERGY.search(text, left, right) or _OF_THE_BLOOD.match(text, end)):
        return None
    said = told_stance(text, start, end) if kind == "drug" else stance(text, start, end)
    if _TREATMENT.search(text, start, end) and not_given(text, start):
        return None
    return said if said in THERE else None


def _result(text: str, start: int, end: int, tests: Sequence[int]) -> Stance | None:
    """What is said of a test: the words after its name and before the next one's, else those of its clause.

    `tests` are the places where names of tests begin, in order.
    """
    left, right = clause(text, start, end)
    if stance(text, start, end) in NOT_THERE:
        return None
    following = bisect_left(tests, end)
    after = tests[following] if following < len(tests) else right
    first = _FIRST.match(text, end, right)
    said = read_words(first[1]) if first else None
    said = said or read_words(text[end : min(after, right)].strip(" :：=为是")) or read_words(text[left:right])
    return _RESULTS.get(said) if said is not None else None
