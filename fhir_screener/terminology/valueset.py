"""Value sets, their codes and words; and why a concept is in one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

import msgspec

from fhir_screener.terminology.coding import Coding, fold
from fhir_screener.terminology.stance import Stance


class Entry(NamedTuple):
    """One listed code. `strength` is (value, unit) of one piece of a product, as its display states it."""

    system: str
    code: str
    display: str
    source: str = ""
    ingredient: str = ""
    strength: tuple[float, str] | None = None


class Hit(msgspec.Struct, frozen=True, gc=False):
    """Why a concept is in a set: the recorded coding (None by name only), and what the entry says about it.

    `standard` is the code that a local one stands for, where it is by that code that it is in the set; `listed` what the
    set calls the code, for records that give it no name. `unlisted`: a standard code that no set lists, by its display or,
    of ICD-10, by what the code means in the American edition.
    """

    coding: Coding | None
    by_name: bool = False
    ingredient: str = ""
    strength: tuple[float, str] | None = None
    stance: Stance = Stance.ASSERTED
    words: str = ""
    standard: Coding | None = None
    listed: str = ""
    unlisted: bool = False


Hits = Mapping[str, Hit]
NO_HITS: Hits = MappingProxyType({})


def hit_among(hits: Hits, names: frozenset[str]) -> Hit | None:
    """Why something is in the first of these sets, by name, that it is in; None where it is in none."""
    return None if names.isdisjoint(hits) else hits[min(names & hits.keys())]


@dataclass(frozen=True)
class ValueSet:
    """A named list of codes and words, from one file of `mappings/valuesets/`; `names` is {ingredient or "": words}."""

    name: str
    title: str
    kind: str
    version: int = 1
    codes: tuple[Entry, ...] = ()
    excluded: tuple[Entry, ...] = ()
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    title_zh: str = ""
    stems: tuple[str, ...] = ()
    """Endings (`-pril`) and beginnings (`cef-`) that names of drugs share by class: of ordinary drugs they are known by
    them; of drugs that a study asks about, one that no list knows may be another of the class."""
    unlike: tuple[str, ...] = ()
    """Words that hold one of the stems, and are none of the class."""


_WORD = re.compile(r"[a-z0-9]")


def names_pattern(words: Iterable[str]) -> re.Pattern[str] | None:
    """A pattern that finds any of `words` in folded text, longest first; Latin words only as whole words."""
    parts = []
    for word in sorted({fold(w) for w in words if w.strip()}, key=lambda w: (-len(w), w)):
        left = r"(?<![a-z0-9])" if _WORD.match(word[0]) else ""
        right = r"(?![a-z0-9])" if _WORD.match(word[-1]) else ""
        parts.append(left + re.escape(word) + right)
    return re.compile("|".join(parts)) if parts else None
