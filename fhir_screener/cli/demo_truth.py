"""How a sweep of the sample hospital compares with the plan it was made from. The plan knows nothing of the judge."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import orjson

from fhir_screener.records.dates import Duration
from fhir_screener.screening.report import StudyReport
from fhir_screener.screening.screening import Outcome

CANDIDATE, LATER = Outcome.CANDIDATE.value, Outcome.LATER.value
KEPT = frozenset(outcome.value for outcome in Outcome if outcome.kept)


def compared(truth: Path, study: StudyReport, day: date, within: str = "P12M") -> str:
    """One sentence. A `later` beyond `within` gets no Task, and is not expected to."""
    last = date.fromordinal(Duration.parse(within).after(day.toordinal()))
    planned: dict[str, str] = {}
    everybody = 0
    for line in truth.read_bytes().splitlines():
        one = orjson.loads(line)
        everybody += 1
        if one["outcome"] in KEPT and not (one["outcome"] == LATER and (one["eligible_from"] or "") > last.isoformat()):
            planned[one["patient"]] = one["outcome"]
    agree = sum(study.shown.get(patient) == outcome for patient, outcome in planned.items())
    agree += everybody - len(planned.keys() | study.shown.keys())
    tally = Counter((planned.get(patient), outcome) for patient, outcome in study.shown.items())
    found = tally[CANDIDATE, CANDIDATE]
    wrong = sum(number for (was, now), number in tally.items() if now == CANDIDATE and was != CANDIDATE)
    wanted = sum(outcome == CANDIDATE for outcome in planned.values())
    return (
        f"Against the plan the hospital was made from: {agree:,} of {everybody:,} patients are where the plan has them;"
        f" {found} of {wanted} planned candidates found, {wrong} candidates that were not planned."
    )
