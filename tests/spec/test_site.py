"""A site's overlay: local codes and words, normal ranges, test patients; and when absence is an answer."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from fhir_screener.criteria.judge import judge
from fhir_screener.criteria.ledger import CriterionFinding
from fhir_screener.criteria.model import Criterion
from fhir_screener.criteria.view import View
from fhir_screener.records.facts import Patient, Quantity, Span, Value
from fhir_screener.records.patient_record import PatientRecord
from fhir_screener.screening.screenable import bar
from fhir_screener.terminology.coding import LOINC, Coding, Concept
from fhir_screener.terminology.result_words import Polarity
from fhir_screener.terminology.site import Range, Site
from fhir_screener.terminology.terms import Terminology
from fhir_screener.verdict import MET, NOT_MET, UNKNOWN, Reason
from tests.spec import facts as make
from tests.spec.conftest import AS_OF, SETS, ZONE, read_rule, record_of

LAB = "urn:oid:2.999.1"
DRUGS = ("MedicationStatement", "MedicationRequest", "MedicationAdministration", "MedicationDispense", "Procedure")
EXPOSURE = "exposure: {to: [rituximab], review: [denosumab], infused: [rituximab], within: P6M}"
E5 = "weigh: [" + "{" + EXPOSURE + "}, {condition: {in: [], review: [benign], within: P6M}}]"


def terms(**site: Any) -> Terminology:
    return Terminology(SETS.sets.values(), site=Site(name="here", title="Our Hospital", **site))


def answer(
    rule: str, *facts: Any, role: str = "exclusion", on: date = AS_OF, site: Terminology, **more: Any
) -> CriterionFinding:
    """The answer to a criterion of this one rule."""
    view = View(record_of(*facts, **more), on.toordinal(), ZONE, site, "NCT1")
    return judge(Criterion("E5", role, "Any.", read_rule(rule)), view)


# --- local codes


def test_a_local_code_counts_as_the_standard_code_it_stands_for_and_keeps_its_own() -> None:
    site = terms(means={(LAB, "0231"): Coding(LOINC, "L1")})
    test = Concept((Coding(LAB, "0231", "HBsAg 2"),))
    fact = make.result("L1", "negative")
    local = type(fact)(ref="Observation/9", status="final", concept=test, hits=site.classify(test),
                       effective=fact.effective, value=fact.value)  # fmt: skip
    found = answer("result: {of: [hbsag], within: P3M}", local, site=site)
    assert found.verdict is NOT_MET
    (evidence,) = (item for item in found.finding.evidence if item.decides)
    assert (evidence.code, evidence.standard) == (f"{LAB}|0231", f"{LOINC}|L1")


def test_a_mapped_local_code_is_not_read_by_its_name_as_well() -> None:
    """The laboratory calls it rituximab; the table says that it is another test."""
    named = Concept((Coding(LAB, "77", "rituximab"),))
    assert "rituximab" in terms().classify(named)
    assert "rituximab" not in terms(ignored=frozenset({(LAB, "77")})).classify(named)


# --- words and ranges


def test_a_sites_word_counts_as_a_whole_and_not_as_a_part_of_a_sentence() -> None:
    site = terms(words={"未超界": Polarity.NEGATIVE})
    rule = "result: {of: [hbsag], within: P3M}"
    assert answer(rule, make.result("L1", "未超界"), site=site).verdict is NOT_MET
    assert answer(rule, make.result("L1", "复查后未超界?"), site=site).verdict is UNKNOWN
    assert answer(rule, make.result("L1", "未超界"), site=terms()).reason is Reason.UNREADABLE


@pytest.mark.parametrize(
    ("value", "verdict", "reason"),
    [
        (Value(quantity=Quantity(2.0, "g/L")), MET, None),
        (Value(quantity=Quantity(1.0, "g/L")), NOT_MET, None),
        (Value(quantity=Quantity(200, "mg/dL")), MET, None),  # the unit converts
        (Value(quantity=Quantity(2.0, "g/L"), high=Quantity(3.0, "g/L")), NOT_MET, None),  # its own range comes first
        (Value(quantity=Quantity(2.0, "g/L"), range_text="see below"), UNKNOWN, Reason.UNREADABLE),
        (Value(quantity=Quantity(2.0, "")), UNKNOWN, Reason.UNREADABLE),
        (Value(quantity=Quantity(2.0, "mmol/L")), UNKNOWN, Reason.UNREADABLE),
    ],
)
def test_the_sites_range_speaks_where_a_result_has_none(value: Value, verdict: Any, reason: Any) -> None:
    site = terms(ranges={"egfr": (Range("g/L", 0.1, 1.35),)})
    found = answer("result: {of: [egfr], above: range, within: P3M}", make.result("L2", value), site=site)
    assert (found.verdict, found.reason) == (verdict, reason)


@pytest.mark.parametrize(
    ("text", "point", "comma"),
    [
        ("1,250 g/L", NOT_MET, MET),  # 1250, or one and a quarter
        ("12,5 g/L", MET, MET),
        ("1.250 g/L", MET, UNKNOWN),  # with a decimal comma, nobody knows
        ("1.250,5 g/L", UNKNOWN, NOT_MET),
        ("0.250 g/L", MET, MET),
        ("0,5-1,250 g/L", UNKNOWN, MET),
    ],
)
def test_numbers_in_words_have_the_sites_decimal_mark(text: str, point: Any, comma: Any) -> None:
    rule = "result: {of: [egfr], below: {g/L: 60}, within: P3M}"
    fact = make.result("L2", text)
    assert answer(rule, fact, site=terms()).verdict is point
    assert answer(rule, fact, site=terms(decimal_comma=True)).verdict is comma


# --- test patients


@pytest.mark.parametrize(
    ("name", "barred"), [("测试 病人", True), ("TEST Patient", True), ("Testa Rossa", False), ("王测试", False)]
)
def test_a_name_of_the_sites_list_is_nobody(name: str, barred: bool) -> None:
    site = terms(test_names=("测试*", "test patient"))
    view = View(PatientRecord(Patient(id="p", names=(name,))), AS_OF.toordinal(), ZONE, site)
    assert (bar(view) is not None) is barred


# --- research use denied


@pytest.mark.parametrize(
    ("permit", "at_large", "barred"),
    [
        ("deny", (), True),
        ("deny", (Span("2021", "2051"),), False),  # denies as a whole, permits research: the German broad consent
        ("deny", (Span("2011", "2020"),), True),  # the permission has run out
        ("permit", (Span("2021", None),), True),
        ("permit", (), False),
    ],
)
def test_a_refusal_may_except_research_at_large(permit: str, at_large: tuple[Span, ...], barred: bool) -> None:
    consent = make.consent(permit=permit, at_large=at_large, broad=True)
    view = View(PatientRecord(Patient(id="p"), consents=(consent,)), AS_OF.toordinal(), ZONE, terms())
    assert (bar(view) is not None) is barred


# --- completeness


def test_absence_is_unknown_unless_the_site_says_that_all_is_recorded() -> None:
    assert answer(E5, site=terms()).reason is Reason.NO_DATA
    found = answer(E5, site=terms(complete=dict.fromkeys((*DRUGS, "Condition"))))
    assert found.verdict is NOT_MET
    assert "Our Hospital states that its records are complete: Condition, Medication" in found.finding.evidence[0].note


@pytest.mark.parametrize("missing", DRUGS)
def test_every_type_that_is_read_must_be_complete_or_not_offered(missing: str) -> None:
    stated = dict.fromkeys({*DRUGS, "Condition"} - {missing})
    assert answer(E5, site=terms(complete=stated)).reason is Reason.NO_DATA
    assert answer(E5, site=terms(complete=stated), absent=frozenset({missing})).verdict is NOT_MET
    assert answer(E5, site=terms(complete=dict.fromkeys(DRUGS))).reason is Reason.NO_DATA
    assert answer(E5, site=terms(complete=stated), failed=frozenset({missing})).verdict is UNKNOWN


def test_what_is_not_offered_at_all_is_no_statement() -> None:
    found = answer(EXPOSURE, site=terms(complete={"Condition": None}), absent=frozenset(DRUGS))
    assert found.verdict is UNKNOWN


def test_a_complete_record_with_something_nobody_can_read_is_no_answer() -> None:
    site = terms(complete=dict.fromkeys((*DRUGS, "Condition")))
    assert answer(E5, site=site, unread={"MedicationStatement": 1}).reason is Reason.NO_DATA
    assert answer(E5, site=site, unread={"Observation": 1}).verdict is NOT_MET
    assert answer(E5, site=site, problems=("Condition/3: could not be understood",)).reason is Reason.NO_DATA


def test_what_is_on_record_still_counts() -> None:
    site = terms(complete=dict.fromkeys((*DRUGS, "Condition")))
    given = make.drug("R1", "administration", taken="2021-01-05")
    assert answer(E5, given, site=site).verdict is MET
    assert answer(E5, make.drug("R1", taken="2020", status="completed"), site=site).reason is Reason.IMPRECISE_DATE
    old = make.drug("R1", "administration", taken="2018-01-05")
    assert answer(E5, old, site=site).verdict is NOT_MET


@pytest.mark.parametrize(
    ("since", "verdict"), [("2020-08-31", NOT_MET), ("2020-09-01", UNKNOWN), ("2020", UNKNOWN), ("2019", NOT_MET)]
)
def test_records_complete_since_a_day_answer_for_windows_that_begin_after_it(since: str, verdict: Any) -> None:
    site = terms(complete={**dict.fromkeys(DRUGS), "Condition": None, "MedicationRequest": since})
    assert answer(E5, site=site).verdict is verdict


def test_and_never_for_ever() -> None:
    lifelong = "condition: {in: [cancer]}"
    assert answer(lifelong, site=terms(complete={"Condition": None})).verdict is NOT_MET
    assert answer(lifelong, site=terms(complete={"Condition": "1990"})).reason is Reason.NO_DATA


@pytest.mark.parametrize(
    "rule",
    [
        "result: {of: [hbsag], within: P3M}",  # not tested is not negative
        "weigh: [{condition: {in: [cancer]}}, {result: {of: [hbsag], within: P3M}}]",
        "condition: {in: [], review: [in-situ]}",  # no record could meet it
        "condition: {in: [cancer], match: suspected}",
        "condition: {in: [cancer], began_within: P30D}",  # its record may be on the way
        "judgement: {show: [cancer]}",
        "not: {condition: {in: [cancer]}}",
        "dose: {of: [prednisone], in: prednisone, started_within: P28D, raised_within: P28D, free_for: P90D, "
        "continuing: P180D, baseline: {at_most: 10}}",
    ],
)
def test_absence_never_answers_these(rule: str) -> None:
    everything = dict.fromkeys((*DRUGS, "Condition", "Observation", "DiagnosticReport"))
    assert answer(rule, site=terms(complete=everything)).verdict is UNKNOWN


def test_nor_an_inclusion() -> None:
    assert answer(E5, role="inclusion", site=terms(complete=dict.fromkeys((*DRUGS, "Condition")))).verdict is UNKNOWN


def test_a_result_that_can_only_raise_a_doubt_does_not_stand_in_the_way() -> None:
    rule = "weigh: [{condition: {in: [cancer], within: P10Y}}, {when: {if: {sex: male}, then: {result: {of: [hbsag]," \
        " within: P12M, positive_within: P12M, positive: suspected, negative: context}}}}]"  # fmt: skip
    both = dict.fromkeys(("Condition", "Observation", "DiagnosticReport"))
    assert answer(rule, site=terms(complete=both)).verdict is NOT_MET
    assert answer(rule, site=terms(complete={"Condition": None})).reason is Reason.NO_DATA
    assert answer(rule, make.result("L1", "positive"), site=terms(complete=both)).reason is Reason.SUSPECTED
