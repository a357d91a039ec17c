"""The lines of a file, plain or gzip, whatever its name; read in blocks, so that a cut file gives all it has."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from fhir_screener.errors import DataError

_BLOCK = 1 << 20
_GZIP = b"\x1f\x8b"
_MARK = b"\xef\xbb\xbf"


def blocks(path: Path) -> Iterator[bytes]:
    """The content, unzipped, a block at a time. Raises DataError at the place where the file breaks off."""
    try:
        with path.open("rb") as file:
            start = file.read(2)
            file.seek(0)
            raw = iter(lambda: file.read(_BLOCK), b"")
            yield from _unzipped(raw) if start == _GZIP else raw
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or type(error).__name__}") from None


def _unzipped(raw: Iterator[bytes]) -> Iterator[bytes]:
    """All members of a gzip file; zero bytes after the last are padding."""
    unzip = zlib.decompressobj(wbits=31)
    begun = False
    for block in raw:
        while block:
            try:
                data = unzip.decompress(block, _BLOCK * 8)
            except zlib.error:
                raise DataError("the gzip data is damaged from here on") from None
            begun = True
            if data:
                yield data
            block = unzip.unconsumed_tail
            if unzip.eof:
                block = unzip.unused_data.lstrip(b"\0")
                unzip, begun = zlib.decompressobj(wbits=31), False
    if begun:
        raise DataError("the gzip file is cut short here")


def batches(path: Path) -> Iterator[tuple[int, list[bytes]]]:
    """(number of the first line, lines with their line feed) in batches, counted from 1.

    Raises DataError where the file breaks off.
    """
    number = 1
    parts: list[bytes] = []
    for block in blocks(path):
        if number == 1 and not parts:
            block = block.removeprefix(_MARK)
        # Files find the ends of lines several times as fast as `split`; to cut off the line feed would copy each line.
        lines = BytesIO(block).readlines()
        tail = lines.pop() if lines and not lines[-1].endswith(b"\n") else b""
        if lines:
            if parts:
                lines[0] = b"".join((*parts, lines[0]))
            yield number, lines
            number += len(lines)
            parts = []
        if tail:
            parts.append(tail)
    if parts:
        yield number, [b"".join(parts)]
