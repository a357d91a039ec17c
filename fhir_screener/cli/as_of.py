"""A day of --as-of that the charts cannot speak for: a slip of the pen is said, and the answer given all the same."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta

from fhir_screener.records.patient_record import PatientRecord

_AHEAD_AT_MOST = timedelta(days=1)
"""Somewhere it is tomorrow already."""


def ahead(as_of: date | None) -> str:
    """What to say of a day that is still to come; "" for any other."""
    today = datetime.now(UTC).date()
    if as_of is None or as_of <= today + _AHEAD_AT_MOST:
        return ""
    return f"--as-of {as_of} is still to come (today is {today}): no chart says yet what will be known by then"


def warn_ahead(as_of: date | None) -> None:
    """To people at the terminal; the exit code is not touched."""
    if said := ahead(as_of):
        sys.stderr.write(f"fhir-screener: {said}\n")


class Reach:
    """Whether any chart that was looked at has a dated record on or before the day."""

    def __init__(self, as_of: date) -> None:
        self._day = as_of.isoformat()
        self._dated = self._within = False

    def look(self, record: PatientRecord) -> None:
        """Take in one chart."""
        if self._within:
            return
        for seen in record.seen.values():
            if seen.since:
                self._dated = True
                self._within = self._within or seen.since <= self._day[: len(seen.since)]

    @property
    def said(self) -> str:
        """What to say where every dated record of every chart is later; "" otherwise."""
        if self._within or not self._dated:
            return ""
        return f"--as-of {self._day} lies before everything on record: all dated records are later, and were ignored"
