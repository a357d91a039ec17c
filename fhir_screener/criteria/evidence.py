"""What moved a verdict: evidence, and findings nested like the rule.

The fields stand in the order of the ndjson line, which is written straight from them.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from fhir_screener.sentence import Text
from fhir_screener.verdict import MET, NOT_MET, UNKNOWN, Reason, Verdict


class _Record(msgspec.Struct, frozen=True, gc=False):
    reference: str = ""
    version: str = ""


class Evidence(_Record, frozen=True, kw_only=True, gc=False):
    """One record, or one stated absence, as it was recorded.

    `reference` is `Type/id` ("" for an absence), `code` `system|code`, `date` and `value` are strings as recorded.
    `note` is one plain sentence, made when it is read. `decides` tells deciding evidence from context. `standard` is the
    code, as `system|code`, that the site's table gives for a local `code`.
    """

    date: str = ""
    code: str = ""
    display: str = ""
    value: str = ""
    note: Text = ""
    decides: bool = True
    standard: str = ""


class _Answer(msgspec.Struct, frozen=True, gc=False):
    verdict: Verdict
    reason: Reason | None = None


class Finding(_Answer, frozen=True, kw_only=True, gc=False):
    """The answer of one node of a rule.

    `reason` is set if and only if the verdict is unknown. `decided_by` is the index of the branch that decided.
    `clock`: time alone, at a known day, ends this verdict. `leans`: for an unknown, the verdict that the evidence points
    to. `repeatable`: a repeat of the test could mend it. `settle`: how this unknown would be settled (`criteria.settling`), by
    the branch `soonest` where there are several.
    """

    applicable: bool = True
    rule: str = ""
    label: Text = ""
    clock: bool = False
    leans: Verdict | None = None
    repeatable: bool = False
    decided_by: int | None = None
    settle: str = ""
    soonest: int | None = msgspec.field(default=None, name="soonest_branch")
    evidence: tuple[Evidence, ...] = ()
    branches: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        if (self.verdict is UNKNOWN) != (self.reason is not None):
            raise ValueError("an unknown has a reason, and only an unknown")

    @property
    def needs_eyes(self) -> bool:
        return self.reason is not None and self.reason.needs_eyes

    @property
    def deciding(self) -> tuple[Finding, ...]:
        """The branch that decided, or all branches where none did."""
        return self.branches if self.decided_by is None else (self.branches[self.decided_by],)

    def deciding_evidence(self) -> Iterator[Evidence]:
        """Its own evidence, then that of what decided below it; context beside it, which does not decide, included."""
        yield from self.evidence
        for branch in self.deciding:
            yield from branch.deciding_evidence()

    def but(self, **changes: object) -> Finding:
        """This finding with some fields changed."""
        return msgspec.structs.replace(self, **changes)

    def alike(self, other: Finding) -> bool:
        """Whether nothing that a rule above looks at differs."""
        return (
            self.verdict is other.verdict
            and self.reason is other.reason
            and self.applicable is other.applicable
            and self.clock is other.clock
            and self.leans is other.leans
            and self.repeatable is other.repeatable
        )


def met(*evidence: Evidence, **more: object) -> Finding:
    return Finding(MET, evidence=evidence, **more)  # type: ignore[arg-type]


def not_met(*evidence: Evidence, **more: object) -> Finding:
    return Finding(NOT_MET, evidence=evidence, **more)  # type: ignore[arg-type]


def unknown(reason: Reason, *evidence: Evidence, **more: object) -> Finding:
    return Finding(UNKNOWN, reason, evidence=evidence, **more)  # type: ignore[arg-type]
