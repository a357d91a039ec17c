"""Study files: `mappings/studies/<id>.yaml` -> Study. Every key is accounted for; errors carry file, line and path."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from fhir_screener.criteria.kinds import build_rule
from fhir_screener.criteria.model import Study
from fhir_screener.criteria.spec import Spec
from fhir_screener.errors import MappingError, UsageError
from fhir_screener.records.dates import Duration
from fhir_screener.studies.accepted import Accepted
from fhir_screener.studies.forms import LATER, STUDY
from fhir_screener.studies.names import orders, titles
from fhir_screener.studies.sites import NO_OVERLAY, Overlay, load_site, site_file
from fhir_screener.studies.valuesets import ValueSetFolder, valueset_names
from fhir_screener.studies.yaml_text import read_yaml
from fhir_screener.terminology.terms import Terminology


@dataclass(frozen=True)
class Loaded:
    """Studies with the one terminology they share."""

    studies: tuple[Study, ...]
    terminology: Terminology

    def names(self, language: str) -> dict[str, str]:
        """{message: what it is called in this language}: value sets by their titles, `test: hbsag` as it is ordered."""
        sets = self.terminology.sets.values()
        return titles(sets, language) | orders(self.studies, sets, language)

    def surveyed(self) -> Loaded:
        """The same, by which a reader keeps every record that nobody can read."""
        return replace(self, terminology=self.terminology.for_readers(keep_unread=True))

    def noted(self) -> Loaded:
        """The same, by which a reader notes the names of records that it leaves out because nobody can read them."""
        return replace(self, terminology=self.terminology.for_readers(note_unread=True))

    def __getitem__(self, study_id: str) -> Study:
        for study in self.studies:
            if study.id == study_id:
                return study
        raise KeyError(study_id)


@dataclass(frozen=True)
class ReadStudy:
    """A study and the file behind it: `spec` knows lines, where each rule stands and which parameters were read."""

    study: Study
    spec: Spec
    accepted: tuple[Accepted, ...]


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

    def elsewhere(self, mappings: Path) -> Catalog:
        """The studies of another mappings folder, as the same site reads them."""
        return Catalog(mappings, str(site_file(self.mappings, self._site)) if self._site else "")

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
        if len(direct.parts) > 1 or direct.suffix in (".yaml", ".yml"):
            raise UsageError(f"{study}: there is no such study file")
        raise UsageError(
            f"there is no study {study!r}: known are {', '.join(self.ids) or 'none'}; see `fhir-screener study list`"
        )

    def load(self, studies: Iterable[str]) -> Loaded:
        """These studies, and a terminology with all their value sets. Raises MappingError or UsageError."""
        loaded = tuple(self.study(name) for name in studies)
        needs = [study.needs() for study in loaded]
        names = frozenset[str]().union(*(one.sets for one in needs))
        whole = frozenset[str]().union(*(one.whole for one in needs))
        return Loaded(loaded, Terminology(self.value_sets.load(names), whole, self.overlay.site))

    def study(self, name: str) -> Study:
        """One study, compiled."""
        return self.read(name).study

    def read(self, name: str, called: Mapping[str, str] | None = None) -> ReadStudy:
        """One study, with the file that it was read from; `called` {value set: another name for it}."""
        path = self.path(name)
        value, lines = read_yaml(path)
        spec = Spec(value, file=str(path), line_of=lines, sets=self.value_sets.names, called=called or {})
        return _study(spec, path, self.value_sets)


def _study(spec: Spec, path: Path, sets: ValueSetFolder) -> ReadStudy:
    study_id = spec.text("study")
    if study_id.upper() != path.stem.upper():
        raise spec.fail(
            f"the study calls itself {study_id!r}, the file {path.stem!r}",
            "they must agree: rename one of the two",
            "study",
        )
    given = STUDY.read(spec, build_rule)
    ids = {criterion.id for criterion in given["criteria"]}
    for name in given["anchor"].ids:
        if name not in ids:
            raise spec.fail(f"there is no criterion {name!r}", f"one of {', '.join(sorted(ids))}", "anchor")
    asked = {criterion.settle.removeprefix("test: ") for criterion in given["criteria"]}
    for name in given["orders"]:
        if name not in asked:
            raise spec.fail(
                f"no criterion is settled by a test {name!r}", f"one of {', '.join(sorted(asked))}", "orders"
            )
    later = given["parameters"].get("later_within")
    study = Study(
        id=study_id,
        checksum="",
        later_within=Duration.parse(later) if later else LATER,
        file=str(path),
        **{key: given[key] for key in given if key not in ("study", "accept")},
    )
    written = {called: name for name, called in spec.called.items()}
    names = frozenset(written.get(name, name) for name in study.needs().sets)
    for name in sorted(names):
        sets.get(name)
    site = sets.overlay.site.checksum.encode()
    digest = hashlib.sha256(path.read_bytes() + sets.checksum(names) + site).hexdigest()
    return ReadStudy(replace(study, checksum=f"sha256:{digest}"), spec, given["accept"])
