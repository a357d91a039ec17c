"""The visible list of rule kinds. A new kind is a module in `rules/`, a line here, and a spec test."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fhir_screener.criteria.model import Build, Rule
from fhir_screener.criteria.rules import (
    combine,
    condition,
    consent,
    demography,
    dose,
    exposure,
    igra,
    judgement,
    pregnancy,
    procedure,
    report,
    result,
    score,
)
from fhir_screener.criteria.spec import Spec

Parse = Callable[[Spec, Build], Rule]

KINDS: Mapping[str, Parse] = {
    "age": demography.parse_age,
    "sex": demography.parse_sex,
    "condition": condition.parse_condition,
    "exposure": exposure.parse_exposure,
    "dose": dose.parse_dose,
    "result": result.parse_result,
    "igra": igra.parse_igra,
    "report": report.parse_report,
    "pregnant": pregnancy.parse_pregnant,
    "lactating": pregnancy.parse_lactating,
    "procedure": procedure.parse_procedure,
    "score": score.parse_score,
    "consent": consent.parse_consent,
    "judgement": judgement.parse_judgement,
    "all": combine.parse_all,
    "any": combine.parse_any,
    "not": combine.parse_not,
    "at_least": combine.parse_at_least,
    "prefer": combine.parse_prefer,
    "weigh": combine.parse_weigh,
    "doubt": combine.parse_doubt,
    "unless": combine.parse_unless,
    "excused": combine.parse_excused,
    "when": combine.parse_when,
}


def build_rule(spec: Spec) -> Rule:
    """The rule at this place of a study file: a mapping with one key, the rule's kind. Raises MappingError."""
    kind, body = spec.only()
    parse = KINDS.get(kind)
    if parse is None:
        raise spec.fail(f"there is no rule {kind!r}", f"one of {', '.join(sorted(KINDS))}", kind)
    return parse(body, build_rule)
