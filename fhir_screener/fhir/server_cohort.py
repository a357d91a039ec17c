"""Who is worth reading: by index value sets, all patients, a Group, a List, or a file of ids. Each id once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from fhir_screener.criteria.model import Study
from fhir_screener.errors import DataError, Gone, NotFound, UsageError
from fhir_screener.fhir import server_index
from fhir_screener.fhir.capability import Capability
from fhir_screener.fhir.decode.references import References, Target
from fhir_screener.fhir.search_pages import pages
from fhir_screener.fhir.search_warnings import Nobodys, SearchWarning
from fhir_screener.fhir.session import FhirSession
from fhir_screener.fhir.task.coded import dicts
from fhir_screener.terminology.terms import Terminology
from fhir_screener.terminology.valueset import ValueSet


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
        self._short: list[str] = []
        bases = (session.origins.base, *session.origins.others)
        self._references = References(frozenset(map(str, bases)))
        self._wanted = [dict(cohort)] if cohort else [dict(study.cohort) for study in studies]
        for study, wanted in zip(studies, self._wanted, strict=False):
            if not wanted:
                raise UsageError(f"{study.id} names no cohort: give one with --cohort, or in the study file")

    @property
    def hidden(self) -> tuple[str, ...]:
        """What an index search cannot see and, once the ids are listed, what the server did not send of them."""
        return (*server_index.hidden(self._index_sets()), *dict.fromkeys(self._short))

    def ids(self) -> Iterator[str]:
        """The patients' ids, each once. Raises ServerError, or UsageError for a cohort that is not there."""
        self._short.clear()
        seen: set[str] = set()
        for wanted in self._wanted:
            for patient in self._each(wanted):
                if patient and patient not in seen:
                    seen.add(patient)
                    yield patient

    def _each(self, wanted: Mapping[str, object]) -> Iterable[str]:
        (kind, value), *_ = wanted.items()
        if kind == "index":
            sets = [self._terms[str(name)] for name in _listed(value)]
            return server_index.find(self._session, self._capability, sets, self._note)
        if kind == "all":
            return self._all()
        if kind == "group":
            return self._group(str(value))
        if kind == "list":
            entries = dicts(self._resource("List", str(value)).get("entry"))
            targets = [self._target(one.get("item")) for one in entries if one.get("deleted") is not True]
            self._count_nameless(kind.capitalize(), targets)
            return [target.id for target in targets if target is not None and target.kind == "Patient"]
        return read_ids(Path(str(value)))

    def _index_sets(self) -> list[ValueSet]:
        return [self._terms[str(name)] for wanted in self._wanted for name in _listed(wanted.get("index", ()))]

    def _all(self) -> Iterator[str]:
        for page in pages(self._session, "Patient", (("_count", "500"),), on_warning=self._note):
            for entry in page.entries:
                if entry.type == "Patient" and entry.id:
                    yield entry.id

    def _note(self, warning: SearchWarning) -> None:
        """Who is not listed is not screened: that must not pass in silence."""
        if warning.partial:
            self._short.append(f"patients may be missing from the list: {warning}")

    def _count_nameless(self, kind: str, targets: Sequence[Target | None]) -> None:
        if nameless := sum(target is None for target in targets):
            self._note(Nobodys(kind, nameless))

    def _group(self, name: str) -> Iterator[str]:
        """The active members, groups within the group included; inactive ones are members no more."""
        waiting, visited = [name.removeprefix("Group/")], set()
        while waiting:
            current = waiting.pop(0)
            if current in visited:
                continue
            visited.add(current)
            tree = self._resource("Group", current)
            if not tree.get("member") and tree.get("characteristic"):
                raise UsageError(f"Group/{current} names characteristics but no members: name them, or use all")
            members = [one for one in dicts(tree.get("member")) if one.get("inactive") is not True]
            targets = [self._target(one.get("entity")) for one in members]
            self._count_nameless("Group", targets)
            for target in targets:
                if target is not None and target.kind == "Patient":
                    yield target.id
                elif target is not None and target.kind == "Group":
                    waiting.append(target.id)

    def _resource(self, kind: str, name: str) -> dict[str, Any]:
        try:
            answer = self._session.get(f"{kind}/{name.removeprefix(f'{kind}/')}", expect=kind)
        except (NotFound, Gone) as error:
            raise UsageError(f"there is no {kind}/{name} on {self._session.base_url}") from error
        tree = msgspec.json.decode(answer.body)
        return tree if isinstance(tree, dict) else {}

    def _target(self, reference: Any) -> Target | None:
        return self._references.parse(reference.get("reference")) if isinstance(reference, dict) else None


def _listed(value: Any) -> Iterable[str]:
    return value if isinstance(value, list | tuple) else ()


def read_ids(path: Path) -> Iterator[str]:
    """The ids of a file: one a line, `Patient/` before it or not, `#` begins a comment. Raises UsageError or DataError."""
    try:
        lines = path.read_text("utf-8-sig").splitlines()
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
