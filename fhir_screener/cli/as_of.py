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
    """How many of the charts that were looked at have a dated record on or before the day."""

    def __init__(self, as_of: date) -> None:
        self._day = as_of.isoformat()
        self._dated = self._within = 0
        self._first = ""

    def look(self, record: PatientRecord) -> None:
        """Take in one chart."""
        since = min((seen.since for seen in record.seen.values() if seen.since), default="")
        if not since:
            return
        self._dated += 1
        self._within += since <= self._day[: len(since)]
        self._first = min(self._first or since, since)

    @property
    def said(self) -> str:
        """What to say where all dated records of most charts are later; "" otherwise."""
        later = self._dated - self._within
        if later * 2 <= self._dated:
            return ""
        start = f"the data start on {self._first[:10]}"
        if not self._within:
            return f"--as-of {self._day} lies before everything on record: {start}; every dated record is later, and was ignored"
        return (
            f"--as-of {self._day} is early for these charts: {start}, and {later:,} of {self._dated:,} patients have no dated"
            " record from before that day; later records were ignored"
        )
