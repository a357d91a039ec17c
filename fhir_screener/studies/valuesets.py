"""Value set files: `mappings/valuesets/<name>.yaml` -> ValueSet."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from fhir_screener.criteria.spec import Spec
from fhir_screener.errors import MappingError
from fhir_screener.studies.sites import NO_OVERLAY, ORDINARY, Overlay
from fhir_screener.studies.yaml_text import read_texts, read_yaml
from fhir_screener.terminology.coding import ALIASES, normal_system
from fhir_screener.terminology.result_words import SAID_BY
from fhir_screener.terminology.valueset import Entry, ValueSet

KINDS = ("condition", "drug", "result", "procedure", "vaccine", "encounter", "value", "ordinary")
ALWAYS = (*SAID_BY, ORDINARY)
"""The sets by which coded answers are read, and drugs known to be none of a study's business; every study uses them."""


def valueset_names(folder: Path) -> frozenset[str]:
    """The names of the value sets in a folder."""
    return frozenset(path.stem for path in folder.glob("*.yaml"))


class ValueSetFolder:
    """The value sets of a folder, each read when first asked for, `include` followed, with what a site adds to them."""

    def __init__(self, folder: Path, overlay: Overlay = NO_OVERLAY) -> None:
        self.folder = folder
        self.overlay = overlay
        self.names = valueset_names(folder)
        self.kept: set[str] = set()
        """Sets that say why they are kept though no study uses them; of those that were read."""
        self._known: dict[str, ValueSet] = {}
        self._open: list[str] = []
        self._includes: dict[str, list[str]] = {}

    def get(self, name: str) -> ValueSet:
        """The set called `name`, with the sets it includes; raises MappingError."""
        if name not in self._known:
            path = self.folder / f"{name}.yaml"
            if name in self._open:
                raise MappingError(f"includes itself by way of {' > '.join(self._open)}", file=str(path))
            if not path.is_file():
                raise MappingError(f"there is no value set {name!r}", file=str(self.folder))
            self._open.append(name)
            try:
                self._known[name] = self._read(path)
            finally:
                self._open.pop()
        return self._known[name]

    def load(self, names: Iterable[str]) -> list[ValueSet]:
        return [self.get(name) for name in sorted({*names, *(n for n in ALWAYS if n in self.names)})]

    def checksum(self, names: Iterable[str]) -> bytes:
        """A digest of the files behind these sets."""
        digest = hashlib.sha256()
        for name in sorted(self.with_included(names)):
            digest.update(name.encode() + (self.folder / f"{name}.yaml").read_bytes())
        return digest.digest()

    def with_included(self, names: Iterable[str]) -> set[str]:
        """These sets, those they include, and those that every study uses."""
        found: set[str] = set()
        todo = [*names, *(n for n in ALWAYS if n in self.names)]
        while todo:
            name = todo.pop()
            if name not in found:
                found.add(name)
                todo += self._includes.get(name, [])
        return found

    def _read(self, path: Path) -> ValueSet:
        value, lines = read_texts(path)
        try:
            return self._made(Spec(value, file=str(path), line_of=lines, sets=self.names), path)
        except MappingError:
            # Read quickly, it has no lines; the message needs them.
            return self._made(Spec(value, file=str(path), line_of=read_yaml(path)[1], sets=self.names), path)

    def _made(self, spec: Spec, path: Path) -> ValueSet:
        name, kind = self._name(spec, path), spec.text("kind", among=KINDS)
        title = spec.child("title").mapping() if spec.has("title") else {}
        if spec.text("kept_for", ""):
            self.kept.add(name)
        stems = _stems(spec)
        if stems and kind not in ("drug", "ordinary"):
            raise spec.fail("only drugs have stems", key="stems")
        unlike = tuple(str(item.value) for item in spec.child("unlike").items()) if spec.has("unlike") else ()
        own = ValueSet(
            name=name,
            title=str(title.get("en", name)),
            kind=kind,
            version=_version(spec),
            codes=(*_entries(spec, "codes"), *self.overlay.codes.get(name, ())),
            excluded=tuple(_entries(spec, "exclude")),
            names=_both(_names(spec), self.overlay.names.get(name, {})),
            title_zh=str(title.get("zh", "")),
            stems=stems,
            unlike=unlike,
        )
        whole = self._with_included(own, spec)
        spec.done()
        return whole

    @staticmethod
    def _name(spec: Spec, path: Path) -> str:
        name = spec.text("valueset")
        if name != path.stem:
            raise spec.fail(
                f"the set calls itself {name!r}, the file {path.stem!r}",
                "they must agree: rename one of the two",
                "valueset",
            )
        return name

    def _with_included(self, own: ValueSet, spec: Spec) -> ValueSet:
        """The set with all that the sets hold which it includes."""
        included = self._includes[own.name] = _included(spec)
        for other in included:
            if other not in self.names:
                raise spec.fail(f"there is no value set {other!r}", key="include")
            part = self.get(other)
            own = replace(
                own,
                codes=own.codes + part.codes,
                excluded=own.excluded + part.excluded,
                names=_both(own.names, part.names),
                stems=own.stems + part.stems,
                unlike=own.unlike + part.unlike,
            )
        return own


def _both(one: Mapping[str, tuple[str, ...]], other: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The names of two sets by what they name; those of the first stand first."""
    return {key: (*one.get(key, ()), *other.get(key, ())) for key in (*one, *(key for key in other if key not in one))}


def _entries(spec: Spec, key: str) -> list[Entry]:
    if not spec.has(key):
        return []
    found = []
    for group in spec.child(key).items():
        system = group.text("system")
        uri = ALIASES.get(system, system)
        if uri == system and ":" not in system:
            raise group.fail(
                f"{system!r} is no code system", f"a URI, or one of {', '.join(sorted(ALIASES))}", "system"
            )
        for item in group.child("items").items():
            found.append(_entry(item, normal_system(uri)))
        group.done()
    return found


def _entry(item: Spec, system: str) -> Entry:
    fields = item.mapping()
    unknown = fields.keys() - {"code", "display", "source", "ingredient", "strength"}
    if unknown or not fields.get("code"):
        raise item.fail(f"unknown key {min(unknown)!r}" if unknown else "`code` is missing")
    if not isinstance(fields["code"], str | int):
        raise item.fail(f"expected a code as text, found {fields['code']!r}", key="code")
    return Entry(
        system,
        str(fields["code"]),
        str(fields.get("display") or ""),
        str(fields.get("source") or ""),
        str(fields.get("ingredient") or ""),
        _strength(item),
    )


def _strength(item: Spec) -> tuple[float, str] | None:
    given = item.mapping().get("strength")
    if given is None:
        return None
    try:
        return float(given["value"]), str(given["unit"])
    except (TypeError, ValueError, KeyError):
        raise item.fail(f"{given!r} is no strength", "{value: 25, unit: mg}", "strength") from None


def _version(spec: Spec) -> int:
    given = spec.child("version").value if spec.has("version") else 1
    try:
        return int(given)
    except (TypeError, ValueError):
        raise spec.fail(f"{given!r} is no version", "a whole number", "version") from None


def _included(spec: Spec) -> list[str]:
    found = [item.value for item in spec.child("include").items()] if spec.has("include") else []
    for other in found:
        if not isinstance(other, str):
            raise spec.fail(f"{other!r} is no value set", "write the names of value sets: [hbsag]", "include")
    return found


def _names(spec: Spec) -> dict[str, tuple[str, ...]]:
    if not spec.has("names"):
        return {}
    names = spec.child("names")
    if isinstance(names.value, list):
        return {"": _words(spec, "names")}
    if isinstance(names.value, dict):
        return {str(key): _words(names, key) for key in names.value}
    raise spec.fail("expected a list of names, or `ingredient: [names]`", key="names")


def _words(spec: Spec, key: str) -> tuple[str, ...]:
    """The names under a key. One name alone is a list of one, never of its letters."""
    given = spec.child(key).value
    words = given if isinstance(given, list) else [given]
    for word in words:
        if not isinstance(word, str) or not word.strip():
            raise spec.fail(f"expected names, found {word!r}", "write each as text: [MabThera, 美罗华]", key)
    return tuple(words)


def _stems(spec: Spec) -> tuple[str, ...]:
    if not spec.has("stems"):
        return ()
    found = tuple(str(item.value) for item in spec.child("stems").items())
    odd = [stem for stem in found if stem.count("-") != 1 or not (stem.startswith("-") or stem.endswith("-"))]
    if odd:
        raise spec.fail(f"{odd[0]!r} is no stem", "write `-ending` or `beginning-`", "stems")
    return found
