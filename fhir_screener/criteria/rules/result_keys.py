"""How a `result` rule is written in a study file."""

from __future__ import annotations

from fhir_screener.criteria.keys import choice, duration, flag, limits, mapping, sets, zones
from fhir_screener.criteria.limit_keys import ANSWERS, read_limits
from fhir_screener.criteria.model import Build, Rule
from fhir_screener.criteria.rules.result import NEGATIVES, OLDER, WORTH, ResultRule
from fhir_screener.criteria.spec import Spec

FORM = mapping(
    "",
    "Laboratory and other findings.",
    sets("of", "The tests.", "result").must(),
    duration("within", "How long a clearing result speaks.").must(),
    choice("positive", "What a positive is worth.", "met", *WORTH),
    choice("negative", "What a negative settles; `against` only weighs against other tests.", "not_met", *NEGATIVES),
    duration("positive_within", "How long a positive counts; without it: always."),
    choice("older", "What an older positive is.", "stale", *OLDER),
    limits("at_least", "Positive from this number on, by unit."),
    limits("above", "Positive above this number, by unit; `uln`: times its upper limit, before the units; or `range`."),
    limits("below", "Positive below this number, by unit; or `range`."),
    limits("at_most", "Positive up to this number, by unit."),
    zones("between", "Positive from the first number to the second, by unit, both ends in; no other limit beside it."),
    zones("equivocal", "A grey zone by unit, both ends in it."),
    flag("detection", "Any number above zero is positive."),
    ANSWERS,
    choice(
        "take", "`any`: both ways is a conflict. `latest`: the latest in the window decides.", "any", "any", "latest"
    ),
    mapping(
        "after_vaccine",
        "A positive soon after a vaccine is `equivocal`.",
        sets("in", "The vaccines.", "vaccine").must(),
        duration("within", "How soon.").must(),
    ),
    sets("explained_by", "Diagnoses that are over, to whose episode a positive may belong.", "condition"),
    flag("repeatable", "A repeat could mend it: the outcome is then `later`, not `excluded`."),
)


def parse_result(spec: Spec, build: Build) -> Rule:
    given = FORM.read(spec, build)
    vaccine = given["after_vaccine"]
    return ResultRule(
        of=given["of"],
        within=given["within"],
        limits=read_limits(spec, given),
        positive=given["positive"],
        negative=given["negative"],
        positive_within=given["positive_within"],
        older=given["older"],
        latest=given["take"] == "latest",
        vaccines=vaccine["in"] if vaccine else frozenset(),
        after_vaccine=vaccine["within"] if vaccine else None,
        explained_by=given["explained_by"],
        repeatable=given["repeatable"],
    )
