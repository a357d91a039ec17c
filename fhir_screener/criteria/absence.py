"""Absence is evidence too: what was searched, how many records were read, since when. And failure is never an answer."""

from __future__ import annotations

from collections.abc import Iterable

from fhir_screener.criteria.evidence import Evidence, Finding
from fhir_screener.criteria.view import View
from fhir_screener.verdict import MET, UNKNOWN, Reason, first_reason


def absent(what: str, view: View, types: Iterable[str]) -> Evidence:
    """One sentence: nothing about `what` in so many records since a date."""
    count, oldest = 0, ""
    for kind in types:
        seen = view.record.seen.get(kind)
        if seen is None:
            continue
        count += seen.count
        if seen.since and (not oldest or seen.since < oldest):
            oldest = seen.since
    since = f" since {oldest[:10]}" if oldest else ""
    records = "1 record" if count == 1 else f"{count} records"
    return Evidence(note=f"Nothing on record about {what} ({records} read{since}).", decides=False)


def fetched(finding: Finding, view: View, types: frozenset[str], what: str) -> Finding:
    """The finding, unless it leans on records that could not be had.

    Positive evidence stands. Everything else is `not-fetched` when a request for one of its types failed, or when the
    server offers none of them. A stronger reason is kept, and the failure noted beside it.
    """
    if finding.verdict is MET:
        return finding
    failed = types & view.record.failed
    if failed:
        why = f"{', '.join(sorted(failed))} could not be read, so nothing is said about {what}."
    elif types and types <= view.record.absent:
        why = f"The server offers no {' or '.join(sorted(types))}."
    else:
        return finding
    reason = first_reason([Reason.NOT_FETCHED, *([finding.reason] if finding.reason else [])])
    note = Evidence(note=why, decides=False)
    return finding.but(verdict=UNKNOWN, reason=reason, evidence=(*finding.evidence, note), clock=False)
