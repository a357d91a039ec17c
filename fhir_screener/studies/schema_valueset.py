"""The schema of a value set file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fhir_screener.studies.schema_shapes import TEXT, Json, about, closed, document, every_name, listed, mapped
from fhir_screener.studies.valuesets import KINDS
from fhir_screener.terminology.coding import ALIASES


def valueset_schema(sets: Mapping[str, Sequence[str]]) -> Json:
    """The schema of a value set file; `sets` {kind: names} are offered where a value set is named."""
    groups, words = listed(_group()), listed(TEXT)
    keys: Json = {
        "valueset": about(TEXT, "Its name; the file's name."),
        "title": about(closed({"en": TEXT, "zh": TEXT}), "What people call it."),
        "kind": about({"enum": list(KINDS)}, "What its codes are codes of."),
        "version": {"type": "integer"},
        "codes": about(groups, "The codes that are in it, by system."),
        "exclude": about(groups, "Codes that are not, though a listed code is a prefix of theirs."),
        "include": about(listed(every_name(sets)), "Value sets that are part of it."),
        "names": {"anyOf": [words, mapped(words)]},
        "stems": about(
            words, "Endings and beginnings of names of the class: a drug with one that no list knows may be one of it."
        ),
        "unlike": about(words, "Words that hold a stem, and are none of the class."),
        "kept_for": about(TEXT, "Why it is kept though no study uses it."),
    }
    return document("A value set of fhir-screener", closed(keys, "valueset", "kind"))


def _group() -> Json:
    """Codes of one system."""
    code = {"code": TEXT, "display": TEXT, "source": TEXT, "ingredient": TEXT, "strength": {"type": "object"}}
    system = {"anyOf": [{"enum": sorted(ALIASES)}, {"type": "string", "pattern": ":"}]}
    return closed({"system": system, "items": listed(closed(code, "code", "display"))}, "system", "items")
