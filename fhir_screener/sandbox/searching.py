"""Searches answered as Bundles, page by page, and `$everything` of a patient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fhir_screener.sandbox.abilities import Abilities
from fhir_screener.sandbox.bundles import bundle, link, match_entries, query_string, warning_entry
from fhir_screener.sandbox.elements import latest_or_earliest, sort_value
from fhir_screener.sandbox.faults import Faults
from fhir_screener.sandbox.including import included, referred_to
from fhir_screener.sandbox.indexes import Stored
from fhir_screener.sandbox.matching import find
from fhir_screener.sandbox.moments import span
from fhir_screener.sandbox.outcome import Refusal
from fhir_screener.sandbox.paging import Snapshot, Snapshots
from fhir_screener.sandbox.query import Query, parse
from fhir_screener.sandbox.search_parameters import parameters, patient_parameter
from fhir_screener.sandbox.store import Store

Pairs = Sequence[tuple[str, str]]
_MANY = 200
"""From here on it is cheaper to index the whole type than to decode what is to be sorted."""


class Searcher:
    """Answers searches from a store. `served` counts the resources given out."""

    def __init__(self, store: Store, abilities: Abilities, faults: Faults) -> None:
        self._store, self._abilities, self._faults = store, abilities, faults
        self._snapshots = Snapshots()
        self.served = 0

    def search(self, kind: str, pairs: Pairs, lenient: bool = False) -> bytes:
        query = parse(kind, pairs, lenient)
        self._check_patients(query)
        found = find(self._store, kind, query.conditions)
        for name, descending in reversed(query.sort):
            found = _sorted(self._store, found, kind, name, descending)
        shown = [pair for pair in pairs if pair[0] not in query.ignored]
        url = f"{self._store.base}/{kind}?{query_string(shown)}"
        if query.count_only or query.count == 0:
            return bundle("searchset", (), total=len(found), link=[link("self", url)])
        return self._page(Snapshot(kind, query, url, found, self._size(query.count)), 0)

    def matches(self, kind: str, pairs: Pairs) -> list[Stored]:
        """For conditional writes: raises Refusal 412 when nothing is asked, so that all would match."""
        query = parse(kind, pairs)
        if not query.conditions:
            raise Refusal(412, "required", f"a conditional write on {kind} needs a search that can single one out")
        return find(self._store, kind, query.conditions)

    def origin(self, page: str) -> str | None:
        """The address of the first page of a search still held."""
        return self._snapshots.origin(page)

    def page(self, text: str) -> bytes:
        snapshot, offset = self._snapshots.find(text)
        fault = self._faults.take("expired", of=snapshot.kind)
        if fault is not None:
            raise Refusal(fault.status or 410, "expired", "this page link has run out; ask again from the first page")
        return self._page(snapshot, offset)

    def everything(self, identifier: str, pairs: Pairs) -> bytes:
        """A patient's chart and what it refers to. Takes `_count`, `_type`, `_since`."""
        asked = dict(pairs)
        found = [self._store.read("Patient", identifier)]
        for table in self._store.tables():
            owner = patient_parameter(table.kind)
            if owner is not None:
                for ids in table.keys(owner).of_reference([f"Patient/{identifier}"]):
                    found += [table.rows[one] for one in ids]
        found += referred_to(self._store, found)
        types = frozenset(asked["_type"].split(",")) if asked.get("_type") else None
        since = span(asked.get("_since", ""))
        found = [
            one for one in found if (types is None or one.kind in types) and (since is None or one.updated >= since[0])
        ]
        query = parse("Patient", [pair for pair in pairs if pair[0] == "_count"])
        url = f"{self._store.base}/Patient/{identifier}/$everything?{query_string(pairs)}"
        size = self._size(query.count) if query.count is not None else max(len(found), 1)
        return self._page(Snapshot("Patient", query, url, found, size), 0)

    def _size(self, asked: int | None) -> int:
        return min(asked or self._abilities.default_count, self._abilities.max_count)

    def _check_patients(self, query: Query) -> None:
        if self._abilities.patient_lists:
            return
        for one in query.conditions:
            if one.name in ("patient", "subject") and len(one.values) > 1:
                raise Refusal(400, "too-costly", "this server searches the chart of one patient at a time")

    def _page(self, snapshot: Snapshot, offset: int) -> bytes:
        query, end = snapshot.query, offset + snapshot.size
        rows, more = snapshot.found[offset:end], end < len(snapshot.found)
        if len(rows) > 1 and self._faults.take("truncate", of=snapshot.kind):
            rows = rows[: len(rows) // 2]
        if offset and self._faults.take("duplicate", of=snapshot.kind):
            rows = [snapshot.found[offset - 1], *rows]
        links = [link("self", snapshot.self_url)]
        if more and not self._faults.take("no-next", of=snapshot.kind):
            self._snapshots.keep(snapshot)
            links.append(link("next", f"{self._store.base}?_page={snapshot.token}.{end}"))
        along = included(self._store, rows, query.includes) if query.includes else []
        self.served += len(rows) + len(along)
        base = self._store.base
        entries = match_entries(base, rows, elements=query.elements)
        entries += match_entries(base, along, "include")
        if query.ignored and not offset:
            entries.append(warning_entry(f"search parameters not known and left out: {', '.join(query.ignored)}"))
        total = len(snapshot.found) if query.show_total else None
        return bundle("searchset", entries, total=total, link=links)


def _sorted(store: Store, found: list[Stored], kind: str, name: str, descending: bool) -> list[Stored]:
    """In order of one parameter, ties as they were; those without a value come last."""
    if name == "_id":
        return sorted(found, key=lambda one: one.id, reverse=descending)
    if name == "_lastUpdated":
        return sorted(found, key=lambda one: one.updated, reverse=descending)
    parameter = parameters(kind)[name]
    if parameter.kind == "date" and len(found) > _MANY:
        spans = store.table(kind).values(parameter)
        keyed: list[tuple[Any, Stored]] = [
            (latest_or_earliest(spans.get(one.id, ()), descending), one) for one in found
        ]
    else:
        keyed = [(sort_value(one.top(), parameter, descending), one) for one in found]
    valued = sorted((pair for pair in keyed if pair[0] is not None), key=lambda pair: pair[0], reverse=descending)
    return [one for _, one in valued] + [one for value, one in keyed if value is None]
