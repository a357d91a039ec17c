"""Site files: `mappings/sites/<site>.yaml` -> Overlay. Unknown keys are refused; errors carry file, line and path.

site: example
title: Example Hospital
codes: [{system: URI, items: [{code, name, means: loinc|5196-1}, {code, in: set, ingredient}, {code, ignore: true}]}]
names: {hbsag: [...], b-cell-depleting: {rituximab: [...]}}
words: {positive: [...], negative: [...], equivocal: [...], none: [...]}
decimal: comma
complete: [MedicationStatement, {type: Condition, since: 2015-01-01}]
test_patients: [...]
ranges: [{of: serum-igg4, unit: g/L, low: 0.03, high: 2.01}]
ignore: [...]
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fhir_screener.criteria.spec import Spec
from fhir_screener.errors import UsageError
from fhir_screener.records.dates import read_date
from fhir_screener.records.patient_record import CHART_TYPES
from fhir_screener.studies.site_codes import local_codes
from fhir_screener.studies.site_lists import given, items, listed, texts
from fhir_screener.studies.yaml_text import read_yaml
from fhir_screener.terminology.coding import fold
from fhir_screener.terminology.result_words import Polarity, read_words
from fhir_screener.terminology.site import NO_SITE, Range, Site
from fhir_screener.terminology.valueset import Entry

WORDS = {"positive": Polarity.POSITIVE, "negative": Polarity.NEGATIVE, "equivocal": Polarity.EQUIVOCAL}
ANSWERS = {**WORDS, "none": Polarity.NONE}
"""The lists under `words`; `none`: there is no result."""
DECIMALS = ("point", "comma")
ORDINARY = "ordinary-drugs"
"""The value set of drugs that are no study's business; what a site ignores is added to it."""
Names = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Overlay:
    """A site, and what it adds to value sets: `codes` {set: entries}, `names` {set: {ingredient or "": words}}."""

    site: Site = NO_SITE
    codes: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)
    names: Mapping[str, Names] = field(default_factory=dict)


NO_OVERLAY = Overlay()


def site_file(mappings: Path, site: str) -> Path:
    """The file of a site named by its name or by a path; raises UsageError."""
    direct = Path(site)
    if direct.suffix in (".yaml", ".yml") and direct.is_file():
        return direct
    folder = mappings / "sites"
    path = folder / f"{site}.yaml"
    if path.is_file() and path.parent == folder:
        return path
    known = ", ".join(sorted(one.stem for one in folder.glob("*.yaml"))) or "none"
    raise UsageError(f"there is no site {site!r} in {folder}: known are {known}; or give the path of a .yaml file")


def load_site(path: Path, sets: Collection[str]) -> Overlay:
    """The overlay in this file. `sets` are the names of all value sets. Raises MappingError."""
    value, lines = read_yaml(path)
    spec = Spec(value, file=str(path), line_of=lines, sets=sets)
    name = spec.text("site")
    if name != path.stem:
        raise spec.fail(
            f"the site calls itself {name!r}, the file {path.stem!r}", "they must agree: rename one of the two", "site"
        )
    codes = local_codes(spec, name)
    ignore = texts(spec, "ignore")
    site = Site(
        name=name,
        title=spec.text("title", name),
        checksum="sha256:" + hashlib.sha256(path.read_bytes()).hexdigest(),
        words=_words(spec),
        decimal_comma=_decimal_comma(spec),
        complete=_complete(spec),
        test_names=tuple(texts(spec, "test_patients")),
        ranges=_ranges(spec),
        ignore=frozenset(map(fold, ignore)),
        means=codes.means,
        listed=frozenset(codes.listed),
        ignored=frozenset(codes.ignored),
    )
    names = _names(spec, site.ignore)
    if ORDINARY in sets:
        names[ORDINARY] = {"": tuple(ignore)}
    overlay = Overlay(site, {name: tuple(found) for name, found in codes.entries.items()}, names)
    spec.done()
    return overlay


def _names(spec: Spec, ignore: Collection[str]) -> dict[str, Names]:
    """{set: {ingredient or "": words}}; a name that is also to be ignored is refused."""
    if not given(spec, "names"):
        return {}
    child = spec.child("names")
    found: dict[str, Names] = {}
    for name in child.mapping():
        if name not in child.sets:
            raise child.fail(f"there is no value set {name!r}", "see the folder `valuesets`", name)
        part = child.child(name)
        groups = [(key, key) for key in part.value] if isinstance(part.value, dict) else [("", None)]
        found[name] = {key: tuple(texts(part, at) if at else listed(part)) for key, at in groups}
        for words in found[name].values():
            for word in words:
                if fold(word) in ignore:
                    raise part.fail(f"{word!r} stands under `ignore` too", "keep one of them")
    child.done()
    return found


def _words(spec: Spec) -> dict[str, Polarity]:
    """{folded answer: what it says}; a word that is read otherwise everywhere is refused."""
    found: dict[str, Polarity] = {}
    if not given(spec, "words"):
        return found
    child = spec.child("words")
    for key, says in ANSWERS.items():
        for word in texts(child, key):
            usual = read_words(word)
            if usual is not None and usual is not says:
                raise child.fail(f"{word!r} is read as {usual.value} everywhere", "it cannot mean anything else", key)
            if found.setdefault(fold(word), says) is not says:
                raise child.fail(f"{word!r} stands in two lists", "keep one of them", key)
    child.done()
    return found


def _decimal_comma(spec: Spec) -> bool:
    said = spec.text("decimal", "point")
    if said not in DECIMALS:
        raise spec.fail(
            f"{said!r} is no decimal mark", "`decimal: comma`, or `decimal: point`, as without it", "decimal"
        )
    return said == "comma"


def _complete(spec: Spec) -> dict[str, str | None]:
    """{resource type: since when, or None}."""
    found: dict[str, str | None] = {}
    for item in items(spec, "complete"):
        plain = isinstance(item.value, str)
        kind = item.value if plain else item.text("type")
        if kind not in CHART_TYPES:
            raise item.fail(f"{kind!r} is no type that is read", f"one of {', '.join(CHART_TYPES)}")
        found[kind] = None if plain else _since(item)
    return found


def _ranges(spec: Spec) -> dict[str, tuple[Range, ...]]:
    """{value set of a test: its ranges}, one for each unit."""
    found: dict[str, tuple[Range, ...]] = {}
    for item in items(spec, "ranges"):
        sets = item.value_sets("of", needed=True)
        low, high = (item.number(end) if item.has(end) else None for end in ("low", "high"))
        one = Range(item.text("unit"), low, high)
        if low is None and high is None:
            raise item.fail("a range needs `low`, `high` or both")
        if low is not None and high is not None and low >= high:
            raise item.fail(f"the lower limit {low:g} is not below the upper {high:g}", key="low")
        for name in sets:
            if any(other.unit == one.unit for other in found.get(name, ())):
                raise item.fail(f"{name} has a range in {one.unit} already", "keep one of them")
            found[name] = (*found.get(name, ()), one)
        item.done()
    return found


def _since(item: Spec) -> str | None:
    since = item.text("since", "") or None
    if since is not None and read_date(since, "UTC") is None:
        raise item.fail(f"{since!r} is no date", "YYYY-MM-DD", "since")
    item.done()
    return since
