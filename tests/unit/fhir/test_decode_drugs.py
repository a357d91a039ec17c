"""Drugs, whichever resource holds them and however it names them."""

import pytest

from fhir_screener.records.facts import Quantity, Span
from fhir_screener.terminology.coding import RXNORM, SNOMED
from tests.builders.charts import PREDNISONE, coded, read, resource, statement

OTHER = coded(RXNORM, "161", "acetaminophen")


def medication(id_="m", **elements):
    return {"resourceType": "Medication", "id": id_, **elements}


def only(*resources):
    (fact,) = read(*resources).medications
    return fact


def by_reference(**elements):
    return statement(medicationCodeableConcept=None, **elements)


def test_a_statement():
    fact = only(
        statement(
            effectivePeriod={"start": "2021-01-01"},
            dateAsserted="2021-02-01",
            reasonCode=[{"text": "IgG4-RD"}],
        )
    )
    assert (fact.kind, fact.status, fact.span) == ("statement", "active", Span("2021-01-01", None))
    assert fact.asserted == "2021-02-01"
    assert fact.reasons[0].text == "IgG4-RD"
    assert fact.hits["steroids"].ingredient == "prednisone"


def test_a_request():
    fact = only(
        resource(
            "MedicationRequest",
            status="active",
            intent="order",
            doNotPerform=True,
            authoredOn="2021-02-01",
            medicationCodeableConcept=PREDNISONE,
            dosageInstruction=[{"text": "5 mg qd"}],
        )
    )
    assert (fact.kind, fact.intent, fact.do_not, fact.authored) == ("request", "order", True, "2021-02-01")
    assert fact.dose_text == "5 mg qd"


@pytest.mark.parametrize(
    ("dated", "moment"),
    [
        ({"effectiveDateTime": "2021-02-01"}, True),
        ({"effectivePeriod": {"start": "2021-02-01", "end": "2021-02-01"}}, False),
    ],
)
def test_a_statement_dated_by_one_moment_has_no_end(dated, moment):
    fact = only(resource("MedicationStatement", status="completed", medicationCodeableConcept=PREDNISONE, **dated))
    assert (fact.span.start, fact.moment) == ("2021-02-01", moment)


def test_an_administration_has_a_single_dosage():
    fact = only(
        resource(
            "MedicationAdministration",
            status="completed",
            effectiveDateTime="2021-02-01",
            medicationCodeableConcept=PREDNISONE,
            dosage={"dose": {"value": 500, "unit": "mg"}, "route": coded(SNOMED, "47625008")},
        )
    )
    assert fact.kind == "administration"
    assert fact.doses[0].low.value == 500
    assert fact.systemic is True


def test_a_dispense():
    fact = only(
        resource(
            "MedicationDispense",
            status="completed",
            whenHandedOver="2020-11-01",
            daysSupply={"value": 4, "unit": "wk"},
            medicationCodeableConcept=PREDNISONE,
        )
    )
    assert (fact.kind, fact.authored, fact.supply_days) == ("dispense", "2020-11-01", 28)
    assert fact.span == Span("2020-11-01", "2020-11-01")


def test_a_contained_medication_whose_ingredient_is_contained_beside_it():
    inside = medication(ingredient=[{"itemReference": {"reference": "#i"}}])
    fact = only(
        by_reference(contained=[inside, medication("i", code=PREDNISONE)], medicationReference={"reference": "#m"})
    )
    assert fact.hits["steroids"].ingredient == "prednisone"


def test_a_contained_medication():
    inside = medication(code=PREDNISONE, form={"text": "tablet"})
    fact = only(by_reference(contained=[inside], medicationReference={"reference": "#m"}))
    assert "steroids" in fact.hits
    assert (fact.form, fact.systemic) == ("tablet", True)


@pytest.mark.parametrize(
    "spelled", ["Medication/m", "Medication/m/_history/4", "https://ehr.example/fhir/Medication/m"]
)
def test_a_medication_by_reference_before_or_after_it(spelled):
    taken = by_reference(medicationReference={"reference": spelled})
    for order in ([medication(code=PREDNISONE), taken], [taken, medication(code=PREDNISONE)]):
        fact = only(*order)
        assert "steroids" in fact.hits
        assert fact.unresolved == ""


def test_another_servers_medication_of_the_same_id_is_not_ours():
    taken = by_reference(medicationReference={"reference": "https://other.example/fhir/Medication/m"})
    record = read(medication(code=PREDNISONE), taken, bases=("https://ehr.example/fhir",))
    assert record.medications[0].unresolved == "https://other.example/fhir/Medication/m"
    assert record.medications[0].hits == {}


def test_the_newest_version_of_a_medication_counts():
    old = medication(code=PREDNISONE, meta={"versionId": "1"})
    new = medication(code=OTHER, meta={"versionId": "2"})
    taken = by_reference(medicationReference={"reference": "Medication/m"})
    for order in ([old, new], [new, old]):
        assert read(*order, taken).medications == ()


def test_ingredients_count_too():
    mixed = medication(
        code=OTHER,
        ingredient=[
            {"itemCodeableConcept": OTHER},
            {
                "itemCodeableConcept": PREDNISONE,
                "strength": {"numerator": {"value": 5, "unit": "mg"}, "denominator": {"value": 1, "unit": "tablet"}},
            },
        ],
    )
    fact = only(mixed, by_reference(medicationReference={"reference": "Medication/m"}))
    assert fact.concept.codings[0].display == "acetaminophen"
    assert "steroids" in fact.hits
    assert fact.strength == Quantity(5, "mg", "", "5")


def test_an_ingredient_that_is_a_medication_of_its_own():
    mix = medication("mix", code=OTHER, ingredient=[{"itemReference": {"reference": "Medication/m"}}])
    taken = by_reference(medicationReference={"reference": "Medication/mix"})
    assert "steroids" in only(mix, medication(code=PREDNISONE), taken).hits


def test_a_strength_per_volume():
    drip = {"numerator": {"value": 500, "unit": "mg"}, "denominator": {"value": 50, "unit": "mL"}}
    mixed = medication(code=PREDNISONE, ingredient=[{"itemCodeableConcept": OTHER, "strength": drip}])
    fact = only(mixed, by_reference(medicationReference={"reference": "Medication/m"}))
    assert (fact.strength.value, fact.strength.unit) == (10, "mg/mL")


def test_an_unresolved_reference_is_kept_and_named():
    fact = only(by_reference(medicationReference={"reference": "Medication/gone"}))
    assert fact.unresolved == "Medication/gone"
    assert fact.hits == {}


def test_a_reference_that_names_the_drug_by_itself():
    named = by_reference(medicationReference={"reference": "Medication/gone", "display": "Prednisone 5 mg tablet"})
    fact = only(named)
    assert fact.unresolved == ""
    assert "steroids" in fact.hits
    assert fact.concept.text == "Prednisone 5 mg tablet"
    identified = {"identifier": {"system": RXNORM, "value": "8640"}}
    assert "steroids" in only(by_reference(medicationReference=identified)).hits
    worded = {"identifier": {"system": "urn:house:drugs", "value": "Prednisone 5 mg tablet"}}
    assert "steroids" in only(by_reference(medicationReference=worded)).hits
    numbered = {"identifier": {"system": "urn:house:drugs", "value": "000-4711"}}
    assert only(by_reference(medicationReference=numbered)).unresolved


def test_a_named_drug_of_no_value_set_is_only_counted():
    record = read(by_reference(medicationReference={"reference": "Medication/gone", "display": "Paracetamol"}))
    assert record.medications == ()
    assert record.seen["MedicationStatement"].count == 1


def test_no_medication_at_all_is_unresolved():
    assert only(by_reference()).unresolved
    assert only(medication(), by_reference(medicationReference={"reference": "Medication/m"})).unresolved


def test_the_shape_of_r5_is_said_and_never_taken_for_no_drug():
    record = read(by_reference(medication={"concept": PREDNISONE}))
    assert record.medications[0].unresolved
    assert record.problems == (
        "MedicationStatement/1: shaped by another version of FHIR (`medication` as R5 has it); only R4 is read",
    )


def test_the_shape_of_stu3_not_taken():
    record = read(statement(taken="n"))
    assert record.medications[0].status == "not-taken"
    assert "STU3" in record.problems[0]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (coded(RXNORM, "8640", "prednisone 5 MG Oral Tablet"), True),
        (coded(RXNORM, "8640", "prednisone ophthalmic suspension"), False),
        ({"text": "醋酸泼尼松片"}, True),
        ({"text": "泼尼松软膏"}, False),
        (coded(RXNORM, "8640", "prednisone"), None),
    ],
)
def test_systemic_by_the_words_of_the_product(code, expected):
    assert only(statement(medicationCodeableConcept=code)).systemic is expected


def test_a_route_speaks_before_the_products_words():
    oral = [{"route": coded(SNOMED, "26643006")}]
    eye = [{"route": {"text": "ophthalmic"}}]
    cream = coded(RXNORM, "8640", "prednisone cream")
    assert only(statement(medicationCodeableConcept=cream, dosage=oral)).systemic is True
    assert only(statement(dosage=eye)).systemic is False
    assert only(statement(dosage=eye + oral)).systemic is True


def procedure(**elements):
    return resource("Procedure", **{"status": "completed", "performedDateTime": "2021-01-05", **elements})


def test_a_procedure_that_names_a_drug_is_that_drug_given():
    record = read(procedure(code={"text": "Infusion of rituximab"}))
    (given,) = record.medications
    assert (given.kind, given.ref, given.span.start) == ("procedure", "Procedure/1", "2021-01-05")
    assert "rituximab" in given.hits
    assert "rituximab" in record.procedures[0].hits


def test_a_procedure_with_the_drug_in_what_was_used_or_in_its_note():
    code = coded(SNOMED, "14152002", "Intravenous infusion")
    assert "rituximab" in only(procedure(code=code, usedCode=[{"text": "rituximab"}])).hits
    assert "rituximab" in only(procedure(code=code, note=[{"text": "给予利妥昔单抗"}])).hits
    used = procedure(code=code, usedReference=[{"reference": "Medication/m"}])
    assert "rituximab" in only(medication(code=coded(RXNORM, "121191")), used).hits
    assert only(used).unresolved == "Medication/m"


def test_a_procedure_without_a_drug_is_none():
    record = read(procedure(code=coded(SNOMED, "236973005")))
    assert record.medications == ()
    assert "delivery" in record.procedures[0].hits


def test_a_billed_drug_without_a_word_is_a_drug_that_nobody_knows():
    code = {"coding": [{"system": "urn:oid:2.16.840.1.113883.6.285", "code": "J9999"}]}
    fact = only(resource("Procedure", code=code, status="completed", performedDateTime="2021-01-05"))
    assert (fact.kind, fact.unlisted) == ("procedure", True)


def test_a_billed_visit_is_none():
    code = {"coding": [{"system": "urn:oid:2.16.840.1.113883.6.285", "code": "G0463"}]}
    assert not read(resource("Procedure", code=code, status="completed")).medications


def test_a_diagnosis_may_tell_of_a_drug():
    told = {"text": "Toxicity of prednisone"}
    (mention,) = read(resource("Condition", code=told, recordedDate="2021-01-05")).mentions
    assert "steroids" in mention.hits


NUMBERED = {"coding": [{"system": "http://hl7.org/fhir/sid/ndc", "code": "00054001820"}]}


@pytest.mark.parametrize(("name", "listed"), [("PredniSONE", True), ("Zyxolin", False), ("PRED20", False)])
def test_a_product_with_a_bare_number_goes_by_an_identifier_that_is_a_drugs_name(name, listed):
    """So some hospitals' formularies write it; a house's own short code names nothing."""
    product = medication(code=NUMBERED, identifier=[{"system": "urn:house", "value": "7"}, {"value": name}])
    fact = only(product, by_reference(medicationReference={"reference": "Medication/m"}))
    assert ("steroids" in fact.hits, fact.unlisted) == (listed, not listed)


def test_an_ingredient_in_a_mix_goes_by_its_identifier_too():
    mix = medication("mix", ingredient=[{"itemReference": {"reference": "Medication/m"}}])
    product = medication(code=NUMBERED, identifier=[{"value": "prednisone"}])
    fact = only(mix, product, by_reference(medicationReference={"reference": "Medication/mix"}))
    assert "steroids" in fact.hits


@pytest.mark.parametrize(("words", "known"), [({}, True), ({"display": "Zyxolin"}, False)])
def test_an_ingredient_without_words_leaves_a_product_by_its_standard_code_what_it_is(words, known):
    """German products: ATC for the whole, a number of the substance for its ingredient."""
    whole = {
        "coding": [{"system": "http://fhir.de/CodeSystem/bfarm/atc", "code": "C10AA05", "display": "Atorvastatin"}]
    }
    part = {"coding": [{"system": "http://fhir.de/CodeSystem/ask", "code": "28860", **words}]}
    product = medication(code=whole, ingredient=[{"itemCodeableConcept": part}])
    found = read(product, by_reference(medicationReference={"reference": "Medication/m"})).medications
    assert (not found) is known


@pytest.mark.parametrize(
    "name", ["prednisone acetate 1% Ophth. Susp.", "prednisone 1% Opth soln", "prednisone 0.5% Oint"]
)
def test_drops_and_ointments_as_formularies_shorten_them_are_not_systemic(name):
    assert only(statement(medicationCodeableConcept={"text": name})).systemic is False
