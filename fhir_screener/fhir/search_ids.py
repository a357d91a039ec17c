"""Searches for many ids, and values that are safe in a search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from fhir_screener.fhir.origin import Pairs
from fhir_screener.fhir.session import FhirSession


def by_ids(
    session: FhirSession,
    type: str,
    name: str,
    ids: Iterable[str],
    params: Pairs = (),
    *,
    prefix: str = "",
    longest: int = 1800,
    most: int = 500,
) -> Iterator[tuple[tuple[str, ...], list[tuple[str, str]]]]:
    """(ids, whole parameters) of as few searches as keep each URL within `longest` characters and `most` ids.

    `name=prefix+id,prefix+id,...` is added to `params`. An id too long for any URL goes alone.
    """
    room = longest - len(session.url(type, [*params, (name, "")]))
    batch: list[str] = []
    used = 0
    for one in ids:
        size = len(quote(prefix + escaped(one), safe=":/")) + 1
        if batch and (used + size > room or len(batch) >= most):
            yield _batch(batch, name, prefix, params)
            batch, used = [], 0
        batch.append(one)
        used += size
    if batch:
        yield _batch(batch, name, prefix, params)


def _batch(batch: list[str], name: str, prefix: str, params: Pairs) -> tuple[tuple[str, ...], list[tuple[str, str]]]:
    return tuple(batch), [*params, (name, ",".join(prefix + escaped(one) for one in batch))]


def escaped(value: str) -> str:
    """A value safe inside a search parameter (FHIR R4 search, "Escaping Search Parameters")."""
    for mark in "\\,$|":
        value = value.replace(mark, "\\" + mark)
    return value
