"""The evidence digest as a contract: these digests are in Tasks already."""

from hashlib import sha256

from fhir_screener.criteria.evidence import Evidence, Finding, met
from fhir_screener.screening.digest import evidence_digest
from fhir_screener.verdict import MET
from tests.builders.screenings import criterion, nested, screening


def test_the_spelling_does_not_change() -> None:
    assert (
        evidence_digest(screening(criteria=()))
        == "sha256:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"
    )
    assert evidence_digest(nested()) == "sha256:cd76049f8bfcf3d39e40bd6a06d64fc139c1b3e596387f107af7f983fbfc879c"


def test_anybody_can_compute_it() -> None:
    rows = (
        '["E8a","unknown","judgement",[["http://loinc.org|5196-1","negative","2021-02-11"]]],'
        '["I1","met","",[["","","1962-05"]]],'
        '["I2","unknown","no-data",[]]'
    )
    assert evidence_digest(screening()) == "sha256:" + sha256(f"[{rows}]".encode()).hexdigest()


def test_only_the_branch_that_decided_counts() -> None:
    one, other = met(Evidence("Observation/1", value="1")), met(Evidence("Observation/2", value="2"))
    by_first = Finding(MET, branches=(one, other), decided_by=0)
    alone = Finding(MET, branches=(one,), decided_by=0)
    assert _digest(by_first) == _digest(alone)
    assert _digest(by_first) != _digest(Finding(MET, branches=(one, other), decided_by=1))
    assert _digest(by_first) != _digest(Finding(MET, branches=(one, other)))


def test_a_second_record_of_the_same_fact_changes_nothing() -> None:
    fact = Evidence("Observation/1", "1", code="urn:x|1", display="X", value="7", date="2021-01-01")
    copy = Evidence("Observation/2", "9", code="urn:x|1", display="X", value="7", date="2021-01-01")
    assert _digest(met(fact)) == _digest(met(fact, copy)) == _digest(met(copy))


def test_an_absence_is_no_fact() -> None:
    assert _digest(met(Evidence(note="Nothing among 12 results."))) == _digest(met(Evidence(note="Nothing among 14.")))


def _digest(finding: Finding) -> str:
    return evidence_digest(screening(criteria=(criterion(finding),)))
