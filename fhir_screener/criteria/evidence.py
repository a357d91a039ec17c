"""What moved a verdict: evidence, and findings nested like the rule."""

from __future__ import annotations

from dataclasses import dataclass, fields

from fhir_screener.sentence import Text
from fhir_screener.verdict import MET, NOT_MET, UNKNOWN, Reason, Verdict


@dataclass(frozen=True, slots=True)
class Evidence:
    """One record, or one stated absence, as it was recorded.

    `reference` is `Type/id` ("" for an absence), `code` `system|code`, `date` and `value` are strings as recorded.
    `note` is one plain sentence, made when it is read. `decides` tells deciding evidence from context. `standard` is the
    code, as `system|code`, that the site's table gives for a local `code`.
    """

    reference: str = ""
    version: str = ""
    code: str = ""
    display: str = ""
    value: str = ""
    date: str = ""
    note: Text = ""
    decides: bool = True
    standard: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer of one node of a rule.

    `reason` is set if and only if the verdict is unknown. `decided_by` is the index of the branch that decided.
    `clock`: time alone, at a known day, ends this verdict. `leans`: for an unknown, the verdict that the evidence points
    to. `repeatable`: a repeat of the test could mend it. `settle`: how this unknown would be settled (`criteria.settling`), by
    the branch `soonest` where there are several.
    """

    verdict: Verdict
    reason: Reason | None = None
    rule: str = ""
    evidence: tuple[Evidence, ...] = ()
    branches: tuple[Finding, ...] = ()
    decided_by: int | None = None
    applicable: bool = True
    clock: bool = False
    leans: Verdict | None = None
    repeatable: bool = False
    label: Text = ""
    settle: str = ""
    soonest: int | None = None

    def __post_init__(self) -> None:
        if (self.verdict is UNKNOWN) != (self.reason is not None):
            raise ValueError("an unknown has a reason, and only an unknown")

    @property
    def needs_eyes(self) -> bool:
        return self.reason is not None and self.reason.needs_eyes

    def but(self, **changes: object) -> Finding:
        """This finding with some fields changed."""
        new = object.__new__(Finding)
        for name in _FIELDS:
            object.__setattr__(new, name, changes[name] if name in changes else getattr(self, name))
        new.__post_init__()
        return new


_FIELDS = tuple(field.name for field in fields(Finding))


def met(*evidence: Evidence, **more: object) -> Finding:
    return Finding(MET, evidence=evidence, **more)  # type: ignore[arg-type]


def not_met(*evidence: Evidence, **more: object) -> Finding:
    return Finding(NOT_MET, evidence=evidence, **more)  # type: ignore[arg-type]


def unknown(reason: Reason, *evidence: Evidence, **more: object) -> Finding:
    return Finding(UNKNOWN, reason, evidence=evidence, **more)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class CriterionFinding:
    """A criterion of a study with its finding: one entry of the ledger."""

    id: str
    role: str
    settle: str
    finding: Finding
    phase: str = "prescreen"

    @property
    def verdict(self) -> Verdict:
        return self.finding.verdict

    @property
    def reason(self) -> Reason | None:
        return self.finding.reason

    @property
    def decides(self) -> bool:
        """Whether this alone keeps the patient out: an inclusion not met, or an exclusion met."""
        return self.verdict is (NOT_MET if self.role == "inclusion" else MET)

    @property
    def speaks_for(self) -> bool:
        """Whether it is settled in the patient's favour: an inclusion met, or an exclusion not met."""
        return self.verdict is (MET if self.role == "inclusion" else NOT_MET)
