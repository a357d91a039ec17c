"""Batches and transactions (FHIR R4 RESTful API, 3.1.0.11): entries of one Bundle, each for itself or all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import orjson

from fhir_screener.sandbox.bundles import bundle
from fhir_screener.sandbox.linking import relinked
from fhir_screener.sandbox.outcome import Refusal, outcome_bytes
from fhir_screener.sandbox.store import Store
from fhir_screener.sandbox.wire import LAST_UPDATED, Call, Reply
from fhir_screener.sandbox.writing import Writer

Perform = Callable[[Call], Reply]
"""Carries out one interaction; raises Refusal."""

_ORDER = {"DELETE": 0, "POST": 1, "PUT": 2, "PATCH": 2, "GET": 3, "HEAD": 3}
_REASON = {200: "OK", 201: "Created", 204: "No Content", 304: "Not Modified"}


class Request(msgspec.Struct):
    """Bundle.entry.request."""

    method: str
    url: str
    if_none_match: str | None = msgspec.field(default=None, name="ifNoneMatch")
    if_match: str | None = msgspec.field(default=None, name="ifMatch")
    if_none_exist: str | None = msgspec.field(default=None, name="ifNoneExist")


class Entry(msgspec.Struct):
    """Bundle.entry as sent; the resource stays the bytes it is."""

    request: Request
    url: str | None = msgspec.field(default=None, name="fullUrl")
    resource: msgspec.Raw = msgspec.Raw(b"")


class Sent(msgspec.Struct):
    """A Bundle as sent."""

    resource_type: str = msgspec.field(name="resourceType")
    type: str
    entry: list[Entry] = []


def read_bundle(body: bytes) -> Sent:
    """Raises Refusal 400 for what is no batch or transaction."""
    try:
        if not body.isascii():
            body.decode()
        sent = msgspec.json.decode(body, type=Sent)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refusal(400, "structure", f"the body is not a Bundle of requests: {error}") from error
    if sent.resource_type != "Bundle" or sent.type not in ("batch", "transaction"):
        raise Refusal(400, "invalid", "only a Bundle of type batch or transaction can be posted to the base")
    return sent


def batch(sent: Sent, base: str, perform: Perform) -> bytes:
    """Each entry for itself; what one refuses is told in its place."""
    answers = []
    for entry in sent.entry:
        try:
            answers.append(_answer(perform(_call(entry, base))))
        except Refusal as refusal:
            answers.append(_refused(refusal))
    return bundle("batch-response", answers)


def transaction(sent: Sent, store: Store, writer: Writer, perform: Perform) -> bytes:
    """All or nothing. Raises the first Refusal, with nothing changed."""
    calls = _with_links(sent, store, writer)
    answers: list[bytes] = [b""] * len(calls)
    with store.all_or_nothing():
        for place in sorted(range(len(calls)), key=lambda place: _ORDER.get(calls[place].method, 4)):
            try:
                answers[place] = _answer(perform(calls[place]))
            except Refusal as refusal:
                text = f"entry {place}, {calls[place].method} {calls[place].path}: {refusal.text}; nothing was changed"
                raise Refusal(refusal.status, refusal.issue, text) from refusal
    return bundle("transaction-response", answers)


def _call(entry: Entry, base: str, new_id: str | None = None) -> Call:
    request = entry.request
    url = request.url.removeprefix(base).lstrip("/")
    path, _, query = url.partition("?")
    headers: dict[str, str] = {}
    for name, value in (
        ("if-match", request.if_match),
        ("if-none-match", request.if_none_match),
        ("if-none-exist", request.if_none_exist),
    ):
        if value is not None:
            headers[name] = value
    return Call(request.method.upper(), path, query, headers, bytes(entry.resource), new_id)


def _with_links(sent: Sent, store: Store, writer: Writer) -> list[Call]:
    """The calls of a transaction with ids given out and references between entries put right."""
    links: dict[str, str] = {}
    promised: list[str | None] = []
    written: set[str] = set()
    for entry in sent.entry:
        call = _call(entry, store.base)
        target, new_id = _target(call, store, writer)
        promised.append(new_id)
        if target and entry.url:
            links[entry.url] = target
        if target and call.method in ("PUT", "DELETE", "PATCH"):
            if target in written:
                raise Refusal(400, "invalid", f"{target} is written twice in one transaction")
            written.add(target)

    def resolve(text: str) -> str:
        return links.get(text) or _looked_up(text, writer)

    calls = []
    for entry, new_id in zip(sent.entry, promised, strict=True):
        entry.resource = msgspec.Raw(relinked(bytes(entry.resource), resolve))
        calls.append(_call(entry, store.base, new_id))
    return calls


def _target(call: Call, store: Store, writer: Writer) -> tuple[str | None, str | None]:
    """`Type/id` an entry will end up as, and the id promised to it if it is new."""
    if call.method == "POST" and len(call.segments) == 1:
        condition = call.headers.get("if-none-exist")
        pairs = parse_qsl((condition or "").lstrip("?"), keep_blank_values=True)
    elif call.method == "PUT" and len(call.segments) == 1:
        condition, pairs = call.query, call.pairs
    else:
        return ("/".join(call.segments[:2]) if len(call.segments) == 2 else None), None
    held = writer.only_match(call.kind, pairs) if condition is not None else None
    if held is not None:
        return f"{held.kind}/{held.id}", None
    sent: Any = msgspec.json.decode(call.body) if call.method == "PUT" and call.body else {}
    own = sent.get("id") if isinstance(sent, Mapping) else None
    new_id = own if isinstance(own, str) else store.new_id()
    return f"{call.kind}/{new_id}", new_id


def _looked_up(text: str, writer: Writer) -> str:
    """A conditional reference (`Patient?identifier=...`) as the one resource it means; anything else as it is."""
    kind, mark, query = text.partition("?")
    if not mark or not kind.isalpha():
        return text
    held = writer.only_match(kind, parse_qsl(query))
    if held is None:
        raise Refusal(412, "not-found", f"the conditional reference to a {kind} fits nothing here")
    return f"{held.kind}/{held.id}"


def _answer(reply: Reply) -> bytes:
    response = {"status": f"{reply.status} {_REASON.get(reply.status, '')}".strip()}
    for name, header in (("location", "Location"), ("etag", "ETag"), ("lastModified", LAST_UPDATED)):
        if header in reply.headers:
            response[name] = reply.headers[header]
    start = orjson.dumps({"response": response})
    if not reply.body or "Location" in reply.headers:
        return start
    return b'%b,"resource":%b}' % (start[:-1], reply.body)


def _refused(refusal: Refusal) -> bytes:
    told = outcome_bytes(refusal.issue, refusal.text)
    return b'{"response":{"status":"%d","outcome":%b}}' % (refusal.status, told)
