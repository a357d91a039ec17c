"""Site files: `mappings/sites/<site>.yaml` -> Overlay. Unknown keys are refused; errors carry file, line and path.

site: example
title: Example Hospital
codes: [{system: URI, items: [{code, name, means: loinc|5196-1}, {code, in: set, ingredient}, {code, ignore: true}]}]
names: {hbsag: [...], b-cell-depleting: {rituximab: [...]}}
words: {positive: [...], negative: [...], equivocal: [...], none: [...]}
complete: [MedicationStatement, {type: Condition, since: 2015-01-01}]
test_patients: [...]
ranges: [{of: serum-igg4, unit: g/L, low: 0.03, high: 2.01}]
ignore: [...]
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fhir_screener.criteria.spec import Spec
from fhir_screener.errors import UsageError
from fhir_screener.records.dates import read_date
from fhir_screener.records.patient_record import CHART_TYPES
from fhir_screener.studies.yaml_text import read_yaml
from fhir_screener.terminology.coding import ALIASES, STANDARD, Coding, fold, normal_system
from fhir_screener.terminology.result_words import Polarity, read_words
from fhir_screener.terminology.site import NO_SITE, Key, Range, Site
from fhir_screener.terminology.valueset import Entry

WORDS = {"positive": Polarity.POSITIVE, "negative": Polarity.NEGATIVE, "equivocal": Polarity.EQUIVOCAL}
ANSWERS = {**WORDS, "none": Polarity.NONE}
"""The lists under `words`; `none`: there is no result."""
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
        raise spec.fail(f"the site calls itself {name!r}, the file {path.stem!r}", "they must agree", "site")
    reader = _Reader(spec)
    site = Site(
        name=name,
        title=spec.text("title", name),
        checksum="sha256:" + hashlib.sha256(path.read_bytes()).hexdigest(),
        words=reader.words(),
        complete=reader.complete(),
        test_names=tuple(_texts(spec, "test_patients")),
        ranges=reader.ranges(),
        ignore=frozenset(map(fold, _texts(spec, "ignore"))),
        **reader.codes(),
    )
    names = reader.names(site)
    if ORDINARY in sets:
        names[ORDINARY] = {"": tuple(_texts(spec, "ignore"))}
    overlay = Overlay(site, {name: tuple(found) for name, found in reader.entries.items()}, names)
    spec.done()
    return overlay


class _Reader:
    """One site file. `entries` {set: local codes that the site puts there}."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.entries: dict[str, list[Entry]] = {}

    def codes(self) -> dict[str, Any]:
        """`means`, `listed` and `ignored` of the Site; fills `entries`."""
        means: dict[Key, Coding] = {}
        listed: set[Key] = set()
        ignored: set[Key] = set()
        for group in _items(self.spec, "codes"):
            system = _local(group)
            for item in _items(group, "items"):
                key = (system, _code(item))
                if key in means or key in listed or key in ignored:
                    raise item.fail(f"the code {key[1]!r} stands there twice", "keep one of them", "code")
                self._code(item, key, means, listed, ignored)
            group.done()
        return {"means": means, "listed": frozenset(listed), "ignored": frozenset(ignored)}

    def _code(self, item: Spec, key: Key, means: dict[Key, Coding], listed: set[Key], ignored: set[Key]) -> None:
        display = item.text("name", "")
        ways = [way for way in ("means", "in", "ignore") if item.has(way)]
        if len(ways) != 1:
            raise item.fail(
                "a code needs exactly one of `means`, `in` and `ignore`",
                "write `means: loinc|5196-1` (a standard code), `in: hbsag` (a value set), or `ignore: true`",
            )
        if ways == ["means"]:
            means[key] = _standard(item)
        elif ways == ["in"]:
            (name,) = item.value_sets("in", needed=True) if isinstance(item.value["in"], str) else (None,)
            if name is None:
                raise item.fail("expected the name of one value set", "in: hbsag", "in")
            entry = Entry(*key, display, f"site {self.spec.text('site')}", item.text("ingredient", ""))
            self.entries.setdefault(name, []).append(entry)
            listed.add(key)
        elif item.flag("ignore"):
            ignored.add(key)
        else:
            raise item.fail("`ignore` is true, or is left out", "to count the code, write `means` or `in`", "ignore")
        item.done()

    def names(self, site: Site) -> dict[str, Names]:
        """{set: {ingredient or "": words}}; a name that is also to be ignored is refused."""
        if not _given(self.spec, "names"):
            return {}
        child = self.spec.child("names")
        found: dict[str, Names] = {}
        for name in child.mapping():
            if name not in child.sets:
                raise child.fail(f"there is no value set {name!r}", "see mappings/valuesets/", name)
            part = child.child(name)
            groups = [(key, key) for key in part.value] if isinstance(part.value, dict) else [("", None)]
            found[name] = {key: tuple(_texts(part, at) if at else _listed(part)) for key, at in groups}
            for words in found[name].values():
                for word in words:
                    if fold(word) in site.ignore:
                        raise part.fail(f"{word!r} stands under `ignore` too", "keep one of them")
        child.done()
        return found

    def words(self) -> dict[str, Polarity]:
        """{folded answer: what it says}; a word that is read otherwise everywhere is refused."""
        found: dict[str, Polarity] = {}
        if not _given(self.spec, "words"):
            return found
        child = self.spec.child("words")
        for key, says in ANSWERS.items():
            for word in _texts(child, key):
                usual = read_words(word)
                if usual is not None and usual is not says:
                    raise child.fail(
                        f"{word!r} is read as {usual.value} everywhere", "it cannot mean anything else", key
                    )
                if found.setdefault(fold(word), says) is not says:
                    raise child.fail(f"{word!r} stands in two lists", "keep one of them", key)
        child.done()
        return found

    def complete(self) -> dict[str, str | None]:
        """{resource type: since when, or None}."""
        found: dict[str, str | None] = {}
        for item in _items(self.spec, "complete"):
            plain = isinstance(item.value, str)
            kind = item.value if plain else item.text("type")
            if kind not in CHART_TYPES:
                raise item.fail(f"{kind!r} is no type that is read", f"one of {', '.join(CHART_TYPES)}")
            found[kind] = None if plain else _since(item)
        return found

    def ranges(self) -> dict[str, tuple[Range, ...]]:
        """{value set of a test: its ranges}, one for each unit."""
        found: dict[str, tuple[Range, ...]] = {}
        for item in _items(self.spec, "ranges"):
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


def _code(item: Spec) -> str:
    """A code that YAML took for a number is taken only where that cannot have changed it."""
    value = item.child("code").value
    if isinstance(value, str) and value.strip():
        return value.strip()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise item.fail("expected a code as text", 'put it in quotes: code: "0231"', "code")


def _local(group: Spec) -> str:
    system = group.text("system")
    uri = normal_system(ALIASES.get(system, system))
    if uri in ALIASES.values():
        raise group.fail(
            f"{system!r} is a standard code system: its codes mean the same everywhere",
            "only the site's own systems stand here; what a standard code belongs to stands in mappings/valuesets/",
            "system",
        )
    return uri


def _standard(item: Spec) -> Coding:
    system, bar, code = item.text("means").partition("|")
    uri = normal_system(ALIASES.get(system.strip(), system.strip()))
    if not bar or not code.strip() or uri not in STANDARD:
        raise item.fail(
            f"{item.value['means']!r} is no standard code",
            f"write system|code, such as loinc|5196-1; systems: {', '.join(sorted(ALIASES.keys() - {'local', 'ucum'}))}",
            "means",
        )
    return Coding(uri, code.strip())


def _since(item: Spec) -> str | None:
    since = item.text("since", "") or None
    if since is not None and read_date(since, "UTC") is None:
        raise item.fail(f"{since!r} is no date", "YYYY-MM-DD", "since")
    item.done()
    return since


def _given(spec: Spec, key: str) -> bool:
    """Whether the key is there with anything under it: a draft's headings may stand empty."""
    if spec.has(key) and spec.mapping()[key] is None:
        spec.child(key)
        return False
    return spec.has(key)


def _items(spec: Spec, key: str) -> Iterator[Spec]:
    if _given(spec, key):
        yield from spec.child(key).items()


def _texts(spec: Spec, key: str) -> list[str]:
    return _listed(spec.child(key)) if _given(spec, key) else []


def _listed(part: Spec) -> list[str]:
    found = []
    for item in part.items():
        if not isinstance(item.value, str) or not item.value.strip():
            raise item.fail(f"expected words, found {item.value!r}", "put them in quotes")
        found.append(item.value)
    return found
