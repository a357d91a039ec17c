"""What concerns a patient: where sex or age alone answers, what was looked for in vain beside it is not listed."""

from __future__ import annotations

from fhir_screener.criteria.evidence import Evidence, Finding, not_met, unknown
from fhir_screener.criteria.ledger import CriterionFinding
from fhir_screener.screening.absence_words import searched
from fhir_screener.screening.account import evidence, reason_words
from fhir_screener.verdict import NOT_MET, UNKNOWN, Reason

MALE = Evidence(reference="Patient/1", note="The record says male.")
AGE = Evidence(reference="Patient/1", note="Born 1953-04-05; asked: age at least 12 years.", decides=False)
NO_PREGNANCY = Evidence(note="Nothing on record about pregnancy (63 records read since 2024-02-20).", decides=False)
OLD_PREGNANCY = Evidence(reference="Condition/1", note="Pregnancy: no longer current", decides=False)


def ruled_out(*sought: Evidence, by: int | None = 1) -> Finding:
    asked = unknown(Reason.NO_DATA, *sought)
    return Finding(NOT_MET, rule="unless", branches=(asked, not_met(MALE), not_met(AGE)), decided_by=by)


def words(finding: Finding) -> list[str]:
    return [*(str(item.note) for item in evidence(finding) if item.reference), *map(str, searched(finding))]


def test_no_pregnancy_is_looked_for_in_a_man() -> None:
    assert words(ruled_out(NO_PREGNANCY)) == ["The record says male."]


def test_a_record_of_it_stays() -> None:
    assert words(ruled_out(OLD_PREGNANCY, NO_PREGNANCY)) == ["The record says male.", "Pregnancy: no longer current"]


def test_where_something_else_decides_it_is_told() -> None:
    assert "Nothing in 63 records since 2024-02-20: pregnancy" in words(ruled_out(NO_PREGNANCY, by=0))


def test_a_question_for_men_alone_is_not_told_of_a_woman() -> None:
    asked = Finding(
        UNKNOWN,
        Reason.NO_DATA,
        rule="when",
        branches=(not_met(Evidence(reference="Patient/1", note="The record says female.")), ruled_out(NO_PREGNANCY)),
        decided_by=0,
        applicable=False,
    )
    tumour = unknown(Reason.EQUIVOCAL, Evidence(reference="Condition/2", note="Tumour: differential"))
    whole = Finding(UNKNOWN, Reason.EQUIVOCAL, rule="weigh", branches=(tumour, asked), decided_by=0)
    assert words(whole) == ["Tumour: differential"]


def test_a_test_that_is_there_but_too_old_is_said_to_be() -> None:
    old = Evidence(
        reference="Observation/1", note="HBsAg: negative; older than 3 months", date="2025-10-02", decides=False
    )
    none = Evidence(note="Nothing on record settles hbsag within 3 months (63 records read).", decides=False)
    found = CriterionFinding("E8a", "exclusion", "test: hbsag", unknown(Reason.NO_DATA, old, none))
    assert [str(one) for one in searched(found.finding)] == ["On record, but too old: hbsag within 3 months"]
    assert str(reason_words(found)) == "not enough on record: a test there is too old"
    never = Evidence(note="Nothing on record about hbsag within 3 months (63 records read).", decides=False)
    found = CriterionFinding("E8a", "exclusion", "test: hbsag", unknown(Reason.NO_DATA, never))
    assert [str(one) for one in searched(found.finding)] == ["Nothing in 63 records: hbsag within 3 months"]
    assert str(reason_words(found)) == "not enough on record"
