"""Observations and reports become facts: every value[x], and whose result it is."""

import base64

import pytest

from fhir_screener.records.facts import Quantity, Span
from fhir_screener.terminology.coding import ICD10CM, LOINC, SNOMED
from tests.builders.charts import HBSAG, coded, observation, read, resource

UCUM = "http://unitsofmeasure.org"
POSITIVE = coded(SNOMED, "10828004", "Positive")
OTHER = coded(LOINC, "1-8")


def only(**elements):
    (fact,) = read(observation(**elements)).observations
    return fact


def value(**elements):
    return only(**elements).value


def spelled(number):
    """A quantity with the number just as it stands."""
    data = (
        b'{"resourceType":"Observation","id":"1","status":"final","subject":{"reference":"Patient/p"},'
        b'"code":{"coding":[{"system":"http://loinc.org","code":"5196-1"}]},"valueQuantity":{"value":%s}}'
    )
    (fact,) = read(data % number.encode()).observations
    return fact.value.quantity


@pytest.mark.parametrize("digits", ["7.50", "0.00100", "5", "-1.0", "1.5e3"])
def test_a_number_keeps_its_digits(digits):
    assert spelled(digits) == Quantity(float(digits), "", "", digits)


def test_a_number_as_text_and_one_with_its_comparator_inside():
    assert spelled('"5.40"') == Quantity(5.4, "", "", "5.40")
    assert spelled('"<0.05"') == Quantity(0.05, "", "<", "0.05")
    assert spelled('"high"') is None


def test_the_unit_is_the_ucum_code_only_where_the_system_says_ucum():
    ucum = {"value": 1, "unit": "IU per mL", "system": UCUM, "code": "[IU]/mL"}
    local = {"value": 1, "unit": "IU/mL", "system": "urn:local", "code": "u17"}
    assert value(valueQuantity=ucum).quantity.unit == "[IU]/mL"
    assert value(valueQuantity=local).quantity.unit == "IU/mL"
    assert str(value(valueQuantity={"value": 20, "comparator": "<", "unit": "IU/mL"}).quantity) == "<20 IU/mL"


def test_every_other_kind_of_value():
    assert value(valueCodeableConcept=POSITIVE).concept.codings[0].code == "10828004"
    assert value(valueString="not detected").text == "not detected"
    assert value(valueBoolean=False).boolean is False
    assert value(valueInteger=8).integer == 8
    assert value(valueDateTime="2021-03").date == "2021-03"
    assert value().empty


def test_a_titre_and_a_range_are_words_and_named_as_not_read():
    ratio = value(valueRatio={"numerator": {"value": 1}, "denominator": {"value": 160}})
    assert (ratio.text, ratio.unread) == ("1:160", "valueRatio")
    between = value(valueRange={"low": {"value": 5, "unit": "mm"}, "high": {"value": 9, "unit": "mm"}})
    assert (between.text, between.unread) == ("5 mm - 9 mm", "valueRange")
    assert value(valueSampledData={"origin": {"value": 0}}).unread == "valueSampledData"


def test_two_values_at_once_are_both_kept():
    both = value(valueQuantity={"value": 1}, valueCodeableConcept=POSITIVE)
    assert both.quantity.value == 1
    assert both.concept.codings


def test_interpretation_and_absence():
    assert value(interpretation=[coded("x", "H"), coded("x", "POS")]).interpretation[1].codings[0].code == "POS"
    assert value(interpretation=coded("x", "N")).interpretation[0].codings[0].code == "N"
    assert value(dataAbsentReason=coded("x", "not-performed")).absent == "not-performed"
    assert value(dataAbsentReason={"text": "haemolysed"}).absent == "haemolysed"


def test_the_normal_range_is_chosen():
    ranges = [
        {"type": {"coding": [{"code": "therapeutic"}]}, "low": {"value": 9}},
        {"low": {"value": 90, "unit": "mL"}, "high": {"value": 120, "unit": "mL"}, "text": "90-120"},
    ]
    found = value(referenceRange=ranges)
    assert (found.low.value, found.high.value, found.range_text) == (90, 120, "90-120")
    assert value(referenceRange=ranges[:1]).low is None  # a range for a treatment says nothing of what is normal


def test_a_range_that_spells_its_unit_as_the_result_does_is_in_the_unit_of_its_code():
    measured = {"value": 38, "unit": "U/mL", "system": "http://unitsofmeasure.org", "code": "[arb'U]/mL"}
    found = value(valueQuantity=measured, referenceRange=[{"high": {"value": 3.5, "unit": "U/mL"}}])
    assert (found.high.value, found.high.unit) == (3.5, "[arb'U]/mL")
    found = value(valueQuantity=measured, referenceRange=[{"high": {"value": 3.5, "unit": "kU/L"}}])
    assert found.high.unit == "kU/L"
    litres = {"value": 2, "unit": "mg/dL", "system": "http://unitsofmeasure.org", "code": "g/L"}
    found = value(valueQuantity=litres, referenceRange=[{"high": {"value": 135, "unit": "mg/dL"}}])
    assert found.high.unit == "mg/dL"  # that converts, and is what it says


def test_components_have_hits_of_their_own():
    parts = [{"code": HBSAG, "valueQuantity": {"value": 3}}, {"code": OTHER, "valueString": "x"}]
    fact = only(code=OTHER, component=parts)
    assert [sorted(part.hits) for part in fact.components] == [["hbsag"], []]
    assert fact.components[0].value.quantity.value == 3


def test_an_answer_that_names_a_disease_makes_it_relevant_but_positive_does_not():
    assert only(code=OTHER, valueCodeableConcept=coded(ICD10CM, "C50.1")).value.concept
    record = read(observation(code=OTHER, valueCodeableConcept=POSITIVE, effectiveDateTime="2020-05"))
    assert record.observations == ()
    assert record.seen["Observation"].since == "2020-05"


def test_words_that_name_a_disease_make_it_relevant():
    assert only(code=OTHER, valueString="history of breast cancer").hits == {}


def test_when():
    assert only(effectiveDateTime="2021-02-01").effective == Span("2021-02-01", "2021-02-01")
    assert only(effectivePeriod={"start": "2021-02-01"}).effective == Span("2021-02-01", None)
    assert only(effectiveInstant="2021-02-01T00:00:00Z").effective.start == "2021-02-01T00:00:00Z"
    assert only(issued="2021-02-02T00:00:00Z").issued == "2021-02-02T00:00:00Z"
    assert only(effectiveTiming={"event": ["2021-02-03", "2021-02-01"]}).effective == Span("2021-02-01", "2021-02-03")


@pytest.mark.parametrize(
    ("focus", "other"),
    [
        ("Patient/p", False),
        ("Condition/7", False),
        ("Patient/baby", True),
        ("RelatedPerson/donor", True),
        ("Group/controls", True),
        ("#x", True),
    ],
)
def test_whose_focus(focus, other):
    assert only(focus=[{"reference": focus}]).other_subject is other


def test_whose_specimen():
    mother = {"resourceType": "Specimen", "id": "s", "subject": {"reference": "Patient/mother"}}
    own = {**mother, "subject": {"reference": "Patient/p"}, "type": {"text": "Serum"}}
    assert only(contained=[mother], specimen={"reference": "#s"}).other_subject
    assert not only(contained=[own], specimen={"reference": "#s"}).other_subject
    (apart,) = read(mother, observation(specimen={"reference": "Specimen/s"})).observations
    assert apart.other_subject
    assert not only(specimen={"display": "Plasma"}).other_subject
    assert only(specimen={"display": "Plasma of the donor"}).other_subject


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("HBsAg (donor)", True),
        ("Mother's HBsAg", True),
        ("乙肝表面抗原(母亲)", True),
        ("HBsAg", False),
        ("Maternal serum hCG", False),
        ("Mother currently breastfeeding", False),
    ],
)
def test_whose_test_by_its_name(name, other):
    code = {"coding": [{"system": LOINC, "code": "5196-1"}], "text": name}
    assert only(code=code).other_subject is other


def test_a_result_of_a_group_or_device_is_nobodys():
    record = read(observation(subject={"reference": "Group/p"}), observation("2", subject={"reference": "Device/p"}))
    assert "Observation" not in record.seen


def report(id_="r", **elements):
    return resource("DiagnosticReport", id_, **{"status": "final", "code": OTHER, **elements})


def test_a_report_with_a_conclusion_is_an_observation():
    (fact,) = read(
        report(
            conclusion=" No active tuberculosis. ",
            conclusionCode=[coded(ICD10CM, "C50.9")],
            category=[coded("x", "RAD")],
            effectivePeriod={"start": "2021-01-01", "end": "2021-01-02"},
            result=[{"reference": "Observation/9"}],
        )
    ).observations
    assert fact.report
    assert fact.ref == "DiagnosticReport/r"
    assert fact.value.text == "No active tuberculosis."
    assert [one.codings[0].code for one in fact.conclusions] == ["C50.9"]
    assert (fact.categories, fact.members) == (("RAD",), ("Observation/9",))
    assert fact.effective == Span("2021-01-01", "2021-01-02")


def test_a_report_that_says_nothing_is_only_counted():
    record = read(report(result=[{"reference": "Observation/9"}], effectiveDateTime="2020"))
    assert record.observations == ()
    assert record.seen["DiagnosticReport"].count == 1
    assert record.seen["DiagnosticReport"].since == "2020"


def test_a_result_inside_its_report_takes_what_it_lacks_from_it():
    inside = {"resourceType": "Observation", "id": "o", "code": HBSAG, "valueCodeableConcept": POSITIVE}
    found = read(report(contained=[inside, {**inside, "id": "x", "code": OTHER}], effectiveDateTime="2021-01-03"))
    (fact,) = found.observations
    assert fact.ref == "DiagnosticReport/r#o"
    assert not fact.report
    assert (fact.status, fact.effective.start) == ("final", "2021-01-03")


def test_a_result_without_a_patient_is_reached_through_its_report():
    lone = observation("lone", subject=None)
    record = read(report(result=[{"reference": "Observation/lone"}]), lone)
    assert [fact.ref for fact in record.observations] == ["Observation/lone"]


def test_members_of_a_panel():
    fact = only(hasMember=[{"reference": "Observation/a"}, {"reference": "Observation/b/_history/2"}, {"display": "x"}])
    assert fact.members == ("Observation/a", "Observation/b")


def attached(*forms):
    """A report without conclusion, with these (content type, bytes) attached."""
    shown = [{"contentType": kind, "data": base64.b64encode(data).decode()} for kind, data in forms]
    record = read(resource("DiagnosticReport", code=OTHER, status="final", presentedForm=shown))
    return [fact.value.text for fact in record.observations]


def test_the_words_attached_to_a_report_stand_for_its_conclusion():
    assert attached(("text/plain; charset=utf-8", "双肺清晰。".encode())) == ["双肺清晰。"]
    assert attached(("text/plain", "双肺清晰。".encode("gb18030"))) == ["双肺清晰。"]
    assert attached(("text/html", b"<p>No <b>active</b> tuberculosis</p>&lt;end")) == ["No active tuberculosis\n<end"]
    assert attached(("application/pdf", b"%PDF-1.4"), ("text/plain", b"clear")) == ["clear"]


def test_what_is_attached_beside_a_conclusion_stands_beside_it():
    form = {"contentType": "text/plain", "data": base64.b64encode(b"Addendum: cavity.").decode()}
    more = {"conclusion": "Normal chest.", "presentedForm": [form]}
    record = read(resource("DiagnosticReport", code=OTHER, status="final", **more))
    assert [(fact.value.text, fact.attached) for fact in record.observations] == [
        ("Normal chest.", "Addendum: cavity.")
    ]


def test_an_addendum_attached_beside_its_report_is_read_with_it():
    both = attached(
        ("text/plain", b"Normal chest."), ("text/plain", b"Addendum: cavity."), ("text/plain", b"Normal chest.")
    )
    assert both == ["Normal chest.\nAddendum: cavity."]


def test_what_a_page_does_not_show_is_not_read():
    page = b"<style>p {}</style><script>'no cavity'</script><!-- normal --><del>Clear.</del><p>Cavity</p>"
    assert attached(("text/html", page)) == ["Cavity"]


def test_the_cells_of_a_page_are_words_of_their_own_and_its_lines_are_not_those_of_its_source() -> None:
    page = b"<table><tr><td>HBsAg</td><td>positive</td></tr></table>"
    assert attached(("text/html", page)) == ["HBsAg positive"]
    assert attached(("text/html", b"<p>No evidence\nof cancer</p>")) == ["No evidence of cancer"]


def test_a_scan_has_no_words():
    assert attached(("application/pdf", b"%PDF-1.4")) == []


def test_a_conclusion_comes_before_what_is_attached():
    shown = [{"contentType": "text/plain", "data": base64.b64encode(b"attached").decode()}]
    report = resource("DiagnosticReport", code=OTHER, conclusion="concluded", presentedForm=shown)
    assert [fact.value.text for fact in read(report).observations] == ["concluded"]
    broken = resource("DiagnosticReport", code=OTHER, presentedForm=[{"contentType": "text/plain", "data": "?"}])
    assert [fact.value.text for fact in read(broken).observations] == []
