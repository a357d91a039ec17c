"""What was read, sorted by patient: relevant records whole, the others as a glimpse."""

from __future__ import annotations

from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, cast

import msgspec

from fhir_screener.fhir.decode.lean import Glimpse, Lean, Meta, PatientLean
from fhir_screener.fhir.decode.tolerant import plain

_ID = attrgetter("id")


class Chart:
    """One patient's records by resource type: `kept` whole, `seen` as glimpses, `raw` as the bytes that came."""

    __slots__ = ("kept", "raw", "seen")

    def __init__(self) -> None:
        self.kept: dict[str, list[Lean]] = {}
        self.seen: dict[str, list[Glimpse]] = {}
        self.raw: dict[str, list[tuple[Lean | Glimpse, bytes]]] = {}

    def __len__(self) -> int:
        return sum(map(len, self.kept.values())) + sum(map(len, self.seen.values()))

    def add(self, kind: str, item: Lean | Glimpse) -> None:
        """One more record."""
        if isinstance(item, Glimpse):
            self.seen.setdefault(kind, []).append(item)
        else:
            self.kept.setdefault(kind, []).append(item)

    def of(self, kind: str) -> tuple[list[Lean], list[Glimpse]]:
        """The records of a type, each id once, in its newest version; records without an id all stay."""
        kept, seen = self.kept.get(kind, []), self.seen.get(kind, [])
        if len(kept) + len(seen) < 2:
            return kept, seen
        ids = {*map(_ID, seen), *map(_ID, kept)}
        return (kept, seen) if len(ids) == len(kept) + len(seen) else _newest(kept, seen)

    def doubted(self) -> bool:
        """Whether the Patient stands here twice, says different things, and nothing tells which is newer."""
        if len(self.kept.get("Patient", ())) < 2:
            return False
        (taken, *_), _ = self.of("Patient")
        rivals = [one for one in self.kept["Patient"] if one is not taken and not newer(taken.meta, one.meta)]
        return any(_said(one) != _said(taken) for one in rivals)

    def two_persons(self) -> bool:
        """Whether the Patient stands here twice, as one person and as another, and nothing tells that one was mended."""
        people = self.kept.get("Patient", ())
        if len(people) < 2:
            return False
        (taken, *_), _ = self.of("Patient")
        rivals = [one for one in people if one is not taken and not (one.meta and newer(taken.meta, one.meta))]
        return any(_another(cast(PatientLean, taken), cast(PatientLean, one)) for one in rivals)

    def whole(self, kind: str) -> list[bytes]:
        """The bytes of the records of a type that were kept so, each id once, in its newest version."""
        found: dict[object, tuple[Lean | Glimpse, bytes]] = {}
        for number, (item, data) in enumerate(self.raw.get(kind, ())):
            key = item.id if item.id is not None else number
            if key not in found or newer(item.meta, found[key][0].meta):
                found[key] = (item, data)
        return [data for _, data in found.values()]


class Library:
    """Resources that belong to no chart but that charts refer to, newest version of each.

    `medications` {id: the parsed JSON}; `studies` {id: names of the ResearchStudy}; `specimens` {id: (patient id or "",
    type)}; `results` {id: an Observation without a subject, reachable only through a report}.
    """

    def __init__(self) -> None:
        self.medications: dict[str, dict[str, Any]] = {}
        self.described: dict[str, Any] = {}
        self.pointed: dict[bytes, Any] = {}
        """{id of a Medication, raw reference to one: the drug that it is}; both are forgotten whenever one is added."""
        self.studies: dict[str, tuple[str, ...]] = {}
        self.specimens: dict[str, tuple[str, str]] = {}
        self.results: dict[str, Lean] = {}
        self._metas: dict[tuple[str, str], Meta | None] = {}

    def newest(self, kind: str, id_: str, meta: Meta | None) -> bool:
        """Whether this version is newer than the one at hand, if any; it is then taken to be at hand."""
        key = (kind, id_)
        if key in self._metas and not newer(meta, self._metas[key]):
            return False
        self._metas[key] = meta
        return True


def newer(one: Meta | None, other: Meta | None) -> bool:
    """Whether `one` is a later version: by a numeric meta.versionId, else by meta.lastUpdated."""
    if one is None or other is None:
        return other is None and one is not None
    mine, theirs = _count(one.versionId), _count(other.versionId)
    if mine is not None and theirs is not None and mine != theirs:
        return mine > theirs
    at, before = instant(one.lastUpdated), instant(other.lastUpdated)
    return at is not None and (before is None or at > before)


def instant(text: str | None) -> datetime | None:
    """A moment in time, UTC where no offset is given; None where it cannot be read."""
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found


def _count(version: str | None) -> int | None:
    return int(version) if version and len(version) < 20 and version.isdigit() and version.isascii() else None


def _newest(kept: list[Lean], seen: list[Glimpse]) -> tuple[list[Lean], list[Glimpse]]:
    found: dict[str, Lean | Glimpse] = {}
    every: list[Lean | Glimpse] = [*kept, *seen]
    for record in every:
        known = found.setdefault(record.id, record) if record.id is not None else record
        if record.id is not None and newer(record.meta, known.meta):
            found[record.id] = record
    current = set(map(id, found.values()))
    return (
        [one for one in kept if one.id is None or id(one) in current],
        [one for one in seen if one.id is None or id(one) in current],
    )


def _another(one: PatientLean, other: PatientLean) -> bool:
    born, also = sorted((one.birthDate or "", other.birthDate or ""), key=len)
    return not also.startswith(born) or {one.gender, other.gender} == {"male", "female"}


def _said(record: Lean) -> list[object]:
    """What a Patient says, its version aside, however the JSON is laid out."""
    found = [getattr(record, name) for name in record.__struct_fields__ if name != "meta"]
    return [plain(bytes(one)) if isinstance(one, msgspec.Raw) else one for one in found]


class Problem(msgspec.Struct, frozen=True, gc=False):
    """Something that could not be read: `where` is a file and line, or `Type/id`."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"
