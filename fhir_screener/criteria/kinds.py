"""The visible list of rule kinds. A new kind is a module in `rules/`, a line here, and a spec test."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from fhir_screener.criteria.keys import Key
from fhir_screener.criteria.model import Build, Rule
from fhir_screener.criteria.rules import (
    condition_keys,
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
    logic,
    participation,
    pregnancy,
    procedure,
    qualified,
    regimen,
    report,
    result_keys,
    score,
    sources,
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
    "condition": Kind(condition_keys.parse_condition, condition_keys.FORM),
    "exposure": Kind(exposure.parse_exposure, exposure.FORM),
    "dose": Kind(dose.parse_dose, dose.FORM),
    "regimen": Kind(regimen.parse_regimen, regimen.FORM),
    "result": Kind(result_keys.parse_result, result_keys.FORM),
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
    "all": Kind(logic.parse_all, logic.ALL),
    "any": Kind(logic.parse_any, logic.ANY),
    "not": Kind(logic.parse_not, logic.NOT),
    "at_least": Kind(logic.parse_at_least, logic.AT_LEAST),
    "prefer": Kind(sources.parse_prefer, sources.PREFER),
    "weigh": Kind(sources.parse_weigh, sources.WEIGH),
    "doubt": Kind(qualified.parse_doubt, qualified.DOUBT),
    "unless": Kind(qualified.parse_unless, qualified.UNLESS),
    "excused": Kind(qualified.parse_excused, qualified.EXCUSED),
    "when": Kind(qualified.parse_when, qualified.WHEN),
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
