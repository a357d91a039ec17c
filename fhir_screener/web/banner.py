"""The honest banner of a worklist: what its last sweep left out, and how old it is. Shown by `sweep_banner.html`."""

from __future__ import annotations

from dataclasses import dataclass

from fhir_screener.bootstrap.office import Office
from fhir_screener.criteria.model import Study
from fhir_screener.screening.freshness import Standing


@dataclass(frozen=True)
class Banner:
    """What the template is given, as `banner`."""

    study: str
    standing: Standing


def banner_of(office: Office, study: Study) -> Banner:
    """How the study's worklist stands. One small search on the target; raises ServerError."""
    return Banner(study.id, office.reports.standing(study.id))
