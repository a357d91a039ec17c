"""A Screening as a small page for notebooks: self-contained, everything from charts escaped."""

from __future__ import annotations

from html import escape

from fhir_screener.criteria.evidence import Evidence
from fhir_screener.criteria.ledger import CriterionFinding
from fhir_screener.screening.screening import Screening

_COLOURS = {"met": "#1a6b3c", "not_met": "#8a2b2b", "unknown": "#6b5a1a"}
_SHOWN = 4
"""Pieces of evidence shown beside a criterion; the rest is counted."""


def to_html(screening: Screening) -> str:
    """The outcome, then a row a criterion: verdict, reason, and the evidence that decided."""
    dates = [
        f"could qualify from {screening.eligible_from}" if screening.eligible_from else "",
        f"time alone changes something on {screening.next_change_on}" if screening.next_change_on else "",
        str(screening.why_not),
    ]
    head = f"<b>{escape(screening.reference)}</b> · {escape(screening.study)} · as of {screening.as_of}"
    said = "; ".join(escape(text) for text in dates if text)
    rows = "".join(map(_row, screening.criteria))
    return (
        f"<div><p>{head}<br><b>{escape(screening.outcome.value.replace('_', ' '))}</b>{f': {said}' if said else ''}</p>"
        "<table><thead><tr><th scope='col'>criterion</th><th scope='col'>verdict</th><th scope='col'>evidence</th></tr>"
        f"</thead><tbody>{rows}</tbody></table></div>"
    )


def _row(criterion: CriterionFinding) -> str:
    verdict = criterion.verdict.value
    reason = f" ({escape(criterion.reason.value)})" if criterion.reason is not None else ""
    cell = f"<span style='color:{_COLOURS[verdict]}'>{escape(verdict.replace('_', ' '))}</span>{reason}"
    deciding = sorted(criterion.finding.deciding_evidence(), key=lambda one: not one.decides)
    left = len(deciding) - _SHOWN
    more = [f"and {left} more"] if left > 0 else []
    lines = "<br>".join([*map(_line, deciding[:_SHOWN]), *more])
    aligned = "style='text-align:left;vertical-align:top'"
    return (
        f"<tr><th scope='row' {aligned}>{escape(criterion.id)} <small>{escape(criterion.role)}</small></th>"
        f"<td {aligned}>{cell}</td><td {aligned}>{lines}</td></tr>"
    )


def _line(evidence: Evidence) -> str:
    recorded = " ".join(part for part in (evidence.date, evidence.value, evidence.reference) if part)
    return f"{escape(str(evidence.note))}{f' <small>{escape(recorded)}</small>' if recorded else ''}"
