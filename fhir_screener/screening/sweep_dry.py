"""A CandidateStore that writes nothing: it says what would be written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fhir_screener.screening.candidate import Action, Existing
from fhir_screener.screening.change import Again
from fhir_screener.screening.ports import Applied, CandidateStore
from fhir_screener.screening.screening import Screening


class DryStore:
    """Reads the Tasks there are from the real store; carries nothing out."""

    def __init__(self, store: CandidateStore) -> None:
        self._store = store

    def existing(self, study: str, patients: Sequence[str]) -> Mapping[str, Existing]:
        return self._store.existing(study, patients)

    def apply(
        self, screening: Screening, existing: Existing | None, action: Action, again: Again | None = None
    ) -> Applied:
        return Applied(action, existing.outcome if existing is not None else "")
