"""A server without a wire: calls go straight to the service."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from fhir_screener.sandbox.abilities import Abilities
from fhir_screener.sandbox.app import application
from fhir_screener.sandbox.faults import Faults
from fhir_screener.sandbox.outcome import Hangup
from fhir_screener.sandbox.service import Service
from fhir_screener.sandbox.stats import Stats
from fhir_screener.sandbox.store import Store
from fhir_screener.sandbox.wire import Call, Reply

BASE = "http://127.0.0.1:1/fhir"
Json = dict[str, Any]


@dataclass
class Answer:
    """A reply with its body read."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        return json.loads(self.body)

    @property
    def ids(self) -> list[str]:
        """Ids of the matches of a searchset, in order."""
        return [e["resource"]["id"] for e in self.json.get("entry", []) if e.get("search", {}).get("mode") == "match"]

    @property
    def included(self) -> list[str]:
        return [
            f"{e['resource']['resourceType']}/{e['resource']['id']}"
            for e in self.json.get("entry", [])
            if e.get("search", {}).get("mode") == "include"
        ]

    def link(self, relation: str) -> str | None:
        return next((one["url"] for one in self.json.get("link", []) if one["relation"] == relation), None)


class Client:
    """Speaks to a service; `time` is the server's clock in UTC seconds and moves only when told."""

    def __init__(self, abilities: Abilities | None = None, faults: Faults | None = None) -> None:
        self.time = 1_700_000_000.0
        self.store = Store(BASE, clock=lambda: self.time)
        self.service = Service(self.store, abilities, faults)

    def call(self, method: str, url: str, body: Any = b"", **headers: str) -> Answer:
        path, _, query = url.removeprefix(BASE).partition("?")
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        reply: Reply = self.service.handle(Call(method, path, query, named, data))
        return Answer(reply.status, reply.headers, reply.body)

    def get(self, url: str, **headers: str) -> Answer:
        return self.call("GET", url, **headers)

    def found(self, url: str) -> list[str]:
        answer = self.get(url)
        assert answer.status == 200, answer.body
        return answer.ids

    def put(self, *resources: Json) -> Answer:
        """Puts resources that should go in without demur; gives the last answer."""
        for resource in resources:
            answer = self.call("PUT", f"{resource['resourceType']}/{resource['id']}", resource)
            assert answer.status in (200, 201), answer.body
        return answer


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture(scope="session")
def make_client() -> Callable[..., Client]:
    return Client


def observation(identifier: str, patient: str = "p1", code: str = "4548-4", **more: Any) -> Json:
    coding = {"system": "http://loinc.org", "code": code}
    return {
        "resourceType": "Observation",
        "id": identifier,
        "status": "final",
        "code": {"coding": [coding]},
        "subject": {"reference": f"Patient/{patient}"},
    } | more


def patient(id_: str, **more: Any) -> Json:
    return {"resourceType": "Patient", "id": id_} | more


def task(id_: str | None = None, **more: Any) -> Json:
    named = {"id": id_} if id_ else {}
    return {"resourceType": "Task", "status": "requested", "intent": "proposal"} | named | more


@pytest.fixture(scope="session")
def make_observation() -> Callable[..., Json]:
    return observation


@pytest.fixture(scope="session")
def make_patient() -> Callable[..., Json]:
    return patient


@pytest.fixture(scope="session")
def make_task() -> Callable[..., Json]:
    return task


class Wire:
    """The ASGI application, driven without a socket."""

    def __init__(self, any_host: bool = False) -> None:
        self.client = Client(faults=Faults())
        self.faults = self.client.service.faults
        self.stats = Stats(self.client.service)
        self._app = application(self.client.service, self.stats, any_host=any_host)

    def __call__(self, method: str, url: str, body: Any = b"", peer: str = "127.0.0.1", **headers: str) -> Answer:
        """Raises Hangup where the server closes the connection; `partial` then holds what came before."""
        path, _, query = url.partition("?")
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {"host": "127.0.0.1:1"} | {name.replace("_", "-"): value for name, value in headers.items()}
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in named.items()],
            "client": (peer, 1),
        }
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": data, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        hung_up = False
        try:
            asyncio.run(self._app(scope, receive, send))
        except Hangup:
            hung_up = True
        start = next((one for one in sent if one["type"] == "http.response.start"), None)
        self.partial = b"".join(one["body"] for one in sent if one["type"] == "http.response.body")
        if hung_up or start is None:
            raise Hangup("closed")
        return Answer(
            start["status"], {name.decode(): value.decode() for name, value in start["headers"]}, self.partial
        )


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture(scope="session")
def make_wire() -> Callable[..., Wire]:
    return Wire
