"""Which provisions within a Consent make an exception for research at large, and not for one study, actor or part."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fhir_screener.fhir.decode import elements
from fhir_screener.records.facts import Span

_OPENED = ("24.5.3.1", "24.5.3.8")
"""Policies of the German broad consent that let data be used for research: the module, and the use itself.

Its consents all deny as a whole and permit policy by policy (MII core data set, module Consent).
"""
_GERMAN = "2.16.840.1.113883.3.1937.777."
_LIMITS = ("actor", "data", "class", "dataPeriod", "securityLabel")
_RESEARCH = frozenset({"HRESCH", "RESEARCH", "CLINTRCH", "CLINTRL", "BIORCH"})
_USES = frozenset({"access", "use"})


def at_large(parts: Iterable[dict[str, Any]], kind: str) -> tuple[Span, ...]:
    """The periods of the provisions that say the opposite of `kind`, the whole's, of research at large; a denial wins."""
    about = [one for one in parts if _about_research(one)]
    opposite = [one for one in about if elements.words(one.get("type")) not in ("", kind)]
    if kind == "deny" and any(elements.words(one.get("type")) == "deny" for one in about):
        return ()
    return tuple(elements.span(one.get("period")) for one in opposite)


def _about_research(provision: dict[str, Any]) -> bool:
    if any(provision.get(limit) for limit in _LIMITS):
        return False
    codes = elements.codes(provision.get("code"))
    if codes:
        return any(code.removeprefix("urn:oid:") in {_GERMAN + one for one in _OPENED} for code in codes)
    purposes = {
        elements.words(one.get("code")) for one in elements.many(provision.get("purpose")) if isinstance(one, dict)
    }
    actions = set(elements.codes(provision.get("action")))
    return bool(purposes & _RESEARCH) and (not actions or bool(actions & _USES))
