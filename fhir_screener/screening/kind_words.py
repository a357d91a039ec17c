"""Kinds of rules, as a page names them."""

from __future__ import annotations

KINDS = {
    "all": "all of",
    "any": "any of",
    "prefer": "the first that settles",
    "weigh": "several sources",
    "doubt": "unless in doubt",
    "unless": "unless ruled out",
    "excused": "unless explained",
    "when": "only where it applies",
    "not": "the opposite of",
    "at_least": "so many of",
    "condition": "diagnoses",
    "exposure": "drugs",
    "dose": "dose a day",
    "regimen": "a regimen",
    "study_participation": "other studies",
    "result": "test results",
    "report": "reports",
    "procedure": "procedures",
    "pregnant": "pregnancy",
    "lactating": "lactation",
    "igra": "interferon-gamma release assay",
    "age": "age",
    "sex": "sex",
    "score": "score",
    "tested": "tests done",
    "count": "events counted",
    "encounter": "visits and stays",
    "immunization": "vaccines",
}
"""Kinds of rules in words."""
