"""The outline of JSON that no parser takes: its members as raw bytes, found by brackets and quotes alone.

Nesting has no limit here, and a value that is no JSON costs no more than itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_MARKS = re.compile(rb'"(?:[^"\\]|\\.)*+"|[{}\[\],:"]', re.DOTALL)


def members(data: bytes) -> list[tuple[bytes, bytes]] | None:
    """(quoted name, raw value) of each member of an object; None where its brackets do not come to an end."""
    parts = _parts(data, b"{")
    if parts is None:
        return None
    found = []
    for part in parts:
        name = _MARKS.match(part)
        colon = part.find(b":", name.end()) if name else -1
        if name is not None and name.group().startswith(b'"') and colon >= 0:
            found.append((name.group(), part[colon + 1 :].strip()))
    return found


def items(data: bytes) -> list[bytes] | None:
    """The raw elements of a list; None where its brackets do not come to an end."""
    return _parts(data, b"[")


def _parts(data: bytes, bracket: bytes) -> list[bytes] | None:
    """What lies between the commas of the outermost brackets."""
    data = data.strip()
    if not data.startswith(bracket):
        return None
    found, since = [], 1
    for at, depth, mark in _walk(data):
        if depth == 1 and mark == b",":
            found.append(data[since:at].strip())
            since = at + 1
        elif depth == 0:
            found.append(data[since:at].strip())
            return [part for part in found if part] if not data[at + 1 :].strip() else None
    return None


def _walk(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """(place, depth after it, mark) of each bracket and comma outside of strings."""
    depth = 0
    for match in _MARKS.finditer(data):
        mark = match.group()
        if mark in (b"{", b"["):
            depth += 1
        elif mark in (b"}", b"]"):
            depth -= 1
        elif mark == b'"':
            return
        elif mark != b",":
            continue
        yield match.start(), depth, mark
