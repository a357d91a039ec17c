"""What of a finding concerns this patient: where sex or age alone answers, what was looked for beside it does not.

Records stay, whatever they say; only searches that came to nothing, and the register once more, are left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_screener.criteria.evidence import Evidence, Finding

_REGISTER = "Patient/"


def bearing(finding: Finding) -> Finding:
    """The same tree without what is beside the point for this sex and age: no pregnancy is looked for in a man."""
    return _bearing(finding, moot=False)


def _bearing(finding: Finding, *, moot: bool) -> Finding:
    evidence = tuple(filter(_is_record, finding.evidence)) if moot else finding.evidence
    by = finding.decided_by
    alone = by is not None and by < len(finding.branches) and _of_register(finding.branches[by])
    branches = tuple(
        _bearing(one, moot=moot or not one.applicable or (alone and place != by))
        for place, one in enumerate(finding.branches)
    )
    return finding.but(evidence=evidence, branches=branches)


def _is_record(item: Evidence) -> bool:
    return bool(item.reference) and not item.reference.startswith(_REGISTER)


def _of_register(finding: Finding) -> bool:
    """Whether sex and age are all that it rests on."""
    found = list(_evidence(finding))
    return bool(found) and all(item.reference.startswith(_REGISTER) for item in found)


def _evidence(finding: Finding) -> Iterator[Evidence]:
    yield from finding.evidence
    for branch in finding.branches:
        yield from _evidence(branch)
