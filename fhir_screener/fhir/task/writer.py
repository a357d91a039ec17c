"""One Task with its Provenance to the server, as safely as that server allows.

server offers           Task                              Provenance
----------------------  --------------------------------  --------------------------------
transaction             in one transaction with it, under If-Match or, to create, by PUT or ifNoneExist
no transaction          PUT with If-Match, or POST with   after it; if that fails the Task
                        If-None-Exist                     stands, and the log says so
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from fhir_screener.errors import Conflict, NotSupported, Refused, ServerError, ServerFault
from fhir_screener.fhir.capability import Capability
from fhir_screener.fhir.origin import encode
from fhir_screener.fhir.session import FhirSession
from fhir_screener.fhir.task.coded import Json, dicts
from fhir_screener.fhir.task.identity import Identity
from fhir_screener.fhir.task.support import client_ids, client_ids_promised, location_id, token_of
from fhir_screener.log import Log

_log = Log(__name__)
_HERE = "urn:uuid:5b1f2f0e-0000-4000-8000-000000000001"
"""The name of a Task in its transaction while it has no id yet."""


class Writer:
    """Creates and updates; never deletes. Learns from refusals what the CapabilityStatement did not say."""

    def __init__(self, session: FhirSession, capability: Capability, identity: Identity) -> None:
        self._session, self._identity = session, identity
        self._transaction = capability.transaction
        self._provenance = capability.can("Provenance", "create") is not False
        self._provenance_ids = client_ids(capability, "Provenance")
        self.client_ids = client_ids(capability, "Task")
        self.client_ids_promised = client_ids_promised(capability, "Task")

    def create(self, task: Json, provenance: Json) -> str:
        """Create the Task; returns its id. Raises Conflict where it is there already, or somebody made it meanwhile."""
        if self.client_ids:
            # Where the server heeds it (HAPI does not), a Task made meanwhile is a conflict and not a second version.
            request = {"method": "PUT", "url": f"Task/{task['id']}", "ifNoneMatch": "*"}
            return self._send(task, provenance, request)
        condition = encode([("identifier", token_of(task["identifier"][0]))])
        nameless = {key: value for key, value in task.items() if key != "id"}
        return self._send(nameless, provenance, {"method": "POST", "url": "Task", "ifNoneExist": condition})

    def update(self, task: Json, version: str, provenance: Json, beside: Sequence[Json] = ()) -> str:
        """Replace the Task if it is still in this version; raises Conflict otherwise.

        `beside` are resources to be written with it: by PUT where they have an id, else created.
        """
        request = {"method": "PUT", "url": f"Task/{task['id']}"}
        if version:
            request["ifMatch"] = f'W/"{version}"'
        return self._send(task, provenance, request, beside)

    def _send(self, task: Json, provenance: Json, request: Json, beside: Sequence[Json] = ()) -> str:
        if self._is_whole:
            try:
                return self._together(task, provenance, request, beside)
            except NotSupported:
                self._transaction = False
        id = self._alone(task, request)
        if not id:
            _log.warning("provenance.unwritten", why="the server made a Task and did not say where")
            return id
        self.complete(id, provenance, beside)
        return id

    @property
    def _is_whole(self) -> bool:
        """Whether a Task and what stands beside it are written together or not at all."""
        return self._transaction and self._provenance

    def complete(self, id: str, provenance: Json, beside: Sequence[Json] = ()) -> None:
        """Write what stands beside a Task that was written alone: also one whose answer was lost on its way."""
        if self._is_whole:
            return
        self._afterwards(id, self._provenance_entry(f"Task/{id}", provenance) if self._provenance else None)
        for one in beside:
            self._afterwards(id, _entry(one))

    def _together(self, task: Json, provenance: Json, request: Json, more: Sequence[Json]) -> str:
        target = f"Task/{task['id']}" if "id" in task else _HERE
        entry: Json = {"resource": task, "request": request} | ({} if "id" in task else {"fullUrl": _HERE})
        beside = self._provenance_entry(target, provenance)
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry, beside, *map(_entry, more)]}
        again = "id" in task and beside["request"]["method"] == "PUT" and all("id" in one for one in more)
        answer = self._session.post("", orjson.dumps(bundle), idempotent=again, expect="Bundle")
        responses = [e.get("response") or {} for e in dicts(orjson.loads(answer.body).get("entry"))]
        _require_success(responses)
        _require_new(request, str(responses[0].get("status", "")))
        return str(task.get("id") or location_id(str(responses[0].get("location", "")), "Task"))

    def _provenance_entry(self, target: str, provenance: Json) -> Json:
        named = {**provenance, "target": [{"reference": target}]}
        if not self._provenance_ids:
            return {"resource": named, "request": {"method": "POST", "url": "Provenance"}}
        # An id made of Task and moment: the same write sent twice leaves one Provenance.
        id = self._identity.provenance(target, str(provenance["recorded"]))
        return {"resource": {**named, "id": id}, "request": {"method": "PUT", "url": f"Provenance/{id}"}}

    def _alone(self, task: Json, request: Json) -> str:
        body = orjson.dumps(task)
        if request["method"] == "PUT":
            conditions = (("If-Match", "ifMatch"), ("If-None-Match", "ifNoneMatch"))
            headers = {header: request[key] for header, key in conditions if key in request}
            self._session.put(request["url"], body, headers)
            return str(task["id"])
        answer = self._session.post("Task", body, {"If-None-Exist": request["ifNoneExist"]})
        _require_new(request, str(answer.status))
        made = location_id(answer.headers.get("location", ""), "Task")
        body = orjson.loads(answer.body) if answer.body.strip() and not made else {}
        return made or (str(body.get("id") or "") if body.get("resourceType") == "Task" else "")

    def _afterwards(self, id: str, entry: Json | None) -> None:
        """Write what stands beside a Task after it; the Task stands whatever comes of that."""
        if entry is None:
            return
        kind, body = entry["resource"]["resourceType"], orjson.dumps(entry["resource"])
        try:
            if entry["request"]["method"] == "PUT":
                self._session.put(entry["request"]["url"], body)
            else:
                self._session.post(kind, body)
        except ServerError as error:
            if kind == "Provenance":
                self._provenance = not isinstance(error, NotSupported)
            _log.warning("provenance.unwritten" if kind == "Provenance" else "beside.unwritten", task=id, error=error)


def _entry(resource: Json) -> Json:
    kind, id = resource["resourceType"], resource.get("id")
    request = {"method": "PUT", "url": f"{kind}/{id}"} if id else {"method": "POST", "url": kind}
    return {"resource": resource, "request": request}


def _require_success(responses: list[dict[str, Any]]) -> None:
    """A transaction succeeds as a whole or answers with an error; a server may think otherwise."""
    for response in responses:
        status = str(response.get("status", ""))[:3]
        if status in ("409", "412"):
            raise Conflict("an entry of the transaction met a newer version; read again and merge", status=int(status))
        if not status.startswith("2"):
            raise Refused(f"an entry of the transaction was answered with {status or 'nothing'}", where="transaction")
    if len(responses) < 2:
        raise ServerFault("the transaction was answered with fewer entries than it had", where="transaction")


def _require_new(request: Json, status: str) -> None:
    """A conditional create that is answered with 200 made nothing: somebody else had."""
    if request["method"] == "POST" and status.startswith("200"):
        raise Conflict("the Task was there already; read it and merge", status=200)
