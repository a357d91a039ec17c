"""A study compiled: what on record concerns each rule, and answers that many patients share, made once.

A rule that nothing on record concerns is not asked: its answer is the same for everybody, but for the numbers that are
blank in it (`blank`). Rules made of rules remember what they made of answers that are shared themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from fhir_screener.criteria.evidence import Finding
from fhir_screener.criteria.ledger import Standing
from fhir_screener.verdict import UNKNOWN, Reason

DRUG, CONSENT, SUBJECT, REGISTER = "?drug", "?consent", "?subject", "?register"
"""What can concern a rule besides value sets: a drug nobody can name, a Consent, a ResearchSubject, the Patient."""
_REMEMBERED = 20_000


class Asked(Protocol):
    """A rule, as far as the plan looks at it."""

    def parts(self) -> tuple[Any, ...]: ...

    def evaluate(self, view: Any) -> Finding: ...


class Joint(Asked, Protocol):
    """A rule whose answer follows from those of its parts."""

    def over(self, branches: tuple[Finding, ...]) -> Finding: ...


Frontier = tuple[tuple[Asked, ...], frozenset[str]]


class Plan:
    """The memory of one study; one for all its patients.

    `concerns` {id of a rule: value sets and marks any of which makes its answer the patient's own}; rules that do not
    say are always asked. `joints` are the ids of rules whose answer follows from those of their parts alone; `frontiers`
    {id of a joint: the rules in it that are always asked, the value sets and marks that concern the others}.
    """

    def __init__(self, rules: Iterable[Asked] = ()) -> None:
        self.concerns: dict[int, frozenset[str]] = {}
        self.joints: set[int] = set()
        self.frontiers: dict[int, Frontier] = {}
        self._rules = list(rules)
        self.roots: dict[int, set[int]] = {}
        """{id of a rule: ids of the outermost rules that it is part of}"""
        for rule in self._rules:
            self._add(rule, id(rule))
        self._constants: dict[tuple[frozenset[str], frozenset[str]], dict[int, Finding]] = {}
        self._shared: dict[Any, Finding] = {}
        self._kept: dict[int, Finding] = {}
        self.sources: dict[str, frozenset[str]] = {}
        """{id of a criterion: the types of records that can settle it}, of those that were asked for"""
        self._standings: dict[tuple[str, int], Standing] = {}

    def _add(self, rule: Asked, root: int) -> Frontier:
        self.roots.setdefault(id(rule), set()).add(root)
        inner = [self._add(part, root) for part in rule.parts()]
        tell = getattr(rule, "concerned_by", None)
        if hasattr(rule, "over"):
            self.joints.add(id(rule))
            asked = {id(one): one for always, _ in inner for one in always}
            found = tuple(asked.values()), frozenset().union(*(sets for _, sets in inner))
        else:
            found = ((), tell()) if tell is not None else ((rule,), frozenset())
        if not found[0]:
            self.concerns[id(rule)] = found[1]
        elif id(rule) in self.joints:
            self.frontiers[id(rule)] = found
        return found

    def constants(self, failed: frozenset[str], absent: frozenset[str]) -> dict[int, Finding]:
        """{id of a rule: its answer where nothing concerns it}, for charts that lack the same types."""
        return self._constants.setdefault((failed, absent), {})

    def keep(self, finding: Finding) -> Finding:
        """Take a finding for one that patients share."""
        self._kept[id(finding)] = finding
        return finding

    def shares(self, finding: Finding) -> bool:
        """Whether it is one that patients share."""
        return id(finding) in self._kept

    def outline(self, finding: Finding) -> Finding:
        """A shared finding that is alike in all that a rule above looks at."""
        found = finding
        key = (
            found.verdict,
            found.reason,
            found.applicable,
            found.clock,
            found.leans,
            found.repeatable,
            found.settle,
            bool(found.branches),
        )
        return self._shared.get(key) or self.shared(key, lambda: _outline(finding))

    def shared(self, key: tuple[Any, ...], make: Callable[[], Finding]) -> Finding:
        """The finding of this key, made once. The key names all that it depends on."""
        found = self._shared.get(key)
        if found is None:
            found = make()
            if len(self._shared) < _REMEMBERED:
                self._shared[key] = self.keep(found)
        return found

    def joined(self, rule: Joint, branches: tuple[Finding, ...]) -> Finding:
        """What a rule makes of its branches; remembered where all are shared."""
        # Only ids of shared findings get into a key, and these live as long as the plan: no id is ever used again.
        key = (id(rule), *map(id, branches))
        found = self._shared.get(key)
        if found is None:
            found = rule.over(branches)
            if all(map(self.shares, branches)) and len(self._shared) < _REMEMBERED:
                self._shared[key] = self.keep(found)
        return found

    def standing(self, criterion: str, finding: Finding) -> Standing | None:
        """The shared finding of a criterion with what is remembered about it; None for a patient's own."""
        key = (criterion, id(finding))
        found = self._standings.get(key)
        if found is None and id(finding) in self._kept:
            found = self._standings[key] = Standing(finding)
        return found


def _outline(finding: Finding) -> Finding:
    """Nothing of the patient: only what the key says."""
    branches = (_PART,) if finding.branches else ()
    return finding.but(evidence=(), branches=branches, label="", rule="", decided_by=None, soonest=None)


_PART = Finding(UNKNOWN, Reason.NO_DATA)
