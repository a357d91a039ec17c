"""Create, update, patch and delete, with the conditions a client may set (FHIR R4 RESTful API, 3.1.0)."""

from __future__ import annotations

import json
from decimal import Decimal
from urllib.parse import parse_qsl

import msgspec

from fhir_screener.sandbox.abilities import Abilities
from fhir_screener.sandbox.bundles import etag
from fhir_screener.sandbox.elements import Top, split_top
from fhir_screener.sandbox.faults import Faults
from fhir_screener.sandbox.indexes import Stored
from fhir_screener.sandbox.json_patch import patched
from fhir_screener.sandbox.outcome import Refusal, outcome_bytes
from fhir_screener.sandbox.resource_types import missing_elements, valid_id
from fhir_screener.sandbox.searching import Pairs, Searcher
from fhir_screener.sandbox.store import Store
from fhir_screener.sandbox.wire import Call, Reply, resource_reply

_encode = msgspec.json.Encoder(decimal_format="number").encode


class Writer:
    """Carries out the writes of one server."""

    def __init__(self, store: Store, searcher: Searcher, abilities: Abilities, faults: Faults) -> None:
        self._store, self._searcher, self._abilities, self._faults = store, searcher, abilities, faults

    def create(self, call: Call) -> Reply:
        top = resource_in(call.body, call.kind)
        condition = call.headers.get("if-none-exist")
        if condition is not None:
            held = self.only_match(call.kind, parse_qsl(condition.lstrip("?"), keep_blank_values=True))
            if held is not None:
                return self._answer(call, 200, held)
        return self._answer(call, 201, self._store.write(call.kind, call.new_id or self._store.new_id(), top))

    def update(self, call: Call) -> Reply:
        if len(call.segments) == 1:
            return self._conditional_update(call)
        top = resource_in(call.body, call.kind)
        if _id_in(top) != call.segments[1]:
            raise Refusal(400, "invalid", f"the id in the body must be {call.segments[1]}, as in the address")
        return self._put(call, call.segments[1], top)

    def _conditional_update(self, call: Call) -> Reply:
        top, held = resource_in(call.body, call.kind), self.only_match(call.kind, call.pairs)
        own = _id_in(top)
        if held is not None and own not in (None, held.id):
            raise Refusal(400, "invalid", f"the search names {call.kind}/{held.id}, the body another id")
        return self._put(call, held.id if held else call.new_id or own or self._store.new_id(), top)

    def _put(self, call: Call, identifier: str, top: Top) -> Reply:
        if not valid_id(identifier):
            raise Refusal(400, "value", "an id has 1 to 64 letters, digits, dashes and dots")
        held = self._store.current(call.kind, identifier)
        self._check_version(call, held)
        if held is None and len(call.segments) == 2 and not self._abilities.client_ids:
            raise Refusal(405, "not-supported", "this server chooses ids itself: create by POST")
        return self._answer(call, 200 if held else 201, self._store.write(call.kind, identifier, top))

    def patch(self, call: Call) -> Reply:
        held = self._target(call)
        self._check_version(call, held)
        try:
            operations = json.loads(call.body, parse_float=Decimal)
        except ValueError as error:
            raise Refusal(400, "structure", "the body is not JSON; a patch here is a JSON patch") from error
        document = patched(json.loads(held.data or b"", parse_float=Decimal), operations)
        top = resource_in(_encode(document), call.kind)
        if _id_in(top) != held.id:
            raise Refusal(422, "processing", "a patch cannot change the id")
        return self._answer(call, 200, self._store.write(call.kind, held.id, top))

    def delete(self, call: Call) -> Reply:
        """204 whether or not there was something to delete."""
        kind, named = call.kind, call.segments[1:]
        held = self._store.current(kind, named[0]) if named else self.only_match(kind, call.pairs)
        if held is None:
            return Reply(204)
        self._check_version(call, held)
        gone = self._store.delete(held.kind, held.id)
        assert gone is not None
        return Reply(204, headers={"ETag": etag(gone)})

    def only_match(self, kind: str, pairs: Pairs) -> Stored | None:
        """The one resource a conditional write means, or None. Raises Refusal 412 for several."""
        if not self._abilities.conditional:
            raise Refusal(412, "not-supported", "this server offers no conditional writes")
        found = self._searcher.matches(kind, pairs)
        if len(found) > 1:
            raise Refusal(412, "multiple-matches", f"the condition fits {len(found)} resources of type {kind}")
        return found[0] if found else None

    def _target(self, call: Call) -> Stored:
        if len(call.segments) == 2:
            return self._store.read(call.kind, call.segments[1])
        held = self.only_match(call.kind, call.pairs)
        if held is None:
            raise Refusal(404, "not-found", f"no {call.kind} fits the condition")
        return held

    def _check_version(self, call: Call, held: Stored | None) -> None:
        if held is not None and call.method != "DELETE":
            fault = self._faults.take("stale", method=call.method, of=call.kind, names=call.names)
            if fault is not None:
                raise Refusal(fault.status or 412, "conflict", f"{held.kind}/{held.id} was changed meanwhile")
        asked = call.headers.get("if-match")
        if asked is not None and (held is None or asked.strip() not in (etag(held), etag(held)[2:], "*")):
            now = f"is at version {held.version}" if held else "does not exist"
            raise Refusal(412, "conflict", f"If-Match {asked.strip()} fails: the resource {now}")
        if call.headers.get("if-none-match", "").strip() == "*" and held is not None:
            raise Refusal(412, "conflict", f"{held.kind}/{held.id} exists already")

    def _answer(self, call: Call, status: int, one: Stored) -> Reply:
        reply = resource_reply(status, one, self._store.base, show=False)
        if call.prefers("return=OperationOutcome"):
            reply.body = outcome_bytes("informational", f"stored as version {one.version}", "information")
        elif not call.prefers("return=minimal"):
            reply.body = one.data or b""
        return reply


def resource_in(body: bytes, kind: str) -> Top:
    """The resource in a request, taken apart. Raises Refusal 400 or 422 for one that cannot be stored."""
    try:
        if not body.isascii():
            body.decode()
        top = split_top(body)
        found = msgspec.json.decode(top.get("resourceType", b"null"))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refusal(400, "structure", f"the body is not a JSON object: {error}") from error
    if found != kind:
        raise Refusal(400, "invalid", f"the body is of type {found!r}, the address says {kind}")
    missing = missing_elements(kind, top.keys())
    if missing:
        raise Refusal(422, "required", f"{kind} lacks what R4 requires: {', '.join(missing)}")
    return top


def _id_in(top: Top) -> str | None:
    found = msgspec.json.decode(top["id"]) if "id" in top else None
    return found if isinstance(found, str) else None
