"""Value set files: `mappings/valuesets/<name>.yaml` -> ValueSet."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from fhir_screener.criteria.spec import Spec
from fhir_screener.errors import MappingError
from fhir_screener.studies.sites import NO_OVERLAY, ORDINARY, Overlay
from fhir_screener.studies.yaml_text import Lines, read_yaml
from fhir_screener.terminology.coding import ALIASES, normal_system
from fhir_screener.terminology.result_words import SAID_BY
from fhir_screener.terminology.valueset import Entry, ValueSet

KINDS = ("condition", "drug", "result", "procedure", "vaccine", "encounter", "value", "ordinary")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
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
            self._known[name] = self._read(path)
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
        value, lines = _quick(path)
        spec = Spec(value, file=str(path), line_of=lines, sets=self.names)
        name = spec.text("valueset")
        if name != path.stem:
            raise spec.fail(f"the set calls itself {name!r}, the file {path.stem!r}", "they must agree", "valueset")
        title = spec.child("title").mapping() if spec.has("title") else {}
        kind = spec.text("kind", among=KINDS)
        version = int(spec.child("version").value) if spec.has("version") else 1
        codes, excluded = _entries(spec, "codes"), _entries(spec, "exclude")
        names = _names(spec)
        if spec.text("kept_for", ""):
            self.kept.add(name)
        stems = _stems(spec)
        if stems and kind not in ("drug", "ordinary"):
            raise spec.fail("only drugs have stems", key="stems")
        unlike = tuple(str(item.value) for item in spec.child("unlike").items()) if spec.has("unlike") else ()
        codes += self.overlay.codes.get(name, ())
        for key, words in self.overlay.names.get(name, {}).items():
            names[key] = (*names.get(key, ()), *words)
        included = [item.value for item in spec.child("include").items()] if spec.has("include") else []
        self._includes[name] = list(included)
        for other in included:
            part = self.get(other)
            codes, excluded = codes + list(part.codes), excluded + list(part.excluded)
            for key, words in part.names.items():
                names[key] = (*names.get(key, ()), *words)
            stems, unlike = stems + part.stems, unlike + part.unlike
        spec.done()
        return ValueSet(
            name,
            str(title.get("en", name)),
            kind,
            version,
            tuple(codes),
            tuple(excluded),
            names,
            str(title.get("zh", "")),
            stems,
            unlike,
        )


def _quick(path: Path) -> tuple[Any, Lines]:
    """The file's value by the C loader; on any fault once more with lines, for the message."""
    try:
        return yaml.load(path.read_text("utf-8"), Loader=_TextLoader), {}  # noqa: S506  # a SafeLoader that keeps scalars as text
    except (yaml.YAMLError, OSError, UnicodeDecodeError, RecursionError, TypeError):
        return read_yaml(path)


class _TextLoader(_LOADER):  # type: ignore[misc, valid-type]  # the C loader where there is one
    """All that is written plainly stays text; nothing but text, lists and mappings is made, and that quickly."""

    def construct_document(self, node: yaml.Node) -> Any:
        return _made(node)


_TextLoader.yaml_implicit_resolvers = {}
_TEXT, _LIST, _MAPPING = (f"tag:yaml.org,2002:{name}" for name in ("str", "seq", "map"))


def _made(node: yaml.Node) -> Any:
    if node.tag == _TEXT:
        return node.value
    if node.tag == _LIST:
        return [_made(one) for one in node.value]
    found = {_made(key): _made(value) for key, value in node.value} if node.tag == _MAPPING else {}
    if node.tag != _MAPPING or len(found) < len(node.value):
        raise yaml.YAMLError("another type, or a key that stands there twice")
    return found


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
    strength = fields.get("strength")
    amount = (float(strength["value"]), str(strength["unit"])) if isinstance(strength, dict) else None
    unknown = fields.keys() - {"code", "display", "source", "ingredient", "strength"}
    if unknown or not fields.get("code"):
        raise item.fail(f"unknown key {min(unknown)!r}" if unknown else "`code` is missing")
    return Entry(
        system,
        str(fields["code"]),
        str(fields.get("display") or ""),
        str(fields.get("source") or ""),
        str(fields.get("ingredient") or ""),
        amount,
    )


def _names(spec: Spec) -> dict[str, tuple[str, ...]]:
    if not spec.has("names"):
        return {}
    names = spec.child("names").value
    if isinstance(names, list):
        return {"": tuple(str(word) for word in names)}
    if isinstance(names, dict):
        return {str(key): tuple(str(word) for word in words) for key, words in names.items()}
    raise spec.fail("expected a list of names, or `ingredient: [names]`", key="names")


def _stems(spec: Spec) -> tuple[str, ...]:
    if not spec.has("stems"):
        return ()
    found = tuple(str(item.value) for item in spec.child("stems").items())
    odd = [stem for stem in found if stem.count("-") != 1 or not (stem.startswith("-") or stem.endswith("-"))]
    if odd:
        raise spec.fail(f"{odd[0]!r} is no stem", "write `-ending` or `beginning-`", "stems")
    return found
