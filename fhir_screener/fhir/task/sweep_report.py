"""The whole report of a sweep, carried by the sweep's own Task as an attachment of JSON: written, and read back."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from fhir_screener.errors import DataError
from fhir_screener.fhir.task import names
from fhir_screener.fhir.task.coded import Json, codes, coding, concept, dicts
from fhir_screener.screening.report import SweepReport
from fhir_screener.screening.report_cut import read_report, report_json
from fhir_screener.sentence import say

JSON = "application/json"


def report_output(report: Mapping[str, Any]) -> Json:
    """The output of a sweep's Task that holds `SweepReport.to_wire()`: ids only, shortened where it is large."""
    body = report_json(report)
    return {
        "type": concept(coding(names.OUTPUT, names.REPORT, names.REPORT_WORDS)),
        "valueAttachment": {"contentType": JSON, "data": base64.b64encode(body).decode(), "size": len(body)},
    }


def report_of(task: Json) -> SweepReport | None:
    """The report that a sweep's Task carries, or None where it carries none. Raises DataError where it is unreadable."""
    for output in dicts(task.get("output")):
        if names.REPORT in codes(output.get("type"), names.OUTPUT):
            data = (output.get("valueAttachment") or {}).get("data")
            return read_report(_decoded(data, str(task.get("id"))))
    return None


def _decoded(data: Any, task: str) -> bytes:
    try:
        return base64.b64decode("".join(str(data or "").split()), validate=True)
    except binascii.Error:
        raise DataError(say("the report of the sweep cannot be read"), where=f"Task/{task}") from None
