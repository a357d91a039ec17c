"""Which resources satisfy the conditions of a search."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from fhir_screener.sandbox.comparing import test_for
from fhir_screener.sandbox.elements import found, references, strings, tokens
from fhir_screener.sandbox.indexes import Ids, Stored, Table, comparable, token_matches
from fhir_screener.sandbox.outcome import Refusal
from fhir_screener.sandbox.query import Condition, condition, unescaped
from fhir_screener.sandbox.reference_values import ReferenceSought
from fhir_screener.sandbox.search_parameters import Parameter, parameters
from fhir_screener.sandbox.store import Store

# Up to here it is cheaper to decode the candidates than to index the whole type.
_FEW = 5_000
_KEYED = ("token", "exists", "reference", "uri")
_Test = Callable[[Stored], bool]


def find(store: Store, kind: str, conditions: Sequence[Condition]) -> list[Stored]:
    """Resources that satisfy every condition: by patient in the order asked for, else in order of arrival."""
    table = store.table(kind)
    ids: Ids | None = None
    for one in sorted(conditions, key=lambda one: _cost(table, one)):
        ids = _narrowed(store, table, one, ids)
        if not ids:
            return []
    return list(table.rows.values()) if ids is None else [table.rows[one] for one in ids]


def _cost(table: Table, one: Condition) -> int:
    if one.name == "_id":
        return 0
    if one.linked:
        return 3
    parameter = parameters(table.kind)[one.name]
    if parameter.kind in _KEYED and one.modifier in ("", *parameter.targets):
        return 1 if table.has_index(parameter) else 2
    return 4


def _narrowed(store: Store, table: Table, one: Condition, ids: Ids | None) -> Ids:
    """The part of `ids` (None: everything) that satisfies one condition."""
    if one.linked:
        return _both(_linked(store, table, one), ids)
    if one.name == "_id":
        return _both({value: None for value in one.values if value in table.rows}, ids)
    parameter = parameters(table.kind)[one.name]
    few = ids is not None and len(ids) <= _FEW
    if parameter.kind in _KEYED and one.modifier not in ("missing", "identifier"):
        if not few or table.has_index(parameter):
            hits = _looked_up(store, table, parameter, one)
            return {i: None for i in ids or table.rows if i not in hits} if one.modifier == "not" else _both(hits, ids)
    elif parameter.kind in ("date", "quantity", "string") and one.modifier != "missing" and not few:
        test, values = test_for(parameter.kind, one), table.values(parameter)
        return _both({i: None for i, held in values.items() if test(held)}, ids)
    keep = _scan_test(store, parameter, one)
    rows = table.rows
    return {i: None for i in (rows if ids is None else ids) if keep(rows[i])}


def _both(hits: Ids, ids: Ids | None) -> Ids:
    return hits if ids is None else {one: None for one in ids if one in hits}


def _union(parts: Iterable[Ids]) -> Ids:
    out: Ids = {}
    for part in parts:
        out |= part
    return out


def _looked_up(store: Store, table: Table, parameter: Parameter, one: Condition) -> Ids:
    index = table.keys(parameter)
    if parameter.kind == "reference":
        sought = ReferenceSought(parameter, one, store.base)
        return _union([*index.of_reference(sought.exact), *(index.where(sought.by_tail) if sought.tails else ())])
    if parameter.kind == "uri":
        return _union(index.of_reference(map(unescaped, one.values)))
    return _union(ids for value in one.values for ids in index.of_token(*token_sought(value)))


def token_sought(value: str) -> tuple[str | None, str]:
    """System (None: any) and code (empty: any) of a token as written in a search."""
    system, bar, code = value.partition("|")
    return (unescaped(system), unescaped(code)) if bar else (None, unescaped(system))


def _scan_test(store: Store, parameter: Parameter, one: Condition) -> _Test:
    """A test of one resource, decoding what it needs."""
    if parameter.kind == "updated":
        compare = test_for("updated", one)
        return lambda stored: compare([(stored.updated, stored.updated + 0.001)])
    if one.modifier == "missing":
        wanted = one.values == ("true",)
        return lambda stored: _lacks(stored, parameter) is wanted
    if one.modifier == "identifier":
        inner = Parameter(parameter.name, "token", tuple(f"{path}.identifier" for path in parameter.elements))
        return _token_test(inner, one)
    if parameter.kind == "reference":
        sought, base = ReferenceSought(parameter, one, store.base), store.base
        return lambda stored: any(map(sought, references(stored.top(), parameter, base)))
    if parameter.kind == "uri":
        return lambda stored: any(text in one.values for text in strings(stored.top(), parameter))
    if parameter.kind in _KEYED:
        test = _token_test(parameter, one)
        return (lambda stored: not test(stored)) if one.modifier == "not" else test
    compare = test_for(parameter.kind, one)
    return lambda stored: compare(comparable(stored.top(), parameter))


def _token_test(parameter: Parameter, one: Condition) -> _Test:
    sought = [token_sought(value) for value in one.values]
    return lambda stored: any(token_matches(held, *pair) for held in tokens(stored.top(), parameter) for pair in sought)


def _lacks(stored: Stored, parameter: Parameter) -> bool:
    top = stored.top()
    return not any(found(top, element) for element in parameter.elements)


def _linked(store: Store, table: Table, one: Condition) -> Ids:
    """Ids by a chain (`patient.gender=`) or by what points here (`_has:Observation:patient:code=`)."""
    value = ",".join(one.values)
    if one.name.startswith("_has:"):
        _, source, reference, rest = one.name.split(":", 3)
        parameter, prefix = parameters(source)[reference], f"{table.kind}/"
        pointing = find(store, source, [condition(source, rest, value)])
        ids = [r for s in pointing for r in references(s.top(), parameter, store.base) if r.startswith(prefix)]
        return {i: None for i in (reference[len(prefix) :] for reference in ids) if i in table.rows}
    head, _, rest = one.name.partition(".")
    name, _, target = head.partition(":")
    parameter = parameters(table.kind)[name]
    first = rest.partition(":")[0].partition(".")[0]
    targets = [target] if target else [kind for kind in parameter.targets if first in parameters(kind)]
    if not targets:
        raise Refusal(400, "invalid", f"say which type is meant: {name}:Type.{rest}")
    keys = [f"{t}/{hit.id}" for t in targets for hit in find(store, t, [condition(t, rest, value)])]
    return _union(table.keys(parameter).of_reference(keys))
