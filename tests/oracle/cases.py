"""The published test cases of quality measures, where they are at hand (`../shared/corpora`), and their value sets.

A case is one patient with the answer that a reference engine gave for each define of the measure.
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
ORACLE = ROOT.parent / "shared" / "corpora" / "dev" / "ecqm-oracle"
CASES = ORACLE / "ecqm2024_cases.ndjson.gz"
MEMBERSHIP = ORACLE / "code_membership.json.gz"

Json = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One test case: `start` and `end` of its measurement period, `answers` {define: true, or not}."""

    measure: str
    patient: str
    description: str
    start: date
    end: date
    answers: dict[str, bool]
    resources: list[Json]


@cache
def cases() -> dict[str, list[Case]]:
    """{measure: its cases}, those alone where the reference engine agrees with the published answer."""
    found: dict[str, list[Case]] = defaultdict(list)
    with gzip.open(CASES, "rt", encoding="utf-8") as lines:
        for line in lines:
            raw = json.loads(line)
            if (raw.get("engine") or {}).get("agrees_with_expected"):
                found[raw["measure"]].append(_case(raw))
    return found


def _case(raw: Json) -> Case:
    statements = raw["engine"]["statements"]
    return Case(
        raw["measure"],
        raw["patient"],
        raw["description"] or "",
        date.fromisoformat(raw["period"]["start"]),
        date.fromisoformat(raw["period"]["end"]),
        # A list is given as its length; null is CQL's "unknown", and as little a yes as false is.
        {name: bool(value) for name, value in statements.items() if not isinstance(value, str)},
        raw["resources"],
    )


@cache
def members() -> dict[str, list[tuple[str, str]]]:
    """{id of a published value set: (system, code) of each of its members that occurs in some case}."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for entry in json.loads(gzip.decompress(MEMBERSHIP.read_bytes()))["codes"]:
        for oid in entry["valuesets"]:
            found[oid].append((entry["system"], entry["code"]))
    return found


def titles() -> Iterator[tuple[str, str]]:
    """(id, title) of the published value sets, for whoever writes a rule."""
    yield from sorted(json.loads(gzip.decompress(MEMBERSHIP.read_bytes()))["valueset_titles"].items())
