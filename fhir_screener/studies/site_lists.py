"""Lists of a site file. A heading may stand empty: a draft has all of them."""

from __future__ import annotations

from collections.abc import Iterator

from fhir_screener.criteria.spec import Spec


def given(spec: Spec, key: str) -> bool:
    """Whether the key is there with anything under it: a draft's headings may stand empty."""
    if spec.has(key) and spec.mapping()[key] is None:
        spec.child(key)
        return False
    return spec.has(key)


def items(spec: Spec, key: str) -> Iterator[Spec]:
    if given(spec, key):
        yield from spec.child(key).items()


def texts(spec: Spec, key: str) -> list[str]:
    return listed(spec.child(key)) if given(spec, key) else []


def listed(part: Spec) -> list[str]:
    found = []
    for item in part.items():
        if not isinstance(item.value, str) or not item.value.strip():
            raise item.fail(f"expected words, found {item.value!r}", "put them in quotes")
        found.append(item.value)
    return found
