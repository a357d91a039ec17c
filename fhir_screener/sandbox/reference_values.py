"""What a reference parameter of a search asks for (FHIR R4 search, 3.1.1.4.11)."""

from __future__ import annotations

from fhir_screener.sandbox.elements import local_reference
from fhir_screener.sandbox.query import Condition, unescaped
from fhir_screener.sandbox.search_parameters import Parameter


class ReferenceSought:
    """References asked for: `exact` ones, and `tails` where only an id was given and any type may hold it."""

    def __init__(self, parameter: Parameter, one: Condition, base: str) -> None:
        exact: list[str] = []
        self.tails: list[str] = []
        types = (one.modifier,) if one.modifier else parameter.targets
        for value in map(unescaped, one.values):
            reference = local_reference(value, base)
            if "://" in reference or reference.startswith("urn:"):
                exact.append(reference)
            elif "/" in reference:
                if not types or reference.partition("/")[0] in types:
                    exact.append(reference)
            elif types:
                exact += [f"{kind}/{reference}" for kind in types]
            else:
                self.tails.append(f"/{reference}")
        self.exact = dict.fromkeys(exact)

    def __call__(self, reference: str) -> bool:
        return reference in self.exact or self.by_tail(reference)

    def by_tail(self, reference: str) -> bool:
        """A bare id names a resource of this server, whatever its type; never one elsewhere."""
        return bool(self.tails) and "://" not in reference and reference.endswith(tuple(self.tails))
