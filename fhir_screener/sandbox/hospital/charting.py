"""Everything that can be written into a chart, in one class."""

from __future__ import annotations

from fhir_screener.sandbox.hospital.drugs import Drugs
from fhir_screener.sandbox.hospital.papers import Papers
from fhir_screener.sandbox.hospital.results import Results


class Charting(Results, Drugs, Papers):
    """The pen with all its verbs; situations and the daily routine write with it."""
