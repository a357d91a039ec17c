"""All value sets of the loaded studies in one index, which tells of any concept in which sets it is.

A code belongs to a set when system and code agree. ICD and ATC codes agree by prefix (`B18.100x007` is in a set that
lists `B18.1`); the longest listed prefix wins, so an exclusion may carve C44 out of C00-C96. A concept without a
decisive code may still be named by its text or by a local display: that is a hit `by` name, with the stance of the
words around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from copy import copy
from functools import cached_property
from typing import Any, NamedTuple

import msgspec

from fhir_screener.terminology.coding import (
    BY_PREFIX,
    ICD9CM,
    ICD9CM3_CN,
    ICD10,
    ICD10CM,
    SNOMED,
    STANDARD,
    Coding,
    Concept,
    fold,
    is_finer,
    is_procedure,
    is_rubric,
    normal_code,
)
from fhir_screener.terminology.drug_phrases import drug_stance
from fhir_screener.terminology.lab_names import NO_RESULT, bare_test
from fhir_screener.terminology.lines import fold_lines
from fhir_screener.terminology.names import Names, outermost
from fhir_screener.terminology.phrases import stance
from fhir_screener.terminology.result_words import Polarity, read_words
from fhir_screener.terminology.second_thoughts import drug_second_thought, second_thought
from fhir_screener.terminology.site import NO_SITE, Site
from fhir_screener.terminology.stance import NOT_THERE, Stance
from fhir_screener.terminology.topics import disease_stance
from fhir_screener.terminology.valueset import NO_HITS, Entry, Hit, Hits, ValueSet, names_pattern

_REMEMBERED = 100_000
"""Concepts whose sets are remembered; then they are forgotten and looked up again."""
_Texts = list[tuple[str, Coding | None]]
"""Folded texts, each with the coding whose display it is, None for the words of the concept itself."""
_LONGEST_TEST = 60
"""Characters of a name of a test that may be one in two languages."""


class Terminology:
    """All value sets of the loaded studies, indexed once; `classify` is remembered per distinct concept.

    `whole`: resource types whose records a study needs as they came. `site` is what the site adds; names and codes that it
    adds to value sets are in `sets` already.
    """

    def __init__(
        self,
        sets: Iterable[ValueSet],
        whole: frozenset[str] = frozenset(),
        site: Site = NO_SITE,
    ) -> None:
        self.whole, self.site = whole, site
        self.keep_unread = False
        """Whether a reader keeps the records that nobody can read."""
        self.note_unread = False
        """Whether it notes what those are called that it leaves out."""
        self.sets: dict[str, ValueSet] = {s.name: s for s in sets}
        self.learnt: dict[type, Any] = {}
        """What readers remember of it, each under its own type."""
        self._known: dict[Concept, Hits] = {}
        self._index: dict[tuple[str, str], list[tuple[str, Entry | None, Entry]]] = {}
        for value_set in self.sets.values():
            for entry in value_set.excluded:
                self._add(value_set.name, entry, excluded=True)
            for entry in value_set.codes:
                self._add(value_set.name, entry, excluded=False)

    def for_readers(self, *, keep_unread: bool = False, note_unread: bool = False) -> Terminology:
        """The same value sets, and one memory of concepts, for readers that treat what nobody can read in another way."""
        other = copy(self)
        other.keep_unread, other.note_unread, other.learnt = keep_unread, note_unread, {}
        return other

    def _add(self, name: str, entry: Entry, *, excluded: bool) -> None:
        key = (entry.system, normal_code(entry.system, entry.code))
        self._index.setdefault(key, []).append((name, None if excluded else entry, entry))

    def __getitem__(self, name: str) -> ValueSet:
        return self.sets[name]

    def says(self, text: str) -> Polarity | None:
        """What a result in words says: by the site's words, which count as a whole, else as `read_words`."""
        return (self.site.words.get(fold(text)) if self.site.words else None) or read_words(text)

    def unread(self, concept: Concept) -> bool:
        """Whether nobody can say what the concept is: it may be anything."""
        return not self.classify(concept) and not self.site.understands(concept)

    def classify(self, concept: Concept) -> Hits:
        """The sets this concept is in: {set name: Hit}. Pure, remembered."""
        known = self._known.get(concept)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[concept] = self._classify(concept)
        return known

    def _classify(self, concept: Concept) -> Hits:
        hits: dict[str, Hit] = {}
        carved: set[str] = set()
        for coding in concept.codings:
            standard = self.site.meaning(coding)
            meant = standard or coding
            found, other = self._coded(meant)
            for name, entry in found.items():
                if entry is None:
                    carved.add(name)
                elif name not in hits:
                    listed = entry.display if entry.code == meant.code else ""
                    told = entry.ingredient, entry.strength
                    hits[name] = Hit(coding, False, *told, standard=standard, listed=listed, unlisted=other)
        self._by_name(concept, hits, carved)
        return hits or NO_HITS

    def _coded(self, coding: Coding) -> tuple[dict[str, Entry | None], bool]:
        """The sets of a code, as `_by_code`, and whether only ICD-10-CM has it: records often say ICD-10 and mean that one."""
        found = self._by_code(coding)
        if is_procedure(coding):
            return {**self._by_code(Coding(ICD9CM3_CN, coding.code)), **found}, False
        if coding.system != ICD10 or any(found.values()):
            return found, False
        return {**self._by_code(Coding(ICD10CM, coding.code)), **found}, True

    def _by_code(self, coding: Coding) -> dict[str, Entry | None]:
        """{set: entry, or None where the set carves this code out}; the longest listed prefix wins."""
        code = normal_code(coding.system, coding.code)
        found: dict[str, Entry | None] = {}
        shortest = 1 if coding.system in BY_PREFIX else len(code)
        for length in range(shortest, len(code) + 1):
            for name, entry, _ in self._index.get((coding.system, code[:length]), ()):
                found[name] = entry
        return found

    @cached_property
    def _named(self) -> tuple[Names, list[tuple[str, str, bool]]]:
        """All names, and the owners their numbers stand for: (set, ingredient, whether it is one of drugs)."""
        owners: list[tuple[str, str, bool]] = []
        names: list[tuple[str, int]] = []
        for value_set in self.sets.values():
            if value_set.kind in ("value", "result", "ordinary"):
                continue
            for ingredient, words in value_set.names.items():
                names += [(fold(word), len(owners)) for word in words if word.strip()]
                owners.append((value_set.name, ingredient, value_set.kind == "drug"))
        return Names(names), owners

    def mentions(self, names: frozenset[str], text: str) -> Iterator[tuple[str, Stance]]:
        """Each place where `text` names a member of these sets: (the words, what the sentence says of them)."""
        plain = fold_lines(text)
        for name in sorted(names):
            for match in self._finders[name].finditer(plain) if name in self._finders else ():
                yield match.group(), stance(plain, match.start(), match.end())

    @cached_property
    def _finders(self) -> dict[str, re.Pattern[str]]:
        found = {}
        for value_set in self.sets.values():
            pattern = names_pattern(word for words in value_set.names.values() for word in words)
            if pattern is not None:
                found[value_set.name] = pattern
        return found

    def _by_test_name(self, displays: list[Coding], text: str, hits: dict[str, Hit]) -> None:
        """Tests go by their whole name: "IgG4" is in many a name that means something else."""
        candidates: _Texts = [(text, None), *((fold(c.display), c) for c in displays)]
        if any(self.site.knows(c) for c in displays):
            candidates = []
        for words, coding in candidates:
            for name in self._tests_called(bare_test(words)) if words else ():
                hits.setdefault(name, Hit(coding, by_name=True, words=words))

    def _tests_called(self, bare: str) -> Iterable[str]:
        """The tests of this bare name, in one language or in two: each half of `hbsag乙肝表面抗原` names the same test."""
        names = self._test_names
        if bare in names or bare.isascii() or len(bare) > _LONGEST_TEST:
            return names.get(bare, ())
        halves = ((bare[:place], bare[place:]) for place in range(1, len(bare)))
        return dict.fromkeys(
            name for one, other in halves for name in names.get(one, ()) if name in names.get(other, ())
        )

    @cached_property
    def _test_names(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for value_set in self.sets.values():
            if value_set.kind == "result":
                for word in {bare_test(fold(w)) for words in value_set.names.values() for w in words}:
                    found.setdefault(word, []).append(value_set.name)
        return found

    def near(self, concept: Concept) -> Hits:
        """The tests that a name looks like: it holds the name of one, among words that no list accounts for.

        Only for tests in no set, whose code no list takes or turns down, and by names too long to stand in another's by
        chance: a local test, or one whose standard code is newer than the lists.
        """
        if self.site.lists(concept) or any(map(self._listed, concept.codings)):
            return NO_HITS
        if any(self.sets[name].kind == "result" for name in self.classify(concept)):
            return NO_HITS
        found: dict[str, Hit] = {}
        for words, coding in ((concept.text, None), *((coding.display, coding) for coding in concept.codings)):
            text = fold(words)
            if NO_RESULT.search(text):
                continue
            for owner, start, end in self._near_names[0].find(text):
                name = self._near_names[1][owner]
                found.setdefault(name, Hit(coding, by_name=True, words=text[start:end]))
        return found or NO_HITS

    def _listed(self, coding: Coding) -> bool:
        return coding.system in STANDARD and bool(self._by_code(coding))

    @cached_property
    def _near_names(self) -> tuple[Names, list[str]]:
        tests = [one for one in self.sets.values() if one.kind == "result"]
        words = [
            (fold(word), number)
            for number, one in enumerate(tests)
            for listed in one.names.values()
            for word in listed
            if len(word) > (4 if word.isascii() else 3)
        ]
        return Names(words), [one.name for one in tests]

    def _by_name(self, concept: Concept, hits: dict[str, Hit], carved: set[str]) -> None:
        displays = [c for c in concept.codings if c.display]
        local = [c for c in displays if is_finer(c) or not self.site.knows(c)]
        text = fold(concept.text)
        alike = [c for c in displays if fold(c.display) == text]
        free: _Texts = [] if any(not is_rubric(c) for c in alike) else [(fold_lines(concept.text), None)]
        own: _Texts = [(fold(c.display), c) for c in local]
        newer = [c for c in displays if self._unlisted(c)]
        drug: _Texts = [*free, *((fold(c.display), c) for c in displays if not self.site.ignores(c))]
        if not hits:
            self._by_test_name(displays, text, hits)
        found = self._places(free + own, drug)
        self._doubt_by_words(text, not alike, found, hits)
        found += self._done_or_had([(fold(c.display), c) for c in newer])
        self._enter(found, newer, hits, carved)

    def _enter(self, found: list[_Named], newer: list[Coding], hits: dict[str, Hit], carved: set[str]) -> None:
        """Enter the names found, but for those inside a longer one and those whose set a code has settled."""
        texts: dict[str, list[_Named]] = {}
        for one in found:
            texts.setdefault(one.words, []).append(one)
        whole = {id(one) for places in texts.values() for one in outermost(places)}
        for one in found:
            known = hits.get(one.name)
            if known is not None and known.unlisted and one.coding is None:
                # The record's own words say more than a code that no list has.
                known = None
            if (known and known.stance not in NOT_THERE) or one.name in carved or id(one) not in whole:
                continue
            said = _READERS.get(self.sets[one.name].kind, stance)(one.words, one.start, one.end)
            if known and said in NOT_THERE:
                continue
            hits[one.name] = Hit(
                one.coding,
                by_name=True,
                ingredient=one.ingredient,
                # One member denied and another named ("no lymphoma; breast cancer"): a person looks.
                stance=Stance.DOUBTFUL if known else said,
                words=one.words[one.start : one.end],
                unlisted=one.coding in newer,
            )

    def _doubt_by_words(self, text: str, own: bool, found: list[_Named], hits: dict[str, Hit]) -> None:
        """A diagnosis or a drug whose text says otherwise than its code; `own`: it does not repeat the display of one."""
        for name, hit in hits.items():
            kind = self.sets[name].kind
            if not text or hit.by_name or kind not in ("condition", "drug"):
                continue
            places = [(one.words, one.start, one.end) for one in found if one.name == name and one.coding is None]
            if kind == "drug":
                doubt = drug_second_thought(places) if own else None
            else:
                said = {stance(*place) for place in places}
                doubt = second_thought(text, said, own=own, listed=bool(hit.listed) and fold(hit.listed) in text)
            if doubt is not None:
                hits[name] = msgspec.structs.replace(hit, stance=doubt, words=text)

    def _unlisted(self, coding: Coding) -> bool:
        """Whether it is a code of SNOMED CT or ICD-9-CM that no set lists or carves out.

        The other systems match by prefix, or their lists are whole; of the hundred thousands of SNOMED CT, and of what old
        charts hold in ICD-9-CM, none is, and a display like "sepsis caused by Escherichia coli" must not be overlooked for that.
        """
        return coding.system in (SNOMED, ICD9CM) and not self.site.ignores(coding) and not self._by_code(coding)

    def _done_or_had(self, texts: _Texts) -> list[_Named]:
        """Every name of a disease or a procedure in these texts."""
        found = self._places(texts, []) if texts else []
        return [one for one in found if self.sets[one.name].kind in ("condition", "procedure")]

    def _places(self, texts: _Texts, drug_texts: _Texts) -> list[_Named]:
        """Every name in these texts, drugs in theirs, set by set."""
        names, owners = self._named
        found: list[tuple[int, int, _Named]] = []
        for drugs, listed in ((False, texts), (True, drug_texts)):
            for number, (words, coding) in enumerate(listed):
                for owner, start, end in names.find(words):
                    name, ingredient, is_drug = owners[owner]
                    if is_drug is drugs:
                        found.append((owner, number, _Named(name, ingredient, words, coding, start, end)))
        return [one for _, _, one in sorted(found, key=lambda place: (place[0], place[1], place[2].start))]


_READERS = {"drug": drug_stance, "condition": disease_stance}


class _Named(NamedTuple):
    """A place where a text names a member of a set."""

    name: str
    ingredient: str
    words: str
    coding: Coding | None
    start: int
    end: int
