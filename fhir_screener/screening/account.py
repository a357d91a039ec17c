"""What a ledger comes to: the records behind an answer, what to do about what is open, and how. Shared by page and terminal."""

from __future__ import annotations

from collections.abc import Iterator

from fhir_screener.criteria.evidence import Evidence, Finding
from fhir_screener.criteria.ledger import CriterionFinding
from fhir_screener.criteria.settling import CHART, way
from fhir_screener.criteria.tally import aside
from fhir_screener.screening.absence_words import missing, outdated
from fhir_screener.screening.bearing import bearing
from fhir_screener.screening.kind_words import KINDS
from fhir_screener.screening.plain_words import REASONS, TEST, settling
from fhir_screener.screening.screening import Outcome, Screening
from fhir_screener.sentence import Text, join, say
from fhir_screener.verdict import Reason

MOOT = (Outcome.EXCLUDED, Outcome.NO_SIGNAL, Outcome.NOT_SCREENABLE)
"""Outcomes of whom nothing is asked: no order, and no look into the chart, is worth it."""


def evidence(finding: Finding) -> list[Evidence]:
    """What moved the verdict first, then what was looked at beside it and concerns this patient; each once."""
    found: dict[tuple[str, ...], Evidence] = {}
    for item in sorted(_gathered(bearing(finding), moves=True), key=lambda one: not one.decides):
        found.setdefault((item.reference, str(item.note), item.code, item.value, item.date), item)
    return list(found.values())


def _gathered(finding: Finding, moves: bool) -> Iterator[Evidence]:
    """`decides` of what is given stays only where the verdict of the whole criterion hangs on it."""
    for item in finding.evidence:
        yield item if moves else aside(item)
    for number, branch in enumerate(finding.branches):
        yield from _gathered(branch, moves and finding.decided_by in (None, number))


def to_do(screening: Screening) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(way to settle, the criteria that it settles), each way once, in the study's order; nothing for `MOOT` outcomes."""
    for facet in () if screening.outcome in MOOT else screening.settle_facets:
        yield facet, tuple(c.id for c in screening.criteria if c.settle == facet and _is_open(c))


def _is_open(found: CriterionFinding) -> bool:
    return found.phase == "prescreen" and (found.reason is not None or (found.decides and found.finding.repeatable))


def reason_words(found: CriterionFinding) -> Text:
    """Why it is open; "" where it is not. Of a test that is there but too old, that it is."""
    if found.reason is None:
        return ""
    if found.reason is Reason.NO_DATA and found.settle.startswith(TEST) and outdated(found.finding):
        return say("not enough on record: a test there is too old")
    return REASONS[found.reason]


def way_of(found: CriterionFinding) -> Text:
    """What settles it, and where it has branches, which of them is settled soonest, and how."""
    leaf = _soonest(found.finding)
    what = settling(found.settle)
    if leaf is None or (_nothing_to_read(leaf) and found.settle != CHART):
        return say("To settle it: {what}", what=what)
    about, quick = _about(leaf), settling(way(leaf) or found.settle)
    if quick == what:
        return say("To settle it: {what}, first about: {about}", what=what, about=about)
    return say("To settle it: {what}; soonest: {quick}, about: {about}", what=what, quick=quick, about=about)


def _nothing_to_read(leaf: Finding) -> bool:
    """Whether reading the chart for it would be reading for what is not there."""
    return leaf.reason is Reason.NO_DATA and way(leaf) == CHART


def _soonest(finding: Finding) -> Finding | None:
    """The leaf at the end of the soonest branches; None where there is no branch, or the ledger no longer has them."""
    leaf = None
    while finding.soonest is not None and finding.soonest < len(finding.branches):
        leaf = finding = finding.branches[finding.soonest]
    return leaf


def _about(leaf: Finding) -> Text:
    """What a leaf asks: its label, else what was looked for, else its kind."""
    absent = [found[0] for item in leaf.evidence if (found := missing(item)) is not None]
    return leaf.label or join("; ", dict.fromkeys(absent)) or say(KINDS.get(leaf.rule, leaf.rule))
