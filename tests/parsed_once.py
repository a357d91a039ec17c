"""Value set files are parsed once a process: hundreds of tests load the same study. Each load gets a copy of its own."""

from __future__ import annotations

import marshal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fhir_screener.studies import valuesets

Read = Callable[[Path], tuple[Any, Any]]


def once(read: Read) -> Read:
    """`read`, which is asked only once for the same content; for a faulty file, which has lines, each time."""
    kept: dict[bytes, bytes] = {}

    def reading(path: Path) -> tuple[Any, Any]:
        content = path.read_bytes() if path.is_file() else b""
        if content not in kept:
            value, lines = read(path)
            if lines:
                return value, lines
            kept[content] = marshal.dumps(value)
        return marshal.loads(kept[content]), {}

    return reading


def pytest_configure() -> None:
    valuesets.read_texts = once(valuesets.read_texts)  # type: ignore[assignment]
