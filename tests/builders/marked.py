"""A hospital in which every text of every record is marked, so that a text that gets out can be seen."""

from __future__ import annotations

import json
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

from fhir_screener.sandbox.hospital import write

MARK = "Zq7mk"
_KEPT = frozenset({"resourceType", "id", "reference", "system", "code", "status", "url", "use", "unit"})
_TEXTS = frozenset("text display family given prefix suffix description comment title valueString conclusion".split())
_number = count()


def mark() -> str:
    """A text that stands nowhere else."""
    return f"{MARK}{next(_number)}e"


def write_marked(folder: Path, patients: int, as_of: date) -> None:
    """The sample hospital in `folder`, marked: names, identifiers, displays, notes, narratives, extensions."""
    write(folder, patients, 1, as_of)
    for path in folder.glob("*.ndjson"):
        lines = [json.dumps(_whole(json.loads(line))) for line in path.read_text("utf-8").splitlines()]
        path.write_text("\n".join(lines) + "\n", "utf-8")


def _whole(resource: dict[str, Any]) -> dict[str, Any]:
    marked: dict[str, Any] = _marked(resource)
    marked.setdefault("extension", []).append({"url": "urn:fhir-screener:test", "valueString": mark()})
    marked["text"] = {"status": "generated", "div": f"<div xmlns='http://www.w3.org/1999/xhtml'>{mark()}</div>"}
    if marked["resourceType"] == "Patient":
        phone = {"system": "phone", "value": mark()}
        marked |= {"contact": [{"name": {"text": mark()}, "telecom": [phone]}], "address": [{"text": mark()}]}
    elif marked["resourceType"] != "Encounter":
        marked.setdefault("note", []).append({"text": mark()})
    return marked


def _marked(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        found = {name: one if name in _KEPT else _marked(one, name) for name, one in value.items()}
        if isinstance(found.get("value"), str):  # an identifier's, a telephone's
            found["value"] += f" {mark()}"
        return found
    if isinstance(value, list):
        return [_marked(one, key) for one in value]
    return f"{value} {mark()}" if isinstance(value, str) and key in _TEXTS else value
