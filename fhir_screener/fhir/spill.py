"""Charts too big for memory, parted on disk by patient. The folder is private and goes away with its owner."""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self
from zlib import crc32

import msgspec

from fhir_screener.fhir.decode.collector import Collector
from fhir_screener.fhir.decode.lean import Given, Glimpse, Lean, Meta, Stay

_PARTS = 256
_FLUSH = 64 << 10
_SLIM = 350
"""Bytes that a row in waiting holds, roughly, besides those of its record."""
_length = struct.Struct("<I")
_pack = msgspec.msgpack.Encoder().encode
_Row = tuple[str, str, bytes, str | None, str | None, str | None, str | None, str | None, bool, bool]
_NO_META = Meta()
_unpack = msgspec.msgpack.Decoder(list[_Row]).decode


def part_of(patient: str) -> int:
    """The part in which a patient's records are."""
    return crc32(patient.encode()) % _PARTS


class Spill:
    """Takes records from a Collector (`overflow`) and gives them back, one part of the patients at a time.

    `whole`: types whose records keep their bytes, also those that are only glimpses.
    """

    def __init__(self, whole: Collection[str] = ()) -> None:
        self.whole = whole
        self._folder = tempfile.TemporaryDirectory(prefix="fhir-screener-")
        self._waiting: list[list[_Row]] = [[] for _ in range(_PARTS)]
        self._sizes = [0] * _PARTS

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._folder.cleanup()

    def __call__(self, owner: str, kind: str, item: Lean | Glimpse, data: bytes) -> None:
        """Write one record: whole, or as the glimpse it is."""
        row: _Row
        if isinstance(item, Glimpse) and not isinstance(item, Given):
            if kind not in self.whole:
                data = b""
            meta, end = item.meta or _NO_META, item.end if isinstance(item, Stay) else None
            row = (owner, kind, data, item.id, meta.versionId, meta.lastUpdated, item.date, end, True, item.unread)
        else:
            row = (owner, kind, data, item.id, None, None, None, None, False, False)
        part = part_of(owner)
        self._waiting[part].append(row)
        self._sizes[part] += _SLIM + len(data)
        if self._sizes[part] > _FLUSH:
            self._flush(part)

    def _flush(self, part: int) -> None:
        packed = _pack(self._waiting[part])
        with self._path(part).open("ab") as file:
            file.writelines((_length.pack(len(packed)), packed))
        self._waiting[part], self._sizes[part] = [], 0

    def _path(self, part: int) -> Path:
        return Path(self._folder.name) / f"{part:03d}"

    def parts(self) -> Iterator[int]:
        """All parts, in order."""
        yield from range(_PARTS)

    def restore(self, part: int, collector: Collector) -> None:
        """Put the records of a part back into the collector's charts."""
        self._flush(part)
        for owner, kind, data, id_, version, updated, date, end, seen, unread in self._rows(part):
            if not seen:
                collector.restore(owner, kind, data, id_)
                continue
            meta = Meta(version, updated) if version or updated else None
            glimpse = Stay(id_, meta, date, end=end) if kind == "Encounter" else Glimpse(id_, meta, date, unread)
            collector.put(owner, kind, glimpse, data)
        self._path(part).unlink()

    def _rows(self, part: int) -> Iterator[_Row]:
        """What was written of a part; it is packed a flush at a time."""
        with self._path(part).open("rb") as file:
            while length := file.read(_length.size):
                yield from _unpack(file.read(*_length.unpack(length)))
