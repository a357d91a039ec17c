"""What `study check` looks at: for each check, what it lets pass and what it does not."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from fhir_screener.criteria.kinds import KINDS
from fhir_screener.errors import MappingError
from fhir_screener.studies.lint import CHECKS, Level, possible, unused_sets
from fhir_screener.studies.load import Catalog
from tests.unit.studies.conftest import GOUT, HEAD, folder

MAPPINGS = Path(__file__).parents[3] / "mappings"


class Pair(NamedTuple):
    """A study that a check lets pass, and one that it does not: criteria beside the anchor, or other heads and tails."""

    name: str
    right: str
    wrong: str
    level: Level = Level.ERROR
    path: str = ""


def exclusion(rule: str, text: str = "Something.", more: str = "settle: ask, ") -> str:
    return f"{{id: E1, role: exclusion, text: {text!r}, {more}rule: {{{rule}}}}}"


BOTH = "reading: ours, settle: ask, "
PAIRS = [
    Pair(
        "empty-set",
        exclusion("condition: {in: [gout], corroborate: true}"),
        exclusion("condition: {in: [empty], corroborate: true}"),
        path="criteria.1.rule.condition.in",
    ),
    Pair(
        "check-digit",
        exclusion("result: {of: [urate], within: P3M}"),
        exclusion("result: {of: [no-loinc], within: P3M}"),
    ),
    Pair(
        "check-digit",
        exclusion("condition: {in: [gout], corroborate: true}"),
        exclusion("condition: {in: [no-snomed], corroborate: true}"),
        path="codes",
    ),
    Pair(
        "wrong-kind",
        exclusion("exposure: {to: [colchicine]}"),
        exclusion("exposure: {to: [gout]}"),
        path="criteria.1.rule.exposure.to",
    ),
    Pair(
        "unit",
        exclusion("result: {of: [urate], above: {mg/dL: 8}, within: P3M}", "Urate above 8 mg/dL."),
        exclusion('result: {of: [urate], above: {"": 8}, within: P3M}', "Urate above 8."),
        path="criteria.1.rule.result.above",
    ),
    Pair(
        "unit",
        exclusion("result: {of: [urate], above: {mg/dL: 8}, within: P3M}", "Urate above 8 mg/dL."),
        exclusion("result: {of: [urate], above: {glasses: 8}, within: P3M}", "Urate above 8 glasses."),
    ),
    Pair(
        "threshold",
        exclusion("result: {of: [urate], above: {mg/dL: 8}, within: P3M}", "Urate is high.", BOTH),
        exclusion("result: {of: [urate], above: {mg/dL: 8}, within: P3M}", "Urate is high."),
        Level.WARNING,
        "criteria.1.rule.result.above",
    ),
    Pair(
        "contradiction",
        exclusion("exposure: {to: [colchicine]}"),
        exclusion("condition: {in: [gout], match: judgement, refuted: not_met}"),
        path="criteria.1",
    ),
    Pair(
        "contradiction",
        "{id: I2, role: inclusion, text: Aged 18 to 75., settle: chart, rule: {age: {at_least: 18 a, at_most: 75 a}}}",
        "{id: I2, role: inclusion, text: Aged 75 to 18., settle: chart, rule: {age: {at_least: 75 a, at_most: 18 a}}}",
        path="criteria.1.rule.age",
    ),
    Pair(
        "never-met",
        exclusion("result: {of: [urate], within: P3M}"),
        exclusion("result: {of: [urate], within: P3M, positive: suspected}"),
        Level.WARNING,
        "criteria.1",
    ),
    Pair(
        "never-not-met",
        exclusion("result: {of: [urate], within: P3M}"),
        exclusion("result: {of: [urate], within: P3M, negative: context}"),
        Level.WARNING,
        "criteria.1",
    ),
    Pair(
        "one-code",
        exclusion("condition: {in: [gout], within: P1Y, corroborate: true}"),
        exclusion("condition: {in: [gout], within: P1Y}"),
        Level.WARNING,
        "criteria.1.rule.condition",
    ),
    Pair(
        "take",
        exclusion("result: {of: [urate], above: {mg/dL: 8}, within: P3M, take: latest}", "Urate above 8 mg/dL."),
        exclusion("result: {of: [urate], above: {mg/dL: 8}, within: P3M}", "Urate above 8 mg/dL."),
        Level.WARNING,
        "criteria.1.rule.result",
    ),
    Pair(
        "ordinary",
        exclusion("exposure: {to: [warfarin]}"),  # one drug, and no class
        exclusion("exposure: {to: [anticoagulants]}"),
        Level.WARNING,
        "criteria.1.rule.exposure",
    ),
    Pair(
        "ordinary",
        exclusion("exposure: {to: [gliptins], within: P90D}"),
        exclusion("exposure: {to: [sitagliptin], within: P90D}"),
        Level.WARNING,
        "criteria.1.rule.exposure",
    ),
    Pair(
        "ordinary",
        exclusion(
            "excused: {rule: {result: {of: [urate], within: P3M}}, by: [{exposure: {to: [sitagliptin], within: P90D}}]}"
        ),
        exclusion("any: [{exposure: {to: [sitagliptin], within: P90D}}]"),
        Level.WARNING,
    ),
    Pair(
        "settle",
        exclusion("result: {of: [urate], within: P3M}"),
        exclusion("result: {of: [urate], within: P3M}", more=""),
        Level.WARNING,
        "criteria.1",
    ),
]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_each_check_knows_right_from_wrong(check, pair: Pair) -> None:
    right, wrong = (check(GOUT, criterion) for criterion in (pair.right, pair.wrong))
    assert pair.name not in {one.name for one in right if one.criterion != "I1"}
    (found,) = [one for one in wrong if one.name == pair.name and one.criterion != "I1"]
    assert found.level is pair.level
    assert found.path == pair.path or not pair.path
    assert found.file.endswith(".yaml")
    assert found.what
    assert found.fix


ABSENT = "{id: I1, role: inclusion, text: No gout., settle: chart, rule: {not: {condition: {in: [gout]}}}}"
WHOLE = [
    # name, right, wrong: (criteria, head, tail)
    ("anchor", ((GOUT,), HEAD, "anchor: I1\n"), ((ABSENT,), HEAD, "anchor: I1\n"), Level.ERROR),
    (
        "anchor",
        ((GOUT,), HEAD, "anchor: I1\n"),
        ((exclusion("consent: {to: this-study}"),), HEAD, "anchor: E1\n"),
        Level.ERROR,
    ),
    ("anchor", ((GOUT,), HEAD, "cohort: all\n"), ((GOUT,), HEAD, ""), Level.ERROR),
    (
        "registry",
        ((GOUT,), HEAD, "anchor: I1\n"),
        ((GOUT,), HEAD.replace("max_age: {unset: none}", "max_age: 75 a"), "anchor: I1\n"),
        Level.WARNING,
    ),
    (
        "registry",
        ((GOUT,), HEAD, "anchor: I1\n"),
        ((GOUT,), HEAD.replace(", max_age: {unset: none}", ""), "anchor: I1\n"),
        Level.WARNING,
    ),
    (
        "unread-parameter",
        ((GOUT,), HEAD + "parameters: {later_within: P6M}\n", "anchor: I1\n"),
        ((GOUT,), HEAD + "parameters: {oldest: 75 a}\n", "anchor: I1\n"),
        Level.WARNING,
    ),
    (
        "stale-choice",
        ((GOUT,), HEAD, "anchor: I1\naccept: [{warning: never-met, at: [I1], why: a person decides}]\n"),
        ((GOUT,), HEAD, "anchor: I1\naccept: [{warning: settle, at: [I1], why: no matter}]\n"),
        Level.WARNING,
    ),
]


@pytest.mark.parametrize(("name", "right", "wrong", "level"), WHOLE, ids=[row[0] for row in WHOLE])
def test_checks_of_a_whole_study(check, name, right, wrong, level) -> None:
    assert name not in {one.name for one in check(*right[0], head=right[1], tail=right[2])}
    found = [one for one in check(*wrong[0], head=wrong[1], tail=wrong[2]) if one.name == name]
    assert [one.level for one in found] == [level]


def test_a_result_says_how_long_it_speaks(check) -> None:
    """The reader itself refuses one that does not."""
    assert check(GOUT, exclusion("result: {of: [urate], within: P3M}")) is not None
    with pytest.raises(MappingError, match="`within` is missing"):
        check(GOUT, exclusion("result: {of: [urate]}"))


def test_a_warning_may_be_accepted_with_its_reason_and_an_error_may_not(check) -> None:
    accept = "anchor: I1\naccept: [{warning: never-met, why: a person decides}, {warning: empty-set, why: later}]\n"
    found = {
        one.name: one for one in check(GOUT, exclusion("condition: {in: [empty], corroborate: true}"), tail=accept)
    }
    assert found["never-met"].level is Level.CHOICE
    assert "accepted: a person decides" in str(found["never-met"])
    assert found["empty-set"].level is Level.ERROR


def test_a_value_set_that_nobody_uses(tmp_path) -> None:
    catalog = Catalog(folder(tmp_path))
    found = {Path(one.file).stem for one in unused_sets.check(catalog.value_sets, [catalog.study("T1")])}
    assert found == {
        "empty",
        "urate",
        "no-loinc",
        "no-snomed",
        "colchicine",
        "sitagliptin",
        "gliptins",
        "warfarin",
        "anticoagulants",
    }
    path = tmp_path / "valuesets" / "urate.yaml"
    path.write_text(path.read_text("utf-8") + "kept_for: a study to come\n", "utf-8")
    catalog = Catalog(tmp_path)
    assert "urate" not in {Path(one.file).stem for one in unused_sets.check(catalog.value_sets, [catalog.study("T1")])}


def test_every_check_has_its_pair() -> None:
    names = {"verdicts": {"never-met", "never-not-met"}}
    shown = {pair.name for pair in PAIRS} | {row[0] for row in WHOLE}
    assert set().union(*(names.get(name, {name}) for name in CHECKS)) <= shown


def test_every_rule_kind_says_which_verdicts_it_can_give() -> None:
    assert possible._OF_KIND.keys() | possible._OF_PARTS.keys() == KINDS.keys()


def test_our_own_studies_have_no_error_and_every_warning_is_a_choice(capsys) -> None:
    from fhir_screener.studies.lint import Checked, lint

    catalog = Catalog(MAPPINGS)
    studies = [catalog.read(name) for name in catalog.ids]
    remarks = [one for read in studies for one in lint(Checked(read, catalog))]
    remarks += unused_sets.check(catalog.value_sets, [read.study for read in studies])
    assert [str(one) for one in remarks if one.level is not Level.CHOICE] == []
