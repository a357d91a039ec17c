"""Rules of rules: `all`, `any`, `not`, `at_least` by Kleene; `prefer`, `weigh`, `doubt`, `unless`, `excused`, `when` by evidence."""

from __future__ import annotations

import pytest

from fhir_screener.verdict import MET, NOT_MET, UNKNOWN, Reason, Verdict, at_least, first_reason
from tests.spec import facts as make

TABLE = [
    # a, b, a and b, a or b
    (MET, MET, MET, MET),
    (MET, UNKNOWN, UNKNOWN, MET),
    (MET, NOT_MET, NOT_MET, MET),
    (UNKNOWN, MET, UNKNOWN, MET),
    (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    (UNKNOWN, NOT_MET, NOT_MET, UNKNOWN),
    (NOT_MET, MET, NOT_MET, MET),
    (NOT_MET, UNKNOWN, NOT_MET, UNKNOWN),
    (NOT_MET, NOT_MET, NOT_MET, NOT_MET),
]


@pytest.mark.parametrize(("a", "b", "both", "either"), TABLE)
def test_and_or(a: Verdict, b: Verdict, both: Verdict, either: Verdict) -> None:
    assert (a & b) is both
    assert (a | b) is either


def test_not() -> None:
    assert [~v for v in (MET, UNKNOWN, NOT_MET)] == [NOT_MET, UNKNOWN, MET]


def test_a_verdict_is_never_a_truth_value() -> None:
    with pytest.raises(TypeError, match="not a truth value"):
        bool(UNKNOWN)


def test_at_least_is_settled_as_soon_as_the_unknowns_cannot_change_it() -> None:
    assert at_least(2, [MET, MET, UNKNOWN]) is MET
    assert at_least(2, [MET, UNKNOWN, NOT_MET]) is UNKNOWN
    assert at_least(2, [MET, NOT_MET, NOT_MET]) is NOT_MET


def test_the_first_reason_that_needs_eyes_wins() -> None:
    assert first_reason([Reason.NO_DATA, Reason.STALE, Reason.EQUIVOCAL]) is Reason.EQUIVOCAL
    assert first_reason([Reason.NO_DATA, Reason.JUDGEMENT]) is Reason.JUDGEMENT
    assert not Reason.JUDGEMENT.needs_eyes
    assert Reason.NOT_IMPLEMENTED.needs_eyes


POSITIVE = "result: {of: [hbsag], within: P3M}"
CANCER = "condition: {in: [cancer]}"


def test_any_keeps_its_branches_and_says_which_decided(ask) -> None:
    found = ask(f"any: [{{{POSITIVE}}}, {{{CANCER}}}]", make.condition("C1", onset="2015"))
    assert found.verdict is MET
    assert [branch.verdict for branch in found.branches] == [UNKNOWN, MET]
    assert found.decided_by == 1


def test_any_is_not_met_only_when_every_branch_is(ask) -> None:
    rule = f"any: [{{{POSITIVE}}}, {{{CANCER}}}]"
    assert ask(rule, make.result("L1", "negative")).verdict is UNKNOWN


def test_weigh_lets_a_silent_source_pass(ask) -> None:
    """Several sources for one question: one that has nothing to say does not stand in the way."""
    rule = f"weigh: [{{{POSITIVE}}}, {{{CANCER}}}]"
    assert ask(rule, make.result("L1", "negative")).verdict is NOT_MET


def test_weigh_calls_yes_against_no_a_conflict(ask) -> None:
    rule = f"weigh: [{{{POSITIVE}}}, {{{CANCER}}}]"
    found = ask(rule, make.result("L1", "negative"), make.condition("C1", onset="2015"))
    assert (found.verdict, found.reason) == (UNKNOWN, Reason.CONFLICTING)


def test_weigh_calls_an_unconfirmed_yes_against_no_a_conflict(ask) -> None:
    rule = f"weigh: [{{result: {{of: [hbsag], within: P3M, positive: equivocal}}}}, {{{CANCER}}}, {{result: {{of: [egfr], within: P3M}}}}]"
    found = ask(rule, make.result("L1", "positive"), make.result("L2", "negative"))
    assert found.reason is Reason.CONFLICTING


def test_prefer_takes_the_first_that_settles_and_skips_nothing_that_needs_eyes(ask) -> None:
    rule = f"prefer: [{{{POSITIVE}}}, {{{CANCER}}}]"
    assert ask(rule, make.condition("C1", onset="2015")).verdict is MET
    found = ask(rule, make.result("L1", "indeterminate"), make.condition("C1", onset="2015"))
    assert found.reason is Reason.EQUIVOCAL


def test_doubt_turns_a_yes_into_suspected(ask) -> None:
    rule = f"doubt: {{rule: {{{CANCER}}}, when: [{{{POSITIVE}}}]}}"
    assert ask(rule, make.condition("C1", onset="2015")).verdict is MET
    found = ask(rule, make.condition("C1", onset="2015"), make.result("L1", "positive"))
    assert found.reason is Reason.SUSPECTED
    assert ask(rule, make.result("L1", "positive")).reason is Reason.NO_DATA


def test_an_equivocal_doubt_makes_a_yes_equivocal(ask) -> None:
    rule = f"doubt: {{rule: {{{CANCER}}}, when: [{{{POSITIVE}}}]}}"
    found = ask(rule, make.condition("C1", onset="2015"), make.result("L1", "indeterminate"))
    assert found.reason is Reason.EQUIVOCAL
    assert ask(rule, make.result("L1", "indeterminate")).reason is Reason.NO_DATA


@pytest.mark.parametrize(
    ("fact", "reason"),
    [
        (make.result("L1", "see attached sheet"), "unreadable"),
        (make.result("L1", "positive", on=None), "imprecise-date"),
        (make.result("L1", "positive", on="2019-02-01"), "stale"),
    ],
)
def test_whatever_needs_eyes_puts_a_yes_in_doubt(ask, fact, reason) -> None:
    doubt = "result: {of: [hbsag], within: P3M, positive_within: P3M, negative: context}"
    rule = f"doubt: {{rule: {{{CANCER}}}, when: [{{{doubt}}}]}}"
    assert ask(rule, make.condition("C1", onset="2020-01-01"), fact).reason.value == reason


def test_unless_says_that_a_date_leaves_open_whether_it_is_ruled_out(ask) -> None:
    rule = f"unless: {{rule: {{{CANCER}}}, when: [{{not: {{age: {{at_most: 55 a}}}}}}]}}"
    assert ask(rule, patient=make.patient(birth_date="1965")).reason is Reason.IMPRECISE_DATE
    assert ask(rule, patient=make.patient(birth_date="1965-03-02")).reason is Reason.NO_DATA
    assert ask(rule, patient=make.patient(birth_date="1965-03-01")).verdict is NOT_MET
    assert ask(rule, patient=make.patient(birth_date="1964")).verdict is NOT_MET


def test_unless_rules_out_but_not_against_evidence(ask) -> None:
    rule = f"unless: {{rule: {{{CANCER}}}, when: [{{sex: male}}]}}"
    assert ask(rule).verdict is NOT_MET
    assert ask(rule, make.condition("C1", onset="2015")).reason is Reason.CONFLICTING
    assert ask(rule, patient=make.patient(gender="female")).reason is Reason.NO_DATA


def test_when_is_not_asked_of_the_others(ask) -> None:
    rule = f"weigh: [{{when: {{if: {{sex: female}}, then: {{{POSITIVE}}}}}}}, {{{CANCER}}}]"
    found = ask(rule, make.result("L1", "positive"))
    assert (found.verdict, found.reason) == (UNKNOWN, Reason.NO_DATA)
    assert found.branches[0].applicable is False


@pytest.mark.parametrize("answer", ["negative", "indeterminate", "positive"])
def test_when_nobody_knows_whether_it_is_asked_it_stays_open(ask, answer) -> None:
    """Neither a not applicable nor a no: whoever it concerns after all must not be passed over."""
    found = ask(f"when: {{if: {{{CANCER}}}, then: {{{POSITIVE}}}}}", make.result("L1", answer))
    assert (found.verdict, found.reason, found.applicable) == (UNKNOWN, Reason.NO_DATA, True)


def test_at_least_n_of(ask) -> None:
    rule = f"at_least: {{n: 2, of: [{{{POSITIVE}}}, {{{CANCER}}}, {{sex: male}}]}}"
    assert ask(rule, make.condition("C1", onset="2015")).verdict is MET
    assert ask(rule).verdict is UNKNOWN


def test_excused_makes_an_explained_finding_context(ask) -> None:
    rule = f"excused: {{rule: {{{POSITIVE}}}, by: [{{exposure: {{to: [rituximab]}}}}]}}"
    positive = make.result("L1", "positive")
    assert ask(rule, positive).verdict is MET
    found = ask(rule, positive, make.drug("R1", "administration", taken="2021-01-05"))
    assert (found.verdict, found.reason) == (UNKNOWN, Reason.NO_DATA)


def test_where_every_branch_says_no_the_end_of_one_ends_it(ask) -> None:
    """An `any` that is not met may be met after one repeat; an `all` needs the repeat of each that fails."""
    low = 'result: {of: [egfr], above: {"mL/min": 60}, within: P3M, take: latest, repeatable: true}'
    for kind, repeatable in (("any", True), ("all", False)):
        rule = f"{kind}: [{{{low}}}, {{sex: female}}]"
        found = ask(rule, make.result("L2", 40, unit="mL/min"))
        assert (found.verdict, found.repeatable) == (NOT_MET, repeatable)
