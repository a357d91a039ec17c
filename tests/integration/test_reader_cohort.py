"""Who is worth reading, on three servers."""

import pytest

from fhir_screener.errors import UsageError
from fhir_screener.terminology.coding import ICD10CM, LOINC, RXNORM
from tests.builders.charts import PATIENT, coded, condition, observation, statement
from tests.integration.reader_world import load, of, source

PEOPLE = {
    "cohort-dotted": [condition(code=coded("http://hl7.org/fhir/sid/icd-10-cn", "C50"))],
    "cohort-lab": [observation(code=coded(LOINC, "5196-1"), valueString="negative")],
    "cohort-drug": [statement(medicationCodeableConcept=coded(RXNORM, "8640"))],
    "cohort-other": [condition(code=coded(ICD10CM, "J00"))],
    "cohort-none": [],
}
INDEX = {"index": ["cancer", "hbsag", "steroids"]}


@pytest.fixture
def loaded(shared_fhir_server):
    load(shared_fhir_server, *({**PATIENT, "id": patient} for patient in PEOPLE))
    load(shared_fhir_server, *(of(patient, one) for patient, made in PEOPLE.items() for one in made))
    return shared_fhir_server


def ids(base, cohort):
    with source(base, cohort=cohort) as reader:
        return list(reader.cohort())


def test_by_index(loaded):
    assert ids(loaded, INDEX) == ["cohort-dotted", "cohort-drug", "cohort-lab"]
    with source(loaded, cohort=INDEX) as reader:
        assert "the index search cannot see a diagnosis in text only, or under a local code" in reader.hidden


def test_all(loaded):
    assert sorted(one for one in ids(loaded, {"all": True}) if one.startswith("cohort-")) == sorted(PEOPLE)


def test_a_group_with_a_group_in_it(loaded):
    def members(*patients):
        return [{"entity": {"reference": one}} for one in patients]

    inner = members("Patient/cohort-none", "Patient/cohort-lab")
    outer = [*members("Patient/cohort-drug", "Patient/cohort-lab"), {"entity": {"reference": "Group/cohort-inner"}}]
    outer.append({"entity": {"reference": "Patient/cohort-other"}, "inactive": True})
    made = {"resourceType": "Group", "type": "person", "actual": True}
    load(loaded, {**made, "id": "cohort-inner", "member": inner})
    load(loaded, {**made, "id": "cohort-outer", "member": outer})
    assert ids(loaded, {"group": "cohort-outer"}) == ["cohort-drug", "cohort-lab", "cohort-none"]


def test_a_list(loaded):
    entries = [{"item": {"reference": f"Patient/{one}"}} for one in ("cohort-lab", "cohort-drug", "cohort-lab")]
    entries.append({"item": {"reference": "Patient/cohort-none"}, "deleted": True})
    made = {"resourceType": "List", "id": "cohort-list", "status": "current", "mode": "working", "entry": entries}
    load(loaded, made)
    assert ids(loaded, {"list": "cohort-list"}) == ["cohort-lab", "cohort-drug"]


def test_a_file(loaded, tmp_path):
    (tmp_path / "ids").write_text("Patient/cohort-lab\ncohort-none\ncohort-lab\n")
    assert ids(loaded, {"file": str(tmp_path / "ids")}) == ["cohort-lab", "cohort-none"]


@pytest.mark.parametrize("cohort", [{"group": "cohort-nowhere"}, {"list": "cohort-nowhere"}])
def test_what_is_not_there(loaded, cohort):
    with pytest.raises(UsageError, match="cohort-nowhere"):
        ids(loaded, cohort)
