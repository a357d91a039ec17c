"""How a `condition` rule is written in a study file."""

from __future__ import annotations

from fhir_screener.criteria.disease_times import Times
from fhir_screener.criteria.exempt import EXEMPT_DISEASE, exempt_of
from fhir_screener.criteria.keys import Given, choice, duration, flag, mapping, rules, sets
from fhir_screener.criteria.model import Build, Rule
from fhir_screener.criteria.rules.condition import MATCHES, ConditionRule
from fhir_screener.criteria.spec import Spec

FORM = mapping(
    "",
    "Diagnoses on record.",
    sets("in", "Diagnoses that decide.", "condition"),
    sets("history", 'Codes that mean "had it once"; they count in a look-back.', "condition"),
    sets("review", "A match is `suspected`: a person looks.", "condition"),
    sets("context", "Shown, and decides nothing.", "condition"),
    duration("within", "The disease touches this time before the day asked about."),
    duration("began_within", "It began within this time and has not ended."),
    duration(
        "onset_within", "It began within this time, whether over or not: what happens once, as an infarction does."
    ),
    flag("current", "It is present on the day asked about. Without any of these times: ever."),
    duration("fresh", "With `current`: what was last recorded longer ago and never closed is `stale`."),
    duration(
        "for",
        "It began at least so long ago; not met only where every onset on record is later. May go with `current`.",
    ),
    flag("ever", "It was present at any time: what counts without any of these times, said aloud."),
    choice("match", "What a match in `in` is worth.", "met", *MATCHES),
    choice(
        "refuted",
        "What a refuted diagnosis with nothing else is. `met`: that it was refuted is what is asked, and no other counts.",
        "context",
        "not_met",
        "context",
        "met",
    ),
    choice("past", "With `current`: what a match that is over is worth.", "context", "suspected", "context"),
    flag("corroborate", "One encounter diagnosis alone is no diagnosis, but `suspected`."),
    rules("supported_by", "Rules, any of which corroborates such a diagnosis."),
    choice("verification", "`confirmed`: one not stated to be so is `equivocal`.", "any", "any", "confirmed"),
    EXEMPT_DISEASE,
)


def parse_condition(spec: Spec, build: Build) -> Rule:
    given = FORM.read(spec, build)
    rule = ConditionRule(
        sets=given["in"],
        history=given["history"],
        review=given["review"],
        context=given["context"],
        times=_times(spec, given),
        match=given["match"],
        refuted=given["refuted"] == "not_met",
        is_refuted=given["refuted"] == "met",
        past=given["past"] == "suspected",
        corroborate=given["corroborate"],
        supported_by=given["supported_by"],
        exempt=exempt_of(given["except"]),
        confirmed=given["verification"] == "confirmed",
    )
    if not (rule.sets or rule.review):
        raise spec.fail("a condition rule needs `in` or `review`", "name one or more value sets")
    return rule


def _times(spec: Spec, given: Given) -> Times:
    stated = {key for key in ("within", "began_within", "onset_within", "for") if given[key] is not None}
    stated |= {key for key in ("current", "ever") if given[key]}
    if len(stated) > 1 and stated != {"for", "current"}:
        raise spec.fail(
            "`within`, `began_within`, `onset_within`, `for`, `current` and `ever` exclude each other",
            "keep one of them; `for` may go with `current`",
        )
    return Times(
        within=given["within"],
        began_within=given["began_within"],
        onset_within=given["onset_within"],
        lasting=given["for"],
        current=given["current"],
        fresh=given["fresh"],
    )
