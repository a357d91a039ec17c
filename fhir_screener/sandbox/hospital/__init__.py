"""The sample hospital: seeded FHIR R4 charts whose truth for trial NCT04660565 was planned before they were written.

    for chart in generate(patients=1000, seed=1, as_of=date(2026, 3, 2)):
        chart.patient_id, chart.resources, chart.truth

The plan is the table of situations in `situations/`: each row says in a clinician's words what happened, what is true
of one criterion because of it, and how it stands in the chart. Nothing here knows the code that judges.
"""

from __future__ import annotations

from fhir_screener.sandbox.hospital.dates import AS_OF
from fhir_screener.sandbox.hospital.folder import TRUTH, Written, write
from fhir_screener.sandbox.hospital.generator import Chart, generate
from fhir_screener.sandbox.hospital.shared import CLINIC, shared_resources

__all__ = ["AS_OF", "CLINIC", "TRUTH", "Chart", "Written", "generate", "shared_resources", "write"]
