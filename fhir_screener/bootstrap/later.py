"""A sweep's own record whose server is asked when there is something to write: a worker that is set up wrongly can say so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fhir_screener.screening.sweep_plan import Head
from fhir_screener.screening.sweep_ports import SweepRecord


class Later:
    """See `SweepRecord`. `record` gives the one that writes, and may raise what its calls may raise, or SettingsError."""

    def __init__(self, record: Callable[[], SweepRecord]) -> None:
        self._record = record

    def opened(self, head: Head) -> None:
        self._record().opened(head)

    def closed(self, head: Head, report: Mapping[str, Any]) -> None:
        self._record().closed(head, report)
