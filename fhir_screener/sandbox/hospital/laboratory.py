"""The hospital's test catalogue (`catalogue/tests.txt`): LOINC code, Chinese name, local code, unit and range."""

from __future__ import annotations

from typing import NamedTuple

from fhir_screener.sandbox.hospital import catalogue


class Test(NamedTuple):
    """`kind` says which words a result takes: number, presence (positive), detection (detected), reaction (reactive).

    `low` and `high` are the laboratory's limits in `unit` (UCUM); `normal` is the span well patients get.
    """

    key: str
    loinc: str
    name: str
    chinese: str
    kind: str
    unit: str
    low: float | None
    high: float | None
    normal: tuple[float, float]
    digits: int
    local: str


def _number(text: str) -> float | None:
    return float(text) if text else None


def _read() -> dict[str, Test]:
    found: dict[str, Test] = {}
    for number, line in enumerate(catalogue.lines("tests.txt")):
        parts = [part.strip() for part in line.split("|")]
        key, loinc, name, chinese, kind = parts[:5]
        unit, low, high, start, end, digits = parts[5:] or ["", "", "", "0", "0", "0"]
        local = f"L{1000 + 7 * number}"
        normal = (float(start or 0), float(end or 0))
        found[key] = Test(
            key, loinc, name, chinese, kind, unit, _number(low), _number(high), normal, int(digits), local
        )
    return found


TESTS = _read()
BEDSIDE = frozenset({"pulse", "temperature", "weight", "height", "oxygen", "lvef"})
