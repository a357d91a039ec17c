"""`schema.json`: what an editor needs to complete and check study files and value sets (JSON Schema 2020-12).

Written from the declarations by which the files are read; names of value sets are offered, not demanded: a new one is
known to the reader as soon as its file is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fhir_screener.criteria.keys import Key
from fhir_screener.criteria.kinds import KINDS
from fhir_screener.studies.forms import ACCEPT, COHORTS, CRITERION, SETTLE, STUDY
from fhir_screener.studies.schema_shapes import NUMBER, TEXT, Json, closed, document, listed, mapped, names, some
from fhir_screener.studies.valuesets import KINDS as SET_KINDS

_DURATION = r"^P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T\d+H)?$"
_AGE = r"^\d+ (a|mo|wk|d)$"


def study_schema(sets: Mapping[str, Sequence[str]]) -> Json:
    """The schema of a study file; `sets` {kind: names} are offered where a value set is named."""
    defs = {
        "rule": _rule(),
        "criterion": _mapping(CRITERION),
        "accept": _mapping(ACCEPT),
        **{f"rule-{name}": {"description": k.form.about, **_form(k.form)} for name, k in KINDS.items()},
        **{f"sets-{kind}": names(known) for kind, known in sorted(sets.items())},
    }
    return document("A study of fhir-screener", {**_mapping(STUDY), "$defs": defs})


def _rule() -> Json:
    """Exactly one kind."""
    return {
        "type": "object",
        "properties": {name: {"$ref": f"#/$defs/rule-{name}"} for name in KINDS},
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
    }


def _mapping(form: Key) -> Json:
    needed = [key.name for key in form.keys if key.needed]
    return closed({key.name: {"description": key.about, **_form(key)} for key in form.keys}, *needed)


def _form(key: Key) -> Json:
    if key.shape == "mapping":
        return _mapping(key)
    if key.shape == "choice":
        return {"enum": [one for one in key.choices if one]}
    if key.shape == "sets":
        refs = [{"$ref": f"#/$defs/sets-{kind}"} for kind in key.kinds or SET_KINDS]
        return some(refs[0] if len(refs) == 1 else {"anyOf": refs})
    return _SHAPES[key.shape]


def _filled(item: Json) -> Json:
    """At least one of them."""
    return {**mapped(item), "minProperties": 1}


_UNSET = closed({"unset": TEXT}, "unset")
_DAY = {"anyOf": [{"type": "string", "pattern": r"^\d{4}(-\d\d){0,2}$"}, _UNSET]}
_ANY_ALL = {"type": "object", "properties": {"any": some(TEXT), "all": some(TEXT)}, "maxProperties": 1}
_COHORT = {
    "type": "object",
    "properties": {**{name: TEXT for name in COHORTS if name not in ("index", "all")}, "index": some(TEXT)},
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
}

_NAMED: Json = closed({"en": TEXT, "zh": TEXT}, "en")
_SHAPES: Mapping[str, Json] = {
    "text": TEXT,
    "texts": some(TEXT),
    "flag": {"type": "boolean"},
    "number": NUMBER,
    "duration": {"type": "string", "pattern": _DURATION},
    "age": {"type": "string", "pattern": _AGE},
    "limits": {"anyOf": [{"const": "range"}, _filled(NUMBER)]},
    "zones": _filled({**listed(NUMBER), "minItems": 2, "maxItems": 2}),
    "parameter": TEXT,
    "rule": {"$ref": "#/$defs/rule"},
    "rules": {**listed({"$ref": "#/$defs/rule"}), "minItems": 1},
    "settle": {
        "anyOf": [
            {"enum": list(SETTLE)},
            {"type": "string", "pattern": "^test: "},
            closed({"test": TEXT}, "test"),
        ]
    },
    "version": {"type": ["string", "number"]},
    "object": {"type": "object"},
    "parameters": {"type": "object"},
    "zone": {"type": "string", "pattern": "."},
    "cohort": {"anyOf": [{"const": "all"}, _COHORT]},
    "recruiting": closed({"from": _DAY, "until": _DAY}),
    "criteria": {**listed({"$ref": "#/$defs/criterion"}), "minItems": 1},
    "anchor": {"anyOf": [TEXT, _ANY_ALL]},
    "orders": mapped({"anyOf": [TEXT, _NAMED]}),
    "accept": listed({"$ref": "#/$defs/accept"}),
}
