"""Resources that come along with a search: `_include`, `_revinclude`, and what `$everything` refers to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from fhir_screener.sandbox.elements import local_reference, references
from fhir_screener.sandbox.indexes import Stored
from fhir_screener.sandbox.query import Include
from fhir_screener.sandbox.search_parameters import Parameter, parameters
from fhir_screener.sandbox.store import Store

_REFERENCE = re.compile(rb'"reference"\s*:\s*"([^"]+)"')


def included(store: Store, found: Sequence[Stored], includes: Sequence[Include]) -> list[Stored]:
    """What `includes` add to `found`, each resource once and none of `found` again."""
    seen = {(one.kind, one.id) for one in found}
    added: list[Stored] = []
    fresh: Sequence[Stored] = found
    wanted = includes
    while fresh and wanted:
        next_round: list[Stored] = []
        for include in wanted:
            for one in _reached(store, fresh, include):
                if (one.kind, one.id) not in seen:
                    seen.add((one.kind, one.id))
                    next_round.append(one)
        added += next_round
        fresh, wanted = next_round, [include for include in includes if include.iterate]
    return added


def _reached(store: Store, found: Iterable[Stored], include: Include) -> Iterable[Stored]:
    if include.reverse:
        table = store.table(include.source)
        for parameter in _parameters(include, include.source):
            keys = [f"{one.kind}/{one.id}" for one in found]
            for ids in table.keys(parameter).of_reference(keys):
                yield from [table.rows[one] for one in ids]
        return
    for one in found:
        if include.source in ("*", one.kind):
            for parameter in _parameters(include, one.kind):
                yield from _targets(store, references(one.top(), parameter, store.base), include.target)


def _parameters(include: Include, kind: str) -> list[Parameter]:
    known = parameters(kind)
    if include.parameter != "*":
        return [known[include.parameter]]
    return [parameter for parameter in known.values() if parameter.kind == "reference"]


def _targets(store: Store, found: Iterable[str], kind: str = "") -> Iterable[Stored]:
    for reference in found:
        target, slash, identifier = reference.partition("/")
        if slash and "/" not in identifier and kind in ("", target):
            held = store.current(target, identifier)
            if held is not None:
                yield held


def referred_to(store: Store, found: Sequence[Stored]) -> list[Stored]:
    """Resources of this server that `found` point to and that are not among them: drugs, practitioners, studies."""
    seen = {(one.kind, one.id) for one in found}
    out = []
    for one in found:
        texts = [local_reference(text.decode(), store.base) for text in _REFERENCE.findall(one.data or b"")]
        for target in _targets(store, texts):
            if (target.kind, target.id) not in seen:
                seen.add((target.kind, target.id))
                out.append(target)
    return out
