"""`age`, `sex`, `consent`, `procedure`, `score`, `judgement`."""

from __future__ import annotations

import pytest

from fhir_screener.errors import MappingError
from fhir_screener.records.facts import Component, Value
from fhir_screener.terminology.coding import LOINC, SNOMED, Concept
from fhir_screener.verdict import MET, NOT_MET, UNKNOWN, Reason
from tests.spec import facts as make
from tests.spec.conftest import read_rule

ADULT = "age: {at_least: 18 a}"


@pytest.mark.parametrize(
    ("born", "on", "verdict", "reason"),
    [
        ("2003-03-01", "2021-03-01", MET, None),  # the birthday counts
        ("2003-03-02", "2021-03-01", NOT_MET, None),
        ("2004-02-29", "2022-02-28", NOT_MET, None),
        ("2004-02-29", "2022-03-01", MET, None),  # born on 29 February: of age on 1 March
        ("2003", "2021-03-01", UNKNOWN, Reason.IMPRECISE_DATE),
        ("2002", "2021-03-01", MET, None),
        ("2003-02", "2021-03-01", MET, None),
        (None, "2021-03-01", UNKNOWN, Reason.NO_DATA),
        ("soon", "2021-03-01", UNKNOWN, Reason.UNREADABLE),
    ],
)
def test_age(ask, born, on, verdict, reason) -> None:
    found = ask(ADULT, on=on, patient=make.patient(birth_date=born))
    assert (found.verdict, found.reason) == (verdict, reason)


def test_too_young_is_a_clock_too_old_is_not(ask) -> None:
    assert ask(ADULT, patient=make.patient(birth_date="2010-01-01")).clock
    assert not ask("age: {at_most: 75 a}", patient=make.patient(birth_date="1930-01-01")).clock


def test_an_upper_age_lasts_to_the_day_before_the_next_birthday(ask) -> None:
    old = make.patient(birth_date="1945-03-02")
    assert ask("age: {at_most: 75 a}", on="2021-03-01", patient=old).verdict is MET
    assert ask("age: {at_most: 75 a}", on="2021-03-02", patient=old).verdict is NOT_MET


def test_an_age_range_may_be_a_parameter_of_the_study(ask) -> None:
    rule = "age: {between: childbearing_age}"
    found = ask(rule, parameters={"childbearing_age": ["12 a", "55 a"]})
    assert found.verdict is NOT_MET


def test_sex(ask) -> None:
    assert ask("sex: female").verdict is NOT_MET
    assert ask("sex: female", patient=make.patient(gender="female")).verdict is MET
    assert ask("sex: female", patient=make.patient(gender="unknown")).reason is Reason.NO_DATA


CONSENT = "consent: {to: this-study}"


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        ([make.consent("ResearchStudy/NCT1")], MET),
        ([make.consent("https://example.org/NCT12")], UNKNOWN),  # another study whose id begins the same
        ([make.consent("not NCT12 but NCT1", permit="deny")], NOT_MET),
        ([make.consent("ResearchStudy/NCT1", status="inactive")], UNKNOWN),
        ([make.consent("ResearchStudy/NCT1", permit="deny")], NOT_MET),
        ([make.consent("ResearchStudy/NCT1", permit="")], UNKNOWN),  # names the study, says neither
        ([make.consent(permit="permit", excepted=("ResearchStudy/NCT1",))], NOT_MET),
        ([make.consent(permit="deny", excepted=("ResearchStudy/NCT1",))], MET),
        ([make.consent()], UNKNOWN),  # a broad consent is not consent to this study
        ([make.subject("ResearchStudy/NCT1", "eligible")], MET),
        ([make.subject("ResearchStudy/NCT1", "withdrawn")], NOT_MET),
        ([make.subject("ResearchStudy/NCT2", "eligible")], UNKNOWN),
    ],
)
def test_consent(ask, facts, verdict) -> None:
    assert ask(CONSENT, *facts).verdict is verdict


def test_consent_and_refusal_conflict(ask) -> None:
    both = [make.consent("NCT1"), make.consent("NCT1", permit="deny")]
    assert ask(CONSENT, *both).reason is Reason.CONFLICTING


def test_procedure(ask) -> None:
    assert ask("procedure: {in: [hysterectomy]}", make.procedure("Y1", "2001")).verdict is MET
    assert ask("procedure: {in: [hysterectomy]}", make.procedure("Y1", "2001", "not-done")).verdict is UNKNOWN
    assert ask("procedure: {in: [hysterectomy], within: P6M}", make.procedure("Y1", "2001")).verdict is UNKNOWN
    assert ask("procedure: {in: [hysterectomy], within: P6M}", make.procedure("Y1", "2021-01-01")).clock
    lasting = "procedure: {in: [hysterectomy], within: P6M, lasting: true}"
    assert not ask(lasting, make.procedure("Y1", "2021-01-01")).clock
    suspected = ask("procedure: {in: [hysterectomy], match: suspected}", make.procedure("Y1", "2001"))
    assert suspected.reason is Reason.SUSPECTED


def test_what_only_has_to_do_with_a_procedure_is_not_its_doing(ask) -> None:
    taught = make.procedure("Y1", "2001", text="Consent for hysterectomy")
    assert ask("procedure: {in: [hysterectomy]}", taught).reason is Reason.NO_DATA
    assert ask("procedure: {in: [hysterectomy], match: suspected}", taught).reason is Reason.SUSPECTED


def test_a_condition_may_state_a_procedure_but_not_while_it_is_in_doubt(ask) -> None:
    rule = "procedure: {in: [pregnancy-ended]}"
    assert ask(rule, make.condition("G2", onset="2001")).verdict is MET
    assert ask(rule, make.condition("G2", onset="2001", verification="provisional")).reason is Reason.NO_DATA


SCORE = "score: {of: [score], at_least: 20, component: {of: [organ], in: [organs]}}"


def component(code: str, text: str = "") -> Component:
    asked = make.concept(LOINC, "L5")
    from tests.spec.conftest import SETS

    found = Concept((), text) if text else make.concept(SNOMED, code)
    return Component(asked, SETS.classify(asked), Value(concept=found))


def test_score_with_a_listed_component(ask) -> None:
    assert ask(SCORE, make.result("L4", 24, components=(component("O1"),))).verdict is MET
    assert ask(SCORE, make.result("L4", 24, components=(component("", "pancreas"),))).verdict is MET
    assert ask(SCORE, make.result("L4", 24, components=(component("O9"),))).reason is Reason.SUSPECTED
    assert ask(SCORE, make.result("L4", 19, components=(component("O1"),))).verdict is NOT_MET


def test_the_latest_score_speaks(ask) -> None:
    old = make.result("L4", 16, on="2020-12-01", components=(component("O1"),))
    new = make.result("L4", 22, on="2021-02-01", components=(component("O1"),))
    assert ask(SCORE, old, new).verdict is MET
    same_day = make.result("L4", 10, on="2021-02-01", components=(component("O1"),))
    assert ask(SCORE, new, same_day).reason is Reason.CONFLICTING


def test_judgement_is_a_persons(ask) -> None:
    assert ask("judgement: {show: [cancer]}").reason is Reason.NO_DATA
    assert ask("judgement: {show: [cancer]}", make.condition("C1")).reason is Reason.JUDGEMENT


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        ("age: {at_leest: 18 a}", "at_leest"),
        ("age: {at_least: 18}", "is no age"),
        ("agee: {}", "there is no rule 'agee'"),
        ("condition: {in: [nothing]}", "there is no value set 'nothing'"),
        ("condition: {in: [cancer], within: 10 years}", "is no duration"),
        ("condition: {in: [cancer], within: P1Y, current: true}", "exclude each other"),
        ("result: {of: [hbsag]}", "`within` is missing"),
        ("{age: {at_least: 18 a}, sex: male}", "expected exactly one rule"),
        ("at_least: {n: 3, of: [{sex: male}]}", "`n` must be between"),
        ("any: []", "expected a list of rules"),
    ],
)
def test_a_mistake_in_a_rule_says_what_and_where(rule, what) -> None:
    with pytest.raises(MappingError, match=what) as caught:
        read_rule(rule)
    assert caught.value.file == "study.yaml"
    assert caught.value.line == 1


@pytest.mark.parametrize(
    ("rule", "value", "verdict", "reason"),
    [
        ("score: {of: [score], at_most: 1}", 1, MET, None),
        ("score: {of: [score], at_most: 1}", 2, NOT_MET, None),
        ("score: {of: [score], at_least: 1, at_most: 3}", 4, NOT_MET, None),
        ("score: {of: [score], at_least: 1, at_most: 3}", make.number(2, "", ">"), UNKNOWN, Reason.EQUIVOCAL),
        ("score: {of: [score], above: 3.2}", 3.2, NOT_MET, None),
        ("score: {of: [score], above: 3.2}", 3.21, MET, None),
        ("score: {of: [score], above: 3.2}", make.number(3.2, "", "<"), NOT_MET, None),
        ("score: {of: [score], below: 25}", 25, NOT_MET, None),
        ("score: {of: [score], at_least: 6, below: 25}", 24, MET, None),
        ("score: {of: [score], in: [result-positive]}", "positive", MET, None),
        ("score: {of: [score], in: [result-positive]}", "negative", NOT_MET, None),
        ("score: {of: [score], in: [result-positive]}", "two, I think", UNKNOWN, Reason.UNREADABLE),
    ],
)
def test_a_score_has_limits_or_answers(ask, rule, value, verdict, reason) -> None:
    found = ask(rule, make.result("L4", value))
    assert (found.verdict, found.reason) == (verdict, reason)


@pytest.mark.parametrize(
    ("value", "verdict", "reason"),
    [
        ("哺乳", MET, None),
        (" 未哺乳。", NOT_MET, None),
        ("哺乳?", UNKNOWN, Reason.UNREADABLE),  # only the whole of a text is an answer
        (Value(concept=make.concept(SNOMED, "N1")), MET, None),
        (Value(concept=make.concept(SNOMED, "N2")), NOT_MET, None),
        (Value(concept=make.concept(SNOMED, "N9")), UNKNOWN, Reason.UNREADABLE),  # in neither
        (Value(concept=Concept((), "哺乳")), MET, None),
        ("indeterminate", UNKNOWN, Reason.EQUIVOCAL),
        (Value(concept=make.concept(SNOMED, "261665006")), UNKNOWN, Reason.NO_DATA),  # "unknown" is no answer
    ],
)
def test_answers_in_words_or_codes(ask, value, verdict, reason) -> None:
    found = ask("score: {of: [score], in: [nursing], not_in: [not-nursing]}", make.result("L4", value))
    assert (found.verdict, found.reason) == (verdict, reason)


def test_a_score_may_speak_for_a_time_only(ask) -> None:
    rule = "score: {of: [score], at_most: 1, within: P1M}"
    assert ask(rule, make.result("L4", 1, on="2021-02-18")).verdict is MET
    assert ask(rule, make.result("L4", 1, on="2021-01-18")).reason is Reason.NO_DATA


def test_a_score_asks_for_something() -> None:
    with pytest.raises(MappingError, match="limit or answers"):
        read_rule("score: {of: [score]}")
