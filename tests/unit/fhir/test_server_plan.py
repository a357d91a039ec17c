"""The read plan: what is asked of a server, in which words, and what that hides."""

from datetime import date

import pytest

from fhir_screener.criteria.evidence import unknown
from fhir_screener.criteria.model import DRUG_TYPES, Criterion, Needs, Study
from fhir_screener.errors import UsageError
from fhir_screener.fhir.capability import Capability, TypeAbilities
from fhir_screener.fhir.server_plan import TypePlan, drug_windows, make_plan
from fhir_screener.records.dates import Duration
from fhir_screener.verdict import Reason


class Rule:
    kind = "fake"

    def __init__(self, types, window=None, whole=(), every=()):
        window = window and Duration.parse(window)
        self._needs = Needs(types=frozenset(types), drug_window=window, whole=frozenset(whole), every=frozenset(every))

    def evaluate(self, view):
        return unknown(Reason.NO_DATA)

    def needs(self):
        return self._needs

    def parts(self):
        return ()

    def describe(self):
        return ""


def study(*rules):
    criteria = tuple(Criterion(str(number), "exclusion", "", rule) for number, rule in enumerate(rules))
    return Study("S", "t", "1", "c", "UTC", criteria)


EVERYTHING = study(Rule({"Condition", "Observation", "Procedure"}), Rule(DRUG_TYPES, "P6M"), Rule(DRUG_TYPES, "P84D"))


def server(*without, **params):
    kinds = {
        "Patient", "Condition", "Observation", "Procedure", "Consent", "ResearchSubject", "Medication", "Encounter",
        *DRUG_TYPES,
    } - set(without)  # fmt: skip
    known = {kind: frozenset(params.get(kind, ("_id", "patient", "effective-time"))) for kind in kinds}
    return Capability("4.0.1", {kind: TypeAbilities(frozenset({"search-type"}), known[kind]) for kind in kinds})


def read(plan, kind):
    return next(one for one in plan.charts if one.type == kind)


def test_what_the_studies_need_and_what_bars_a_patient():
    plan = make_plan([study(Rule({"Condition"}))], server())
    assert [one.type for one in plan.charts] == ["Condition", "Consent", "ResearchSubject"]
    assert plan.patient.query(["a", "b"])[0] == ("_id", "a,b")


def test_nothing_is_asked_for_by_code():
    plan = make_plan([EVERYTHING], server())
    assert {name for one in plan.charts for name, _ in one.query(["a"])} == {"patient", "_count"}
    assert plan.hidden == ()


def test_the_parameter_that_the_server_knows():
    plan = make_plan([EVERYTHING], server(Condition=("subject",), ResearchSubject=("individual",), Procedure=("code",)))
    assert read(plan, "Condition").query(["a", "b"])[0] == ("subject", "Patient/a,Patient/b")
    assert read(plan, "ResearchSubject").parameter == "individual"
    assert plan.absent == {"Procedure"}, "a type that cannot be searched by patient cannot be read"


def test_a_server_that_lists_nothing_is_asked_for_everything():
    plan = make_plan([EVERYTHING], Capability("4.0.1"))
    assert plan.absent == frozenset()
    assert read(plan, "Procedure").parameter == "patient"


def test_types_the_server_lacks_are_listed_once():
    plan = make_plan([EVERYTHING], server("Procedure", "MedicationStatement"))
    assert plan.absent == {"Procedure", "MedicationStatement"}
    assert plan.hidden == ("the server does not offer MedicationStatement", "the server does not offer Procedure")
    assert plan.table().count("not offered by this server") == 2


def test_a_server_without_drugs_is_warned_of():
    plan = make_plan([EVERYTHING], server(*DRUG_TYPES))
    assert "no type that holds drugs is offered" in plan.table()
    plan = make_plan([study(Rule({"Condition"}))], server(*DRUG_TYPES))
    assert plan.notes == (), "who asks for no drugs misses none"


def test_administrations_since_the_longest_window_one_day_wider():
    plan = make_plan([EVERYTHING], server(), as_of=date(2021, 3, 1))
    asked = read(plan, "MedicationAdministration")
    assert ("effective-time", "ge2020-08-31") in asked.query(["a"])
    assert plan.hidden == (
        "MedicationAdministration: what was given before 2020-08-31, and what has no date is not read",
    )


@pytest.mark.parametrize("windows", [("P12M", "P370D"), ("P370D", "P12M")])
def test_of_months_and_days_the_longer_is_the_one_that_reaches_further_back(windows):
    """Twelve months are less than 370 days: what was given 368 days ago must not be left unread."""
    plan = make_plan([study(*(Rule(DRUG_TYPES, one) for one in windows))], server(), as_of=date(2021, 3, 1))
    assert ("effective-time", "ge2020-02-24") in read(plan, "MedicationAdministration").query(["a"])


@pytest.mark.parametrize("rules", [[Rule(DRUG_TYPES, "P6M"), Rule(DRUG_TYPES)], [Rule({"Condition"})]])
def test_administrations_whole_where_a_rule_looks_at_all_of_them_or_none_does(rules):
    plan = make_plan([study(*rules, Rule({"MedicationAdministration"}))], server(), as_of=date(2021, 3, 1))
    assert not drug_windows([study(*rules)])
    asked = read(plan, "MedicationAdministration").query(["a"])
    assert "effective-time" not in [name for name, _ in asked]


def test_a_server_that_cannot_filter_by_date_sends_them_all():
    capability = server(MedicationAdministration=("patient",))
    plan = make_plan([EVERYTHING], capability, as_of=date(2021, 3, 1))
    assert all(name != "effective-time" for name, _ in read(plan, "MedicationAdministration").params)


def test_profiles():
    assert make_plan([EVERYTHING], server(), "hapi").profile.name == "hapi"
    with pytest.raises(UsageError, match="known are generic, hapi"):
        make_plan([EVERYTHING], server(), "acme")


def test_batches_fit_a_request():
    few = TypePlan("Condition", "patient", batch=3, room=4000)
    assert list(few.batches("abcdefgh")) == [["a", "b", "c"], ["d", "e", "f"], ["g", "h"]]
    ids = [f"{number:036}" for number in range(100)]
    short = TypePlan("Condition", "patient", batch=100, room=1000)
    batches = list(short.batches(ids))
    assert [one for batch in batches for one in batch] == ids
    assert all(len(short.query(batch)[0][1]) <= 1000 for batch in batches)
    assert len(list(TypePlan("Condition", "patient", batch=100, room=1000, post=True).batches(ids))) == 1


def test_the_plan_as_text():
    text = make_plan([EVERYTHING], server("Procedure"), as_of=date(2021, 3, 1)).table()
    assert "profile generic" in text
    assert "Condition                 GET patient={patients, 50 at most}&_count=500" in text
    assert "what was given before 2020-08-31" in text


def test_encounters_are_read_by_reference_unless_a_rule_is_about_them():
    dated, about = study(Rule({"Condition", "Encounter"})), study(Rule({"Encounter"}, every={"Encounter"}))
    raw = study(Rule({"Encounter"}, whole={"Encounter"}))
    assert "Encounter" not in [one.type for one in make_plan([dated], server()).charts]
    assert "Encounter" in [one.type for one in make_plan([dated, about], server()).charts]
    assert "Encounter" in [one.type for one in make_plan([raw], server()).charts]
    assert "Encounter" in make_plan([about], server("Encounter")).absent
