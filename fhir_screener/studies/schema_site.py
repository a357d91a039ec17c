"""The schema of a site file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fhir_screener.records.patient_record import CHART_TYPES
from fhir_screener.studies.schema_shapes import (
    NUMBER,
    TEXT,
    Json,
    about,
    closed,
    document,
    every_name,
    listed,
    mapped,
    names,
)
from fhir_screener.studies.sites import ANSWERS, DECIMALS


def site_schema(sets: Mapping[str, Sequence[str]]) -> Json:
    """The schema of a site file; `sets` {kind: names} are offered where a value set is named."""
    words = _drafted(TEXT)
    keys: Json = {
        "site": about(TEXT, "Its name; the file's name."),
        "title": about(TEXT, "What the evidence calls it."),
        "codes": about(_drafted(_group(every_name(sets))), "What its own codes mean, by system."),
        "names": {
            "type": ["object", "null"],
            "additionalProperties": {"anyOf": [words, mapped(words)]},
            "description": "Further names, by value set.",
        },
        "words": about(_answers(words), "Its laboratory's words; each counts as a whole answer."),
        "decimal": about({"enum": list(DECIMALS)}, "The decimal mark of numbers in words; point, if not said."),
        "complete": about(_drafted(_complete()), "Types in which everything is recorded; absence is then an answer."),
        "test_patients": about(words, "Names of patients who are nobody; a trailing * for any ending."),
        "ranges": about(_drafted(_range(sets)), "Normal ranges of tests whose results carry none."),
        "ignore": about(words, "Names of drugs and diagnoses that are no study's business."),
    }
    return document("A site of fhir-screener", closed(keys, "site"))


def _drafted(item: Json) -> Json:
    """A list; in a draft its heading may stand empty."""
    return {"anyOf": [{"type": "null"}, listed(item)]}


def _group(every: Json) -> Json:
    """Codes of one of the site's systems."""
    code = {
        "code": {"type": ["string", "integer"]},
        "name": about(TEXT, "For people."),
        "means": {**TEXT, "pattern": r"^.+\|.+$", "description": "The standard code it stands for: loinc|5196-1."},
        "in": about(every, "The value set it belongs to."),
        "ingredient": about(TEXT, "Of a drug in a value set."),
        "ignore": {"const": True, "description": "It is no study's business."},
    }
    one_of = [{"required": ["means"]}, {"required": ["in"]}, {"required": ["ignore"]}]
    return closed({"system": TEXT, "items": listed(closed(code, "code", oneOf=one_of))}, "system", "items")


def _answers(words: Json) -> Json:
    return {"type": ["object", "null"], "properties": dict.fromkeys(ANSWERS, words), "additionalProperties": False}


def _complete() -> Json:
    """A type, or a type since a day."""
    types = {"enum": list(CHART_TYPES)}
    return {"anyOf": [types, closed({"type": types, "since": TEXT}, "type")]}


def _range(sets: Mapping[str, Sequence[str]]) -> Json:
    return closed({"of": names(sets.get("result", ())), "unit": TEXT, "low": NUMBER, "high": NUMBER}, "of", "unit")
