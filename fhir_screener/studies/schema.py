"""`schema.json`: what an editor needs to complete and check study files and value sets (JSON Schema 2020-12).

Written from the declarations by which the files are read; names of value sets are offered, not demanded: a new one is
known to the reader as soon as its file is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fhir_screener.criteria.keys import Key
from fhir_screener.criteria.kinds import KINDS
from fhir_screener.records.patient_record import CHART_TYPES
from fhir_screener.studies.forms import ACCEPT, COHORTS, CRITERION, SETTLE, STUDY
from fhir_screener.studies.sites import ANSWERS
from fhir_screener.studies.valuesets import KINDS as SET_KINDS
from fhir_screener.terminology.coding import ALIASES

Json = dict[str, Any]
DRAFT = "https://json-schema.org/draft/2020-12/schema"
_DURATION = r"^P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T\d+H)?$"
_AGE = r"^\d+ (a|mo|wk|d)$"
_TEXT, _NUMBER = {"type": "string"}, {"type": "number"}


def study_schema(sets: Mapping[str, Sequence[str]]) -> Json:
    """The schema of a study file; `sets` {kind: names} are offered where a value set is named."""
    return {
        "$schema": DRAFT,
        "title": "A study of fhir-screener",
        **_mapping(STUDY),
        "$defs": {
            "rule": _rule(),
            "criterion": _mapping(CRITERION),
            "accept": _mapping(ACCEPT),
            **{f"rule-{name}": {"description": k.form.about, **_form(k.form)} for name, k in KINDS.items()},
            **{f"sets-{kind}": _names(names) for kind, names in sorted(sets.items())},
        },
    }


def valueset_schema(sets: Mapping[str, Sequence[str]]) -> Json:
    """The schema of a value set file."""
    code = {"code": _TEXT, "display": _TEXT, "source": _TEXT, "ingredient": _TEXT, "strength": {"type": "object"}}
    item = {"type": "object", "properties": code, "required": ["code", "display"], "additionalProperties": False}
    system = {"anyOf": [{"enum": sorted(ALIASES)}, {"type": "string", "pattern": ":"}]}
    group = {
        "type": "object",
        "properties": {"system": system, "items": {"type": "array", "items": item}},
        "required": ["system", "items"],
        "additionalProperties": False,
    }
    words = {"type": "array", "items": _TEXT}
    groups = {"type": "array", "items": group}
    title = {"type": "object", "properties": {"en": _TEXT, "zh": _TEXT}, "additionalProperties": False}
    names = sorted(name for several in sets.values() for name in several)
    keys: Json = {
        "valueset": {**_TEXT, "description": "Its name; the file's name."},
        "title": {**title, "description": "What people call it."},
        "kind": {"enum": list(SET_KINDS), "description": "What its codes are codes of."},
        "version": {"type": "integer"},
        "codes": {**groups, "description": "The codes that are in it, by system."},
        "exclude": {**groups, "description": "Codes that are not, though a listed code is a prefix of theirs."},
        "include": {"type": "array", "items": _names(names), "description": "Value sets that are part of it."},
        "names": {"anyOf": [words, {"type": "object", "additionalProperties": words}]},
        "stems": {**words, "description": "Endings and beginnings of drug names: -mab."},
        "kept_for": {**_TEXT, "description": "Why it is kept though no study uses it."},
    }
    return {
        "$schema": DRAFT,
        "title": "A value set of fhir-screener",
        "type": "object",
        "properties": keys,
        "required": ["valueset", "kind"],
        "additionalProperties": False,
    }


def site_schema(sets: Mapping[str, Sequence[str]]) -> Json:
    """The schema of a site file."""
    every = _names(sorted(name for several in sets.values() for name in several))
    words = {"anyOf": [{"type": "null"}, {"type": "array", "items": _TEXT}]}
    code = {
        "type": "object",
        "properties": {
            "code": {"type": ["string", "integer"]},
            "name": {**_TEXT, "description": "For people."},
            "means": {**_TEXT, "pattern": r"^.+\|.+$", "description": "The standard code it stands for: loinc|5196-1."},
            "in": {**every, "description": "The value set it belongs to."},
            "ingredient": {**_TEXT, "description": "Of a drug in a value set."},
            "ignore": {"const": True, "description": "It is no study's business."},
        },
        "required": ["code"],
        "oneOf": [{"required": ["means"]}, {"required": ["in"]}, {"required": ["ignore"]}],
        "additionalProperties": False,
    }
    group = {
        "type": "object",
        "properties": {"system": _TEXT, "items": {"type": "array", "items": code}},
        "required": ["system", "items"],
        "additionalProperties": False,
    }
    since = {
        "type": "object",
        "properties": {"type": {"enum": list(CHART_TYPES)}, "since": _TEXT},
        "required": ["type"],
        "additionalProperties": False,
    }
    limits = {
        "type": "object",
        "properties": {"of": _names(sets.get("result", ())), "unit": _TEXT, "low": _NUMBER, "high": _NUMBER},
        "required": ["of", "unit"],
        "additionalProperties": False,
    }
    answers = {"type": ["object", "null"], "properties": dict.fromkeys(ANSWERS, words), "additionalProperties": False}
    named = {"anyOf": [words, {"type": "object", "additionalProperties": words}]}
    keys: Json = {
        "site": {**_TEXT, "description": "Its name; the file's name."},
        "title": {**_TEXT, "description": "What the evidence calls it."},
        "codes": {**_listed(group), "description": "What its own codes mean, by system."},
        "names": {
            "type": ["object", "null"],
            "additionalProperties": named,
            "description": "Further names, by value set.",
        },
        "words": {**answers, "description": "Its laboratory's words; each counts as a whole answer."},
        "complete": {
            **_listed({"anyOf": [{"enum": list(CHART_TYPES)}, since]}),
            "description": "Types in which everything is recorded; absence is then an answer.",
        },
        "test_patients": {**words, "description": "Names of patients who are nobody; a trailing * for any ending."},
        "ranges": {**_listed(limits), "description": "Normal ranges of tests whose results carry none."},
        "ignore": {**words, "description": "Names of drugs and diagnoses that are no study's business."},
    }
    return {
        "$schema": DRAFT,
        "title": "A site of fhir-screener",
        "type": "object",
        "properties": keys,
        "required": ["site"],
        "additionalProperties": False,
    }


def _listed(item: Json) -> Json:
    """A list; in a draft a heading may stand empty."""
    return {"anyOf": [{"type": "null"}, {"type": "array", "items": item}]}


def _rule() -> Json:
    """Exactly one kind."""
    return {
        "type": "object",
        "properties": {name: {"$ref": f"#/$defs/rule-{name}"} for name in KINDS},
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
    }


def _names(names: Sequence[str]) -> Json:
    return {"anyOf": [{"enum": sorted(names)}, _TEXT]}


def _mapping(form: Key) -> Json:
    needed = [key.name for key in form.keys if key.needed]
    return {
        "type": "object",
        "properties": {key.name: {"description": key.about, **_form(key)} for key in form.keys},
        **({"required": needed} if needed else {}),
        "additionalProperties": False,
    }


def _form(key: Key) -> Json:
    if key.shape == "mapping":
        return _mapping(key)
    if key.shape == "choice":
        return {"enum": [one for one in key.choices if one]}
    if key.shape == "sets":
        refs = [{"$ref": f"#/$defs/sets-{kind}"} for kind in key.kinds or SET_KINDS]
        return _some(refs[0] if len(refs) == 1 else {"anyOf": refs})
    return _SHAPES[key.shape]


def _some(item: Json) -> Json:
    """One, or a list."""
    return {"anyOf": [item, {"type": "array", "items": item}]}


def _of(item: Json) -> Json:
    return {"type": "object", "additionalProperties": item, "minProperties": 1}


_UNSET = {"type": "object", "properties": {"unset": _TEXT}, "required": ["unset"], "additionalProperties": False}
_DAY = {"anyOf": [{"type": "string", "pattern": r"^\d{4}(-\d\d){0,2}$"}, _UNSET]}
_ANY_ALL = {"type": "object", "properties": {"any": _some(_TEXT), "all": _some(_TEXT)}, "maxProperties": 1}
_COHORT = {
    "type": "object",
    "properties": {**{name: _TEXT for name in COHORTS if name not in ("index", "all")}, "index": _some(_TEXT)},
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
}

_SHAPES: Mapping[str, Json] = {
    "text": _TEXT,
    "texts": _some(_TEXT),
    "flag": {"type": "boolean"},
    "number": _NUMBER,
    "duration": {"type": "string", "pattern": _DURATION},
    "age": {"type": "string", "pattern": _AGE},
    "limits": {"anyOf": [{"const": "range"}, _of(_NUMBER)]},
    "zones": _of({"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2}),
    "parameter": _TEXT,
    "rule": {"$ref": "#/$defs/rule"},
    "rules": {"type": "array", "items": {"$ref": "#/$defs/rule"}, "minItems": 1},
    "settle": {
        "anyOf": [
            {"enum": list(SETTLE)},
            {"type": "string", "pattern": "^test: "},
            {"type": "object", "properties": {"test": _TEXT}, "required": ["test"], "additionalProperties": False},
        ]
    },
    "version": {"type": ["string", "number"]},
    "object": {"type": "object"},
    "parameters": {"type": "object"},
    "zone": {"type": "string", "pattern": "."},
    "cohort": {"anyOf": [{"const": "all"}, _COHORT]},
    "recruiting": {"type": "object", "properties": {"from": _DAY, "until": _DAY}, "additionalProperties": False},
    "criteria": {"type": "array", "items": {"$ref": "#/$defs/criterion"}, "minItems": 1},
    "anchor": {"anyOf": [_TEXT, _ANY_ALL]},
    "accept": {"type": "array", "items": {"$ref": "#/$defs/accept"}},
}
