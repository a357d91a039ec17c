"""A target server with patients on it, stores that write to it, and a coordinator who does as she likes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from fhir_screener.fhir.capability import Capability, TypeAbilities, read_capability
from fhir_screener.fhir.session import FhirSession
from fhir_screener.fhir.task.build import Setting
from fhir_screener.fhir.task.coded import Json, dicts
from fhir_screener.fhir.task.identity import Identity
from fhir_screener.fhir.task.store import TaskStore
from fhir_screener.fhir.task.support import StudySheet
from fhir_screener.screening.candidate import Action, reconcile
from fhir_screener.screening.screening import Screening

STUDY = "NCT04660565"
IDENTITY = Identity(b"a key for tests only", "ehr")
POOL = "Organization/trials"
START = datetime(2021, 3, 1, 18, 30, tzinfo=UTC)


class Clock:
    """Each look is a minute later. `between` is called once at the next look: after reading, before writing."""

    def __init__(self) -> None:
        self.now = START
        self.between: Callable[[], object] | None = None

    def __call__(self) -> datetime:
        act, self.between = self.between, None
        if act:
            act()
        self.now += timedelta(minutes=1)
        return self.now


@dataclass
class World:
    """`capability` may be changed before the first store is made: then the stores believe that instead."""

    base: str
    session: FhirSession
    capability: Capability
    setting: Setting = field(default_factory=lambda: Setting(IDENTITY, pool=POOL))
    clock: Clock = field(default_factory=Clock)

    def store(self, **changes: Any) -> TaskStore:
        parts: dict[str, Any] = {"session": self.session, "capability": self.capability, "setting": self.setting}
        sheets = {STUDY: StudySheet(STUDY, "Belimumab for IgG4-related disease", "http://clinicaltrials.gov")}
        return TaskStore(**{**parts, "studies": sheets, "clock": self.clock, "version": "0.1.0", **changes})

    def sweep(self, judged: Screening, store: TaskStore | None = None) -> Action:
        """What a sweep does with one patient."""
        store = store or self.store()
        there = store.existing(judged.study, [judged.patient]).get(judged.patient)
        return store.apply(judged, there, reconcile(there, judged)).action

    def tasks(self) -> list[Json]:
        return [t for t in self.search("Task") if t.get("intent") == "proposal"]

    def task(self) -> Json:
        """The one candidate Task there is, as the server has it at this moment."""
        (found,) = self.tasks()
        whole: Json = orjson.loads(self.session.get(f"Task/{found['id']}").body)
        return whole

    def search(self, kind: str, query: str = "_count=100") -> list[Json]:
        bundle = orjson.loads(self.session.get(f"{kind}?{query}").body)
        return [entry["resource"] for entry in dicts(bundle.get("entry"))]

    def edit(self, **elements: Any) -> Json:
        """A coordinator changes these elements of the Task; None takes one away."""
        task = self.task() | elements
        return self.put({name: value for name, value in task.items() if value is not None})

    def put(self, resource: Json) -> Json:
        answer = self.session.put(f"{resource['resourceType']}/{resource['id']}", orjson.dumps(resource))
        body: Json = orjson.loads(answer.body) if answer.body else resource
        return body


def world(base: str) -> World:
    """The server with the pool and two patients."""
    session = FhirSession(base)
    there = World(base, session, read_capability(session))
    there.put({"resourceType": "Organization", "id": "trials", "name": "Trials office"})
    there.put({"resourceType": "Practitioner", "id": "anna", "name": [{"family": "Weiss"}]})
    for id in ("p1", "p2"):
        there.put({"resourceType": "Patient", "id": id, "gender": "male"})
    return there


def without(capability: Capability, *, client_ids: bool = True, transaction: bool = True) -> Capability:
    """The same server, offering less than it could."""
    types = {kind: _less(abilities, client_ids) for kind, abilities in capability.types.items()}
    return replace(capability, types=types, transaction=capability.transaction and transaction)


def _less(abilities: TypeAbilities, client_ids: bool) -> TypeAbilities:
    return abilities if client_ids else replace(abilities, update_create=False)


def codes(task: Json, name: str = "businessStatus") -> list[str]:
    return [coding["code"] for coding in dicts((task.get(name) or {}).get("coding"))]
