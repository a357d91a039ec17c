"""The FHIR server without its wire: one `Call` in, one `Reply` out."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from fhir_screener.sandbox.abilities import Abilities
from fhir_screener.sandbox.bundles import etag, history
from fhir_screener.sandbox.capability import capability_statement
from fhir_screener.sandbox.faults import Faults
from fhir_screener.sandbox.moments import instant, span
from fhir_screener.sandbox.outcome import Refusal, outcome_bytes
from fhir_screener.sandbox.resource_types import R4_TYPES
from fhir_screener.sandbox.searching import Searcher
from fhir_screener.sandbox.store import Store
from fhir_screener.sandbox.transaction import batch, read_bundle, transaction
from fhir_screener.sandbox.wire import Call, Reply, resource_reply
from fhir_screener.sandbox.writing import Writer


class Service:
    """A FHIR R4 server over one store. Not for several threads at a time."""

    def __init__(self, store: Store, abilities: Abilities | None = None, faults: Faults | None = None) -> None:
        self.store, self.abilities = store, abilities or Abilities()
        self.faults = faults if faults is not None else Faults()
        self.searcher = Searcher(store, self.abilities, self.faults)
        self._writer = Writer(store, self.searcher, self.abilities, self.faults)
        self._perform: dict[tuple[str, int], Callable[[Call], Reply]] = {
            ("GET", 1): self._search,
            ("GET", 2): self._read,
            ("GET", 3): self._history,
            ("GET", 4): self._version,
            ("POST", 1): self._writer.create,
            ("POST", 2): self._search_by_post,
            ("PUT", 1): self._writer.update,
            ("PUT", 2): self._writer.update,
            ("PATCH", 1): self._writer.patch,
            ("PATCH", 2): self._writer.patch,
            ("DELETE", 1): self._writer.delete,
            ("DELETE", 2): self._writer.delete,
        }

    def handle(self, call: Call) -> Reply:
        """Carries out one interaction; what is refused comes back as an OperationOutcome."""
        try:
            _check_formats(call)
            if not call.segments and call.method == "POST":
                return self._bundle(call)
            return self._one(call)
        except Refusal as refusal:
            return Reply(refusal.status, outcome_bytes(refusal.issue, refusal.text))

    def about(self, call: Call) -> Call:
        """The call itself, or for a later page the search it belongs to: what faults and counts go by."""
        origin = self.searcher.origin(_page_in(call)) if not call.segments and call.method == "GET" else None
        if origin is None:
            return call
        path, _, query = origin.removeprefix(self.store.base).partition("?")
        return Call(call.method, path, query)

    def _one(self, call: Call) -> Reply:
        method = "GET" if call.method == "HEAD" else call.method
        if call.segments == ["metadata"] and method == "GET":
            return Reply(200, self._statement)
        if not call.segments and method == "GET" and (page := _page_in(call)):
            return Reply(200, self.searcher.page(page))
        if not call.segments:
            if call.query:
                raise Refusal(400, "not-supported", "a search names a resource type: GET [base]/Patient?...")
            raise Refusal(404, "not-found", "nothing is answered here; try /metadata")
        self._check_type(call)
        perform = self._perform.get((method, len(call.segments)))
        if perform is None:
            raise Refusal(405, "not-supported", f"{call.method} {call.path} is not offered")
        return perform(call)

    @cached_property
    def _statement(self) -> bytes:
        return capability_statement(self.store.base, self.abilities, instant(self.store.started))

    def _check_type(self, call: Call) -> None:
        fault = self.faults.take("unsupported", method=call.method, of=call.kind, names=call.names)
        if fault is not None or call.kind not in R4_TYPES or call.kind in self.abilities.without:
            status = (fault.status if fault else None) or 404
            raise Refusal(status, "not-supported", f"resource type {call.kind} is not offered by this server")

    def _bundle(self, call: Call) -> Reply:
        sent = read_bundle(call.body)
        if sent.type == "batch" and self.abilities.batches:
            return Reply(200, batch(sent, self.store.base, self._one))
        if sent.type == "transaction" and self.abilities.transactions:
            return Reply(200, transaction(sent, self.store, self._writer, self._one))
        raise Refusal(405, "not-supported", f"this server offers no {sent.type}")

    def _search(self, call: Call) -> Reply:
        return Reply(200, self.searcher.search(call.kind, call.pairs, call.prefers("handling=lenient")))

    def _search_by_post(self, call: Call) -> Reply:
        if call.segments[1] != "_search":
            raise Refusal(405, "not-supported", f"POST {call.path} is not offered")
        return self._search(call)

    def _read(self, call: Call) -> Reply:
        held = self.store.read(*call.segments)
        if call.headers.get("if-none-match", "").strip() == etag(held):
            return Reply(304, headers={"ETag": etag(held)})
        self.searcher.served += 1
        return resource_reply(200, held, self.store.base)

    def _history(self, call: Call) -> Reply:
        kind, identifier, what = call.segments
        if kind == "Patient" and what == "$everything":
            return Reply(200, self.searcher.everything(identifier, call.pairs))
        if what != "_history":
            raise Refusal(404, "not-supported", f"{call.path} is not offered")
        versions = self.store.versions(kind, identifier)
        if not versions:
            self.store.read(kind, identifier)
        since = span(dict(call.pairs).get("_since", ""))
        if since is not None:
            versions = [one for one in versions if one.updated >= since[0]]
        return Reply(200, history(self.store.base, versions))

    def _version(self, call: Call) -> Reply:
        kind, identifier, what, number = call.segments
        found = [one for one in self.store.versions(kind, identifier) if str(one.version) == number]
        if what != "_history" or not found:
            raise Refusal(404, "not-found", f"{call.path} does not exist here")
        if found[0].data is None:
            raise Refusal(410, "deleted", f"{kind}/{identifier} was deleted with version {number}")
        return resource_reply(200, found[0], self.store.base)


def _page_in(call: Call) -> str:
    return dict(call.pairs).get("_page", "")


def _check_formats(call: Call) -> None:
    """JSON only."""
    asked = dict(call.pairs).get("_format") if "_format" in call.query else None
    wanted = asked or call.headers.get("accept", "")
    if "xml" in wanted and "json" not in wanted and "*" not in wanted:
        raise Refusal(406, "not-supported", "this server speaks JSON only")
    if call.method in ("POST", "PUT") and "xml" in call.headers.get("content-type", ""):
        raise Refusal(415, "not-supported", "this server reads JSON only")
