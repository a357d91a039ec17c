"""One file after another into a Collector, with every line that is no FHIR R4 named."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from fhir_screener.errors import DataError
from fhir_screener.fhir.bundle_gaps import GOES_ON, Gaps
from fhir_screener.fhir.bundles import Part, clash_words, take_apart
from fhir_screener.fhir.decode.collector import Collector
from fhir_screener.fhir.decode.lean import FORMS
from fhir_screener.fhir.decode.tolerant import BROKEN, kind_of, loads, plain
from fhir_screener.fhir.file_holdings import FEW, Holdings
from fhir_screener.fhir.file_lines import batches
from fhir_screener.fhir.file_loss import Loss
from fhir_screener.fhir.r4_types import R4_TYPES
from fhir_screener.fhir.spoilt_line import OTHER_VERSIONS, told

DAMAGED = ("not complete JSON", "a Bundle that cannot be read")
NO_JSON = "not JSON"
_REMEDY = ": write one resource a line (NDJSON), or make it a Bundle"
_FEED = b"\n"
_DATA = re.compile(r"\.(?:json|ndjson|jsonl)(?:\.gz)?$", re.IGNORECASE)


class _Place:
    """Where we are; put into words only when there is a problem."""

    def __init__(self, name: str) -> None:
        self.name, self.line = name, 0

    def __str__(self) -> str:
        return f"{self.name}:{self.line}" if self.line else self.name


class FileReader:
    """Reads files under `root`. `problems` and `notes` as in FolderSource; `losses`: what may be missing for somebody."""

    def __init__(self, root: Path, collector: Collector) -> None:
        self._root, self._collector = root, collector
        self.problems: list[str] = []
        self.notes: list[str] = []
        self.losses: list[Loss] = []
        self._file, self._place = root, _Place("")
        self._last = 0
        self._bundle = b""
        self._trouble: dict[str, list[int]] = {}
        collector.on_loss = self._lost

    def read(self, file: Path) -> None:
        """Everything in one file. Never raises for what is in it."""
        self._file = file
        self._place = place = _Place(str(file.relative_to(self._root)) if file != self._root else file.name)
        self._trouble, self._last = {}, 0
        try:
            self._batches(file)
        except DataError as error:
            self._broken_off(error.what)
        for what, at in self._trouble.items():
            more = f" (and {len(at) - 1} more lines of this file)" if len(at) > 1 else ""
            self.problems.append(f"{place.name}{f':{at[0]}' if at[0] else ''}: {what}{more}")

    def _broken_off(self, what: str) -> None:
        self.problems.append(f"{self._place}: {what}; what came before is read")
        self.losses.append(Loss(str(self._place), what, self._file))

    def _batches(self, file: Path) -> None:
        found = batches(file)
        for first, lines in found:
            if self._place.line == 0 and sum(line != _FEED for line in lines) == 1:
                # One line alone does not show whether there are to be more objects, or more of this one.
                lines = [*lines, *(next(found, (0, []))[1])]
            kind = shape(lines) if self._place.line == 0 else "lines"
            if kind == "lines":
                self._lines(first, lines)
            elif kind == "whole":
                rest = [line for _, more in found for line in more]
                self._one(b"".join([*lines, *rest]).removesuffix(_FEED), 0)
            else:
                self._strange(kind, lines)
                return

    def _strange(self, kind: str, lines: list[bytes]) -> None:
        """No data of ours by its content. By its name it may be: then what it holds is lost."""
        if kind == NO_JSON and _DATA.search(self._place.name):
            self.problems.append(f"{self._place.name}: {kind}, though its name says so; nothing of it is read")
            damaged = plain(b"".join(lines)) is None
            self.losses.append(Loss(self._place.name, kind, self._file, damaged=damaged))
        else:
            self.notes.append(f"{self._place.name}: {kind}; left out{_REMEDY if kind != NO_JSON else ''}")

    def _lines(self, first: int, lines: list[bytes]) -> None:
        self._place.line = self._last = first + len(lines) - 1
        for number, line in self._collector.take_lines(lines, first):
            if line.strip():
                self._one(line.removesuffix(_FEED), number)

    def _one(self, data: bytes, line: int) -> None:
        """One JSON object; `line` is 0 where it is the whole file."""
        self._place.line = line
        self._bundle = b""
        try:
            kind = kind_of(data)
            if kind in FORMS:
                self._collector.take(kind, data, self._place)
            else:
                self._odd(kind, data)
        except DataError as error:
            self._trouble.setdefault(error.what, []).append(line)
            self._lost(error.what, data, error.what in DAMAGED)

    def _odd(self, kind: str, data: bytes) -> None:
        """A Bundle; or what is no resource that we read. Raises DataError for what is no FHIR R4."""
        if kind == "Bundle":
            for part in take_apart(data, self._collector.references.bases):
                self._bundle = data
                self._part(part)
            self._missing(data)
        elif kind in OTHER_VERSIONS:
            raise DataError(f"{kind} is a type of FHIR {OTHER_VERSIONS[kind][0]}; only R4 is read")
        elif not kind:
            hint = " (it has `resources`; give one resource a line)" if b'"resources"' in data[:4096] else ""
            raise DataError(f"JSON, but no FHIR resource: it has no resourceType{hint}")
        elif kind not in R4_TYPES:
            named = f"there is no type {kind}" if kind.isalnum() and len(kind) < 64 else "its resourceType is none"
            raise DataError(f"no resource of FHIR R4: {named}")

    def _missing(self, data: bytes) -> None:
        """What a Bundle says it should have held: of whom it holds records, nobody knows what is missing."""
        gaps = Gaps(data)
        if gaps.goes_on:
            self.notes.append(f"{self._place}: {GOES_ON}")
        for what in gaps.failed:
            owners = Holdings.within(data).patients
            self.problems.append(f"{self._place}: {what}; what it should have been is missing")
            self.losses.append(
                Loss(str(self._place), what, self._file, None, owners if 0 < len(owners) < FEW else None)
            )

    def _part(self, part: Part) -> None:
        """One odd entry costs itself, not the entries after it."""
        if part.clash:
            self._clashes(part)
            return
        if part.kind in FORMS:
            self._collector.take(part.kind, part.data, self._place, part.spare_id)
            return
        try:
            self._odd(part.kind or kind_of(part.data), part.data)
        except DataError as error:
            self.problems.append(f"{self._place}: an entry of the Bundle was left out: {error.what}")
            self._lost(error.what, part.data, False)

    def _clashes(self, part: Part) -> None:
        """Another server's resource of this Bundle is called the same; of two Patients, no record is surely this one's."""
        what = clash_words(part)
        self.problems.append(f"{self._place}: {what}")
        if part.kind != "Patient":
            self._lost(what, part.data, False)
            return
        _, owners = told(part.data, self._collector.references)
        self.losses.append(Loss(str(self._place), what, self._file, owners=owners, damaged=False))

    def _lost(self, what: str, data: bytes, damaged: bool) -> None:
        """A record that is not read: for whom it counts as missing is said by what is left of it, else found out."""
        types, owners = told(data, self._collector.references)
        if damaged and self._cut(data):
            # Where a file without an end is cut, more than this line may be gone.
            types, owners, what = None, None, f"{what}; the file breaks off here"
        elif owners is None and self._bundle:
            owners = Holdings.within(self._bundle).own or None
        self.losses.append(Loss(str(self._place), what, self._file, types, owners, damaged))

    def _cut(self, data: bytes) -> bool:
        at_end = self._place.line in (0, self._last) and not data.endswith((b"\n", b"\r"))
        return at_end and not data.rstrip().endswith(b"}") and not self._bundle


def shape(lines: list[bytes]) -> str:
    """What a file holds, by its first lines: `lines` (NDJSON), `whole` (one object over many lines), else in words."""
    filled = [line for line in lines[:50] if line.strip()]
    if not filled or any(line.startswith(b'{"resourceType"') for line in filled[1:]):
        return "lines"
    start = filled[0].lstrip()
    if not start.startswith(b"{"):
        return "a JSON array, not a Bundle or NDJSON" if start.startswith(b"[") else NO_JSON
    if _json(start) is not None or any(map(_is_resource, filled[1:])):
        return "lines"
    return "whole" if len(filled) > 1 else "lines"


def _is_resource(line: bytes) -> bool:
    """Whether a line is a resource by itself, and no entry of a Bundle that has one on each line."""
    return line.startswith(b'{"') and "resourceType" in (_json(line) or ())


def _json(line: bytes) -> Any:
    try:
        return loads(line)
    except BROKEN:
        return None
