"""One entry of the ledger: a criterion of a study with its finding."""

from __future__ import annotations

import msgspec

from fhir_screener.criteria.blank import Scope, filled
from fhir_screener.criteria.evidence import Finding
from fhir_screener.verdict import MET, NOT_MET, Reason, Verdict


class Standing:
    """A finding that many patients share, and what is remembered with it: its pieces of the ndjson line and digest."""

    __slots__ = ("finding", "line", "row")

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        self.line: list[bytes] | None = None
        self.row: list[bytes] | None = None


class CriterionFinding(msgspec.Struct, frozen=True, eq=False, gc=False):
    """A criterion and its finding. `answer` is the finding with blanks, which `scope` fills in once somebody reads it."""

    id: str
    role: str
    settle: str
    answer: Finding
    phase: str = "prescreen"
    scope: Scope | None = None
    standing: Standing | None = None
    _filled: tuple[Finding, Finding] | None = None

    @property
    def finding(self) -> Finding:
        """The finding as it is read."""
        if self.scope is None:
            return self.answer
        if self._filled is None or self._filled[0] is not self.answer:
            msgspec.structs.force_setattr(self, "_filled", (self.answer, filled(self.answer, self.scope)))
        assert self._filled is not None
        return self._filled[1]

    @property
    def verdict(self) -> Verdict:
        return self.answer.verdict

    @property
    def reason(self) -> Reason | None:
        return self.answer.reason

    @property
    def decides(self) -> bool:
        """Whether this alone keeps the patient out: an inclusion not met, or an exclusion met."""
        return self.answer.verdict is (NOT_MET if self.role == "inclusion" else MET)

    @property
    def speaks_for(self) -> bool:
        """Whether it is settled in the patient's favour: an inclusion met, or an exclusion not met."""
        return self.answer.verdict is (MET if self.role == "inclusion" else NOT_MET)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CriterionFinding):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[str, str, str, Finding, str]:
        return self.id, self.role, self.settle, self.finding, self.phase
