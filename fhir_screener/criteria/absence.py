"""Absence is evidence too: what was searched, how many records were read, since when. And failure is never an answer."""

from __future__ import annotations

from collections.abc import Iterable

from fhir_screener.criteria.blank import Absence
from fhir_screener.criteria.evidence import Evidence, Finding
from fhir_screener.criteria.view import View
from fhir_screener.sentence import Text, say
from fhir_screener.verdict import MET, UNKNOWN, Reason, first_reason


def absent(what: Text, types: Iterable[str], *, beside: bool = False) -> Evidence:
    """One sentence: nothing about `what` in so many records since a date; the numbers are filled in by the chart.

    `beside` records that are about it, nothing that settles it.
    """
    return Evidence(note=Absence(what, types, beside=beside), decides=False)


def fetched(finding: Finding, view: View, types: frozenset[str], what: Text, *, stands: bool = True) -> Finding:
    """The finding, unless it leans on records that could not be had.

    Positive evidence stands, unless a record unread could overturn it (`stands` False: a newer score, an earlier
    course, a consent withdrawn). Everything else is `not-fetched` when a request for one of its types failed. A stronger
    reason is kept, and the failure noted beside it. What the server does not offer at all is weighed with the whole
    criterion (`sources`).
    """
    if finding.verdict is MET and (stands or not types & view.record.failed):
        return finding
    failed = types & view.record.failed
    if not failed:
        return finding
    why = say("{types} could not be read, so nothing is said about {what}.", types=", ".join(sorted(failed)), what=what)
    reason = first_reason([Reason.NOT_FETCHED, *([finding.reason] if finding.reason else [])])
    note = Evidence(note=why, decides=False)
    return finding.but(verdict=UNKNOWN, reason=reason, evidence=(*finding.evidence, note), clock=False)
