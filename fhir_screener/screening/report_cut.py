"""A report as JSON that is not too large to travel with a Task: where lists are shortened, it says by how many."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

import msgspec

from fhir_screener.errors import DataError
from fhir_screener.screening.report import SweepReport

LIMIT = 128 * 1024
"""Bytes of JSON; a server that takes Tasks takes as much."""
MOST = (2000, 500, 100, 20, 0)
"""Patients that a list names; the first number with which the whole is small enough."""
LONGEST = 300
"""Characters of a reason or a warning."""
_LISTS = ("not_evaluated", "unwritten", "moved", "thin")


def report_json(report: Mapping[str, Any], limit: int = LIMIT) -> bytes:
    """`SweepReport.to_wire()` in at most `limit` bytes, as far as shortening lists can do it. Counts are never cut.

    `shown` is always left out: who has a Task is what the Tasks say.
    """
    body = b""
    for most in MOST:
        body = msgspec.json.encode(_shortened(report, most))
        if len(body) <= limit:
            break
    return body


def read_report(body: bytes) -> SweepReport:
    """The report in such JSON; raises DataError. What a later version adds is passed over."""
    try:
        return msgspec.json.decode(body, type=SweepReport)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise DataError("the report of the sweep cannot be read", where="Task.output") from None


def _shortened(report: Mapping[str, Any], most: int) -> dict[str, Any]:
    warnings = [_clipped(one) for one in report.get("warnings") or ()]
    rest = {
        "unread": _first(report.get("unread"), most),
        "warnings": warnings[:most],
        "studies": [_study(study, most) for study in report.get("studies") or ()],
    }
    left = {"unread": _over(report.get("unread"), most), "warnings": max(0, len(warnings) - most)}
    return {**report, **rest, "left_out": {name: number for name, number in left.items() if number}}


def _study(study: Mapping[str, Any], most: int) -> dict[str, Any]:
    left = {name: _over(study.get(name), most) for name in _LISTS} | {"shown": _over(study.get("shown"), 0)}
    left = {**(study.get("left_out") or {}), **left}
    lists = {name: _first(study.get(name), most) for name in _LISTS}
    return {**study, **lists, "shown": {}, "left_out": {name: number for name, number in left.items() if number}}


def _first(rows: Mapping[str, Any] | None, most: int) -> dict[str, Any]:
    return {patient: _clipped(said) for patient, said in islice(sorted((rows or {}).items()), most)}


def _over(rows: Mapping[str, Any] | None, most: int) -> int:
    return max(0, len(rows or ()) - most)


def _clipped(said: Any) -> Any:
    return said[: LONGEST - 1] + "…" if isinstance(said, str) and len(said) > LONGEST else said
