"""A sweep's report as an HTML file that stands alone: nothing is loaded, and it prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fhir_screener.criteria.model import Study
from fhir_screener.screening.funnel import Reached
from fhir_screener.screening.report import SweepReport

SUFFIXES = (".html", ".htm")


def report_html(
    reports: Sequence[SweepReport], studies: Sequence[Study], language: str, reached: Mapping[str, Reached]
) -> str:
    """All studies of these sweeps one after another. Patients are named by id. Raises UsageError for the language."""
    from fhir_screener.web.pages import file
    from fhir_screener.web.report_view import view

    known = {study.id: study for study in studies}
    shown = [
        (view(report, known[part.study], reached.get(part.study)), known[part.study])
        for report in reports
        for part in report.studies
        if part.study in known
    ]
    return file("report_file.html", language, reports=shown, ehr=None)
