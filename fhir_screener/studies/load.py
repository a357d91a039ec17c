"""Study files: `mappings/studies/<id>.yaml` -> Study. Every key is accounted for; errors carry file, line and path."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from fhir_screener.criteria.kinds import build_rule
from fhir_screener.criteria.model import Anchor, Criterion, Study
from fhir_screener.criteria.spec import Spec
from fhir_screener.errors import MappingError, UsageError
from fhir_screener.records.dates import Duration, read_date, zone_info
from fhir_screener.studies.sites import NO_OVERLAY, Overlay, load_site, site_file
from fhir_screener.studies.valuesets import ValueSetFolder, valueset_names
from fhir_screener.studies.yaml_text import read_yaml
from fhir_screener.terminology.valueset import Terminology

COHORTS = ("index", "group", "list", "file", "all")


@dataclass(frozen=True)
class Loaded:
    """Studies with the one terminology they share."""

    studies: tuple[Study, ...]
    terminology: Terminology

    def __getitem__(self, study_id: str) -> Study:
        for study in self.studies:
            if study.id == study_id:
                return study
        raise KeyError(study_id)


class Catalog:
    """The studies of a mappings folder, by id, as one site reads them. Nothing is read before it is asked for.

    `site` is the name of a site file in `sites/`, a path to one, or "" for none.
    """

    def __init__(self, mappings: Path, site: str = "") -> None:
        if not (mappings / "studies").is_dir():
            raise MappingError(
                "there is no folder `studies` here", file=str(mappings), fix="set FHIR_SCREENER_MAPPINGS"
            )
        self.mappings, self._site = mappings, site

    @cached_property
    def value_sets(self) -> ValueSetFolder:
        return ValueSetFolder(self.mappings / "valuesets", self.overlay)

    @cached_property
    def overlay(self) -> Overlay:
        """What the site adds. Raises MappingError or UsageError."""
        if not self._site:
            return NO_OVERLAY
        return load_site(site_file(self.mappings, self._site), valueset_names(self.mappings / "valuesets"))

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all studies, by their file names, sorted."""
        files = (self.mappings / "studies").glob("*.yaml")
        return tuple(sorted(path.stem.upper() for path in files))

    def path(self, study: str) -> Path:
        """The file of a study named by id or by path; raises UsageError."""
        direct = Path(study)
        if direct.suffix in (".yaml", ".yml") and direct.is_file():
            return direct
        for path in sorted((self.mappings / "studies").glob("*.yaml")):
            if path.stem.upper() == study.upper():
                return path
        raise UsageError(f"there is no study {study!r}: known are {', '.join(self.ids) or 'none'}; see `study list`")

    def load(self, studies: Iterable[str]) -> Loaded:
        """These studies, and a terminology with all their value sets. Raises MappingError or UsageError."""
        loaded = tuple(self.study(name) for name in studies)
        needs = [study.needs() for study in loaded]
        names = frozenset[str]().union(*(one.sets for one in needs))
        whole = frozenset[str]().union(*(one.whole for one in needs))
        return Loaded(loaded, Terminology(self.value_sets.load(names), whole, self.overlay.site))

    def study(self, name: str) -> Study:
        """One study, compiled."""
        path = self.path(name)
        value, lines = read_yaml(path)
        spec = Spec(value, file=str(path), line_of=lines, sets=self.value_sets.names)
        return _study(spec, path, self.value_sets)


def _study(spec: Spec, path: Path, sets: ValueSetFolder) -> Study:
    study_id = spec.text("study")
    if study_id.upper() != path.stem.upper():
        raise spec.fail(f"the study calls itself {study_id!r}, the file {path.stem!r}", "they must agree", "study")
    spec.parameters = parameters = dict(spec.child("parameters").mapping()) if spec.has("parameters") else {}
    criteria = _criteria(spec)
    zone = spec.text("zone")
    try:
        zone_info(zone)
    except UsageError as error:
        raise spec.fail(str(error), key="zone") from None
    later = parameters.get("later_within", "P12M")
    study = Study(
        id=study_id,
        title=spec.text("title"),
        version=str(spec.child("version").value if spec.has("version") else "1"),
        checksum="",
        zone=zone,
        criteria=criteria,
        anchor=_anchor(spec, {criterion.id for criterion in criteria}),
        cohort=_cohort(spec),
        parameters=parameters,
        later_within=Duration.parse(later),
        recruiting=_recruiting(spec),
        source=dict(spec.child("source").mapping()) if spec.has("source") else {},
        registry=dict(spec.child("registry").mapping()) if spec.has("registry") else {},
        file=str(path),
    )
    spec.done()
    names = study.needs().sets
    for name in sorted(names):
        sets.get(name)
    site = sets.overlay.site.checksum.encode()
    digest = hashlib.sha256(path.read_bytes() + sets.checksum(names) + site).hexdigest()
    return replace(study, checksum=f"sha256:{digest}")


def _criteria(spec: Spec) -> tuple[Criterion, ...]:
    found: list[Criterion] = []
    for item in spec.child("criteria").items():
        criterion = _criterion(item)
        if any(other.id == criterion.id for other in found):
            raise item.fail(f"there are two criteria {criterion.id!r}", "give each its own id", "id")
        found.append(criterion)
    if not found:
        raise spec.fail("a study needs criteria", key="criteria")
    return tuple(found)


def _criterion(item: Spec) -> Criterion:
    criterion = Criterion(
        id=item.text("id"),
        role=item.text("role", among=("inclusion", "exclusion")),
        text=item.text("text"),
        rule=build_rule(item.child("rule")),
        settle=_settle(item),
        reading=item.text("reading", ""),
        phase=item.text("phase", "prescreen", ("prescreen", "visit")),
        weight=item.text("weight", "", ("", "minor")),
        applies_to=build_rule(item.child("applies_to")) if item.has("applies_to") else None,
    )
    item.done()
    return criterion


def _settle(item: Spec) -> str:
    if not item.has("settle"):
        return ""
    child = item.child("settle")
    value = child.value
    if isinstance(value, dict) and list(value) == ["test"]:
        return f"test: {value['test']}"
    if isinstance(value, str) and (value in ("ask", "chart", "consent") or value.startswith("test: ")):
        return value
    raise child.fail(f"{value!r} settles nothing", "ask, chart, consent, or `test: <order>`")


def _anchor(spec: Spec, ids: set[str]) -> Anchor:
    if not spec.has("anchor"):
        return Anchor()
    child = spec.child("anchor")
    value = child.value
    mode, named = ("one", [value]) if isinstance(value, str) else _anchor_list(child)
    if value == "none":
        return Anchor()
    for name in named:
        if name not in ids:
            raise child.fail(f"there is no criterion {name!r}", f"one of {', '.join(sorted(ids))}")
    return Anchor(mode, tuple(named))


def _anchor_list(child: Spec) -> tuple[str, list[str]]:
    key, names = child.only()
    if key not in ("any", "all"):
        raise child.fail(f"{key!r} is no way to combine anchors", "any or all")
    return key, [str(item.value) for item in names.items()]


def _cohort(spec: Spec) -> dict[str, object]:
    if not spec.has("cohort"):
        return {}
    child = spec.child("cohort")
    if child.value == "all":
        return {"all": True}
    key, _ = child.only()
    if key not in COHORTS:
        raise child.fail(f"{key!r} is no cohort", f"one of {', '.join(COHORTS)}", key)
    if key == "index":
        return {"index": sorted(child.value_sets("index", needed=True))}
    return {key: child.value[key]}


def _recruiting(spec: Spec) -> tuple[str | None, str | None]:
    if not spec.has("recruiting"):
        return None, None
    child = spec.child("recruiting")
    dates = tuple(_day(child, key) for key in ("from", "until"))
    child.done()
    return dates[0], dates[1]


def _day(child: Spec, key: str) -> str | None:
    if not child.has(key):
        return None
    value: Any = child.child(key).value
    if isinstance(value, dict) and list(value) == ["unset"]:
        return None
    if not isinstance(value, str) or read_date(value, "UTC") is None:
        raise child.fail(f"{value!r} is no date", "YYYY-MM-DD, or {unset: why}", key)
    return value
