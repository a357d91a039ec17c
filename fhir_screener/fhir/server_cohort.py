"""Who is worth reading: by index value sets, all patients, a Group, a List, or a file of ids. Each id once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from fhir_screener.criteria.model import Study
from fhir_screener.errors import DataError, NotFound, NotSupported, UsageError
from fhir_screener.fhir.capability import Capability
from fhir_screener.fhir.decode.references import References
from fhir_screener.fhir.search import pages
from fhir_screener.fhir.session import FhirSession
from fhir_screener.terminology.coding import BY_PREFIX
from fhir_screener.terminology.valueset import Terminology, ValueSet

TYPES = {
    "condition": ("Condition",),
    "result": ("Observation",),
    "procedure": ("Procedure",),
    "drug": ("MedicationStatement", "MedicationRequest", "MedicationAdministration"),
}
"""Where codes of a kind of value set are looked for."""

LONGEST = 1500
"""Characters of codes in one search."""


class Cohort:
    """The cohort of some studies on one server. `cohort` overrides what the studies say: {index|group|list|file|all: ...}."""

    def __init__(
        self,
        session: FhirSession,
        capability: Capability,
        studies: Sequence[Study],
        terminology: Terminology,
        cohort: Mapping[str, object] | None = None,
    ) -> None:
        self._session, self._capability, self._terms = session, capability, terminology
        self._references = References(frozenset({session.base_url}))
        self._wanted = [dict(cohort)] if cohort else [dict(study.cohort) for study in studies]
        for study, wanted in zip(studies, self._wanted, strict=False):
            if not wanted:
                raise UsageError(f"{study.id} names no cohort: give one with --cohort, or in the study file")

    @property
    def hidden(self) -> tuple[str, ...]:
        """What an index search cannot see."""
        sets = self._index_sets()
        if not sets:
            return ()
        lines = ["the index search cannot see a diagnosis in text only, or under a local code"]
        if any(entry.system in BY_PREFIX for one in sets for entry in one.codes):
            lines.append("the index search finds listed ICD codes, not finer codes below them")
        return tuple(lines)

    def ids(self) -> Iterator[str]:
        """The patients' ids, each once. Raises ServerError, or UsageError for a cohort that is not there."""
        seen: set[str] = set()
        for wanted in self._wanted:
            for patient in self._each(wanted):
                if patient and patient not in seen:
                    seen.add(patient)
                    yield patient

    def _each(self, wanted: Mapping[str, object]) -> Iterator[str]:
        (kind, value), *_ = wanted.items()
        if kind == "index":
            return self._by_index([self._terms[str(name)] for name in _listed(value)])
        if kind == "all":
            return self._all()
        if kind == "group":
            return self._members("Group", str(value), "member", "entity")
        if kind == "list":
            return self._members("List", str(value), "entry", "item")
        return read_ids(Path(str(value)))

    def _index_sets(self) -> list[ValueSet]:
        return [self._terms[str(name)] for wanted in self._wanted for name in _listed(wanted.get("index", ()))]

    def _by_index(self, sets: Iterable[ValueSet]) -> Iterator[str]:
        for one in sets:
            for kind in TYPES.get(one.kind, ()):
                if self._capability.can(kind, "search-type") is False:
                    continue
                for codes in _chunks(f"{entry.system}|{entry.code}" for entry in one.codes):
                    yield from self._owners(kind, codes)

    def _owners(self, kind: str, codes: str) -> Iterator[str]:
        params = (("code", codes), ("_count", "500"))
        try:
            for page in pages(self._session, kind, params):
                for entry in page.entries:
                    tree = orjson.loads(bytes(entry.resource))
                    about = tree.get("subject") or tree.get("patient")
                    target = self._references.parse(about.get("reference")) if isinstance(about, dict) else None
                    if target is not None and target.kind in ("Patient", ""):
                        yield target.id
        except NotSupported:
            return

    def _all(self) -> Iterator[str]:
        for page in pages(self._session, "Patient", (("_count", "500"),)):
            for entry in page.entries:
                if entry.type == "Patient" and entry.id:
                    yield entry.id

    def _members(self, kind: str, id_: str, many: str, one: str) -> Iterator[str]:
        name = id_.removeprefix(f"{kind}/")
        try:
            tree = self._session.fetch(f"{kind}/{name}", lambda answer: orjson.loads(answer.body))
        except NotFound as error:
            raise UsageError(f"there is no {kind}/{name} on {self._session.base_url}") from error
        for member in tree.get(many, ()):
            if member.get("inactive") or member.get("deleted"):
                continue
            target = self._references.parse((member.get(one) or {}).get("reference"))
            if target is not None and target.kind == "Patient":
                yield target.id


def _listed(value: Any) -> Iterable[str]:
    return value if isinstance(value, list | tuple) else ()


def _chunks(codes: Iterable[str]) -> Iterator[str]:
    """Codes joined by commas, no longer than a URL bears."""
    held: list[str] = []
    used = 0
    for code in dict.fromkeys(codes):
        if held and used + len(code) > LONGEST:
            yield ",".join(held)
            held, used = [], 0
        held.append(code)
        used += len(code) + 1
    if held:
        yield ",".join(held)


def read_ids(path: Path) -> Iterator[str]:
    """The ids of a file: one a line, `Patient/` before it or not, `#` begins a comment. Raises UsageError or DataError."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError as error:
        raise UsageError(f"{path}: there is no such file of patient ids") from error
    except (OSError, UnicodeDecodeError) as error:
        raise DataError("a file of patient ids that cannot be read", where=str(path)) from error
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].strip().removeprefix("Patient/")
        if text and not text.replace("-", "").replace(".", "").replace("_", "").isalnum():
            raise DataError("not a patient id: one id a line", where=f"{path}:{number}")
        if text:
            yield text
