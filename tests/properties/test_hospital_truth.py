"""The sample hospital: its truth was planned before its charts were written; the judge must find it, every criterion."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path

from fhir_screener.fhir.files import FolderSource
from fhir_screener.sandbox.hospital import TRUTH, write
from fhir_screener.screening.screen import screen
from fhir_screener.studies.load import Catalog

AS_OF = date(2026, 3, 2)
MAPPINGS = Path(__file__).parent.parent.parent / "mappings"


def test_every_patient_and_every_criterion_of_the_sample_hospital(tmp_path: Path) -> None:
    write(tmp_path, patients=1000, seed=1, as_of=AS_OF)
    truths = {t["patient"]: t for t in map(json.loads, (tmp_path / TRUTH).read_text("utf-8").splitlines())}
    loaded = Catalog(MAPPINGS).load(["NCT04660565"])
    wrong: Counter[str] = Counter()
    answered = 0
    for record in FolderSource(tmp_path, loaded.terminology).records():
        answered += 1
        truth = truths[record.patient.id]
        found = screen(loaded.studies[0], record, AS_OF, loaded.terminology)
        if (found.outcome.value, str(found.eligible_from)) != (truth["outcome"], str(truth.get("eligible_from"))):
            wrong[f"{record.patient.id}: {found.outcome.value}, planned {truth['outcome']}"] += 1
        for criterion in found.criteria:
            planned = truth["criteria"][criterion.id]
            reason = criterion.reason.value if criterion.reason else None
            if (criterion.verdict.value, reason) != (planned["verdict"], planned.get("reason")):
                wrong[f"{record.patient.id} {criterion.id}: {criterion.verdict.value} {reason}, planned {planned}"] += 1
    assert answered == 1000
    assert wrong == Counter()
