"""The visible list of rule kinds. A new kind is a module in `rules/`, a line here, and a spec test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from fhir_screener.criteria.keys import Key
from fhir_screener.criteria.model import Build, Rule
from fhir_screener.criteria.rules import (
    combine,
    condition,
    consent,
    count,
    demography,
    dose,
    encounter,
    exposure,
    fhirpath,
    igra,
    immunization,
    judgement,
    lactation,
    participation,
    pregnancy,
    procedure,
    regimen,
    report,
    result,
    score,
    tested,
)
from fhir_screener.criteria.spec import Spec

Parse = Callable[[Spec, Build], Rule]


class Kind(NamedTuple):
    """How a rule is read, and what may stand in it."""

    parse: Parse
    form: Key


KINDS: Mapping[str, Kind] = {
    "age": Kind(demography.parse_age, demography.AGE),
    "sex": Kind(demography.parse_sex, demography.SEX),
    "condition": Kind(condition.parse_condition, condition.FORM),
    "exposure": Kind(exposure.parse_exposure, exposure.FORM),
    "dose": Kind(dose.parse_dose, dose.FORM),
    "regimen": Kind(regimen.parse_regimen, regimen.FORM),
    "result": Kind(result.parse_result, result.FORM),
    "igra": Kind(igra.parse_igra, igra.FORM),
    "tested": Kind(tested.parse_tested, tested.FORM),
    "report": Kind(report.parse_report, report.FORM),
    "pregnant": Kind(pregnancy.parse_pregnant, pregnancy.PREGNANT),
    "lactating": Kind(lactation.parse_lactating, lactation.FORM),
    "procedure": Kind(procedure.parse_procedure, procedure.FORM),
    "encounter": Kind(encounter.parse_encounter, encounter.FORM),
    "immunization": Kind(immunization.parse_immunization, immunization.FORM),
    "count": Kind(count.parse_count, count.FORM),
    "score": Kind(score.parse_score, score.FORM),
    "consent": Kind(consent.parse_consent, consent.FORM),
    "study_participation": Kind(participation.parse_participation, participation.FORM),
    "judgement": Kind(judgement.parse_judgement, judgement.FORM),
    "fhirpath": Kind(fhirpath.parse_fhirpath, fhirpath.FORM),
    "all": Kind(combine.parse_all, combine.ALL),
    "any": Kind(combine.parse_any, combine.ANY),
    "not": Kind(combine.parse_not, combine.NOT),
    "at_least": Kind(combine.parse_at_least, combine.AT_LEAST),
    "prefer": Kind(combine.parse_prefer, combine.PREFER),
    "weigh": Kind(combine.parse_weigh, combine.WEIGH),
    "doubt": Kind(combine.parse_doubt, combine.DOUBT),
    "unless": Kind(combine.parse_unless, combine.UNLESS),
    "excused": Kind(combine.parse_excused, combine.EXCUSED),
    "when": Kind(combine.parse_when, combine.WHEN),
}


def build_rule(spec: Spec) -> Rule:
    """The rule at this place of a study file: a mapping with one key, the rule's kind. Raises MappingError."""
    name, body = spec.only()
    kind = KINDS.get(name)
    if kind is None:
        raise spec.fail(f"there is no rule {name!r}", f"one of {', '.join(sorted(KINDS))}", name)
    rule = kind.parse(body, build_rule)
    spec.places[id(rule)] = body.path
    return rule
