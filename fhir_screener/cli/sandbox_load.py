"""Charts into any FHIR server, by transactions: what others refer to first, then the charts, then lists of patients.

A reference written before its target is one that some servers never find (HAPI without referential integrity).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

import msgspec
import orjson

from fhir_screener.cli.progress import Step
from fhir_screener.errors import Conflict, DataError, NotSupported, Refused, ServerFault
from fhir_screener.fhir.bundles import Part, take_apart
from fhir_screener.fhir.capability import Capability
from fhir_screener.fhir.decode.tolerant import BROKEN, kind_of
from fhir_screener.fhir.file_lines import batches
from fhir_screener.fhir.file_reader import shape
from fhir_screener.fhir.session import FhirSession

FIRST = frozenset(
    {"Organization", "Location", "Practitioner", "PractitionerRole", "Medication", "ResearchStudy", "Patient"}
)
LAST = frozenset({"Group", "List"})
_FHIR_FILE = re.compile(r"\.(ndjson|json)(\.gz)?$")
AT_ONCE = 100
"""Resources in one transaction."""
AGAIN = 5
"""Times a transaction is sent that collides with another."""


class Item(NamedTuple):
    """A resource to be loaded, as JSON."""

    kind: str
    id: str
    data: bytes

    @property
    def url(self) -> str:
        return f"{self.kind}/{self.id}"


class _Named(msgspec.Struct):
    id: str = ""


_named = msgspec.json.Decoder(_Named).decode


def hospital(patients: int, seed: int, as_of: date) -> Iterator[Item]:
    """The resources of the sample hospital, chart after chart."""
    from fhir_screener.sandbox.hospital import generate, shared_resources

    for one in shared_resources(patients, seed, as_of):
        yield Item(one["resourceType"], one["id"], orjson.dumps(one))
    for chart in generate(patients, seed, as_of):
        for one in chart.resources:
            yield Item(one["resourceType"], one["id"], orjson.dumps(one))


def folder(path: Path, problems: dict[str, str]) -> Iterator[Item]:
    """The resources in NDJSON files and Bundles; what cannot be loaded is put into `problems`, {place: why}."""
    files = [path] if path.is_file() else sorted(one for one in path.rglob("*") if _FHIR_FILE.search(one.name))
    for file in files:
        for where, data in _resources(file, problems):
            try:
                parts = take_apart(data, set()) if kind_of(data) == "Bundle" else (Part(kind_of(data), data, None),)
                for part in parts:
                    id = _named(part.data).id or part.spare_id
                    if part.kind and id:
                        yield Item(part.kind, id, part.data)
                    else:
                        problems[where] = "no resource with a type and an id"
            except (DataError, *BROKEN):
                problems[where] = "no FHIR resource in JSON"


def _resources(file: Path, problems: dict[str, str]) -> Iterator[tuple[str, bytes]]:
    """(place, resource): a line each, or the whole file."""
    found = batches(file)
    try:
        for first, lines in found:
            if first == 1 and shape(lines) == "whole":
                yield file.name, b"".join([*lines, *(line for _, more in found for line in more)])
            else:
                yield from ((f"{file.name}:{number}", line) for number, line in enumerate(lines, first) if line.strip())
    except DataError as error:
        problems[file.name] = error.what


@dataclass
class Loader:
    """Loads items; counts what was `loaded`, names what the server `refused`, {Type/id: why}."""

    session: FhirSession
    capability: Capability
    step: Step
    connections: int = 4
    loaded: int = 0
    refused: dict[str, str] = field(default_factory=dict)

    def load(self, items: Callable[[], Iterable[Item]]) -> None:
        """`items` is called once for each round. Raises ServerError when the server cannot be used."""
        for number in (0, 1, 2):
            self._round(item for item in items() if _round_of(item.kind) == number)

    def _round(self, items: Iterable[Item]) -> None:
        waiting: list[Future[dict[str, str]]] = []
        with ThreadPoolExecutor(self.connections, thread_name_prefix="load") as pool:
            for batch in _batches(items):
                waiting.append(pool.submit(self._send, batch))
                self.loaded += len(batch)
                while len(waiting) >= 2 * self.connections:
                    self._settle(waiting.pop(0))
            for one in waiting:
                self._settle(one)

    def _settle(self, sent: Future[dict[str, str]]) -> None:
        refused = sent.result()
        self.refused.update(refused)
        self.loaded -= len(refused)
        self.step(self.loaded, None)

    def _send(self, batch: list[Item]) -> dict[str, str]:
        """What of the batch was refused."""
        if self.capability.transaction:
            for _ in range(AGAIN):
                try:
                    self.session.post("", _transaction(batch), idempotent=True, expect="Bundle")
                    return {}
                except Conflict:
                    continue  # another of our transactions made the same reference's target at the same moment
                except (Refused, NotSupported, ServerFault):
                    break  # one resource spoils them all: find out which
        refused = {}
        for item in batch:
            try:
                self.session.put(item.url, item.data)
            except (Refused, NotSupported, Conflict, ServerFault) as error:
                refused[item.url] = str(error)
        return refused


def _round_of(kind: str) -> int:
    return 0 if kind in FIRST else 2 if kind in LAST else 1


def _transaction(batch: list[Item]) -> bytes:
    entries = (
        b'{"resource":%s,"request":{"method":"PUT","url":%s}}' % (item.data, orjson.dumps(item.url)) for item in batch
    )
    return b'{"resourceType":"Bundle","type":"transaction","entry":[%s]}' % b",".join(entries)


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Batches without the same resource twice: no server takes that in one transaction."""
    batch: dict[str, Item] = {}
    for item in items:
        if len(batch) >= AT_ONCE or item.url in batch:
            yield list(batch.values())
            batch = {}
        batch[item.url] = item
    if batch:
        yield list(batch.values())
