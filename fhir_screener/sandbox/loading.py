"""Filling a store from resources in hand, or from files: NDJSON or a Bundle, plain or gzip, whatever the file is called."""

from __future__ import annotations

import gc
import gzip
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import msgspec
import orjson

from fhir_screener.errors import DataError
from fhir_screener.sandbox.elements import split_top
from fhir_screener.sandbox.linking import relinked
from fhir_screener.sandbox.resource_types import R4_TYPES
from fhir_screener.sandbox.store import Store

# Real charts carry ids outside the FHIR rule; what would break an address is all that is refused here.
_USABLE_ID = re.compile(r"[A-Za-z0-9\-._~:@]{1,255}")

_FHIR_FILE = re.compile(r"\.(ndjson|json)(\.gz)?$")


class _Head(msgspec.Struct):
    kind: str = msgspec.field(name="resourceType")
    id: str | None = None


class _Entry(msgspec.Struct):
    url: str = msgspec.field(default="", name="fullUrl")
    resource: msgspec.Raw = msgspec.Raw(b"")


class _Bundle(msgspec.Struct):
    entry: list[_Entry] = []


_head = msgspec.json.Decoder(_Head).decode
_bundle = msgspec.json.Decoder(_Bundle).decode


def load_resources(store: Store, resources: Iterable[Mapping[str, Any] | bytes], where: str = "") -> int:
    """Stores resources (decoded, or as JSON bytes) under their own ids; gives how many. Bundles are unpacked.

    Nothing is demanded but a known type and a usable id, so that untidy charts can be loaded; one without an id
    gets one. Raises DataError with the number of the resource that cannot be stored.
    """
    count = 0
    with _without_collector():
        for number, resource in enumerate(resources, 1):
            data = resource if isinstance(resource, bytes) else orjson.dumps(resource)
            try:
                count += _load_one(store, data)
            except (msgspec.DecodeError, ValueError) as error:
                raise DataError(f"cannot be loaded: {error}", where=f"{where}:{number}".lstrip(":")) from error
    return count


def _load_one(store: Store, data: bytes) -> int:
    head = _head(data)
    if head.kind == "Bundle":
        return _load_bundle(store, data)
    if head.kind not in R4_TYPES:
        raise ValueError(f"{head.kind!r} is no resource type of FHIR R4")
    identifier = head.id if head.id is not None else store.new_id()
    if not _USABLE_ID.fullmatch(identifier):
        raise ValueError(f"{head.kind} has an id that cannot stand in an address")
    store.write(head.kind, identifier, split_top(data))
    return 1


def _load_bundle(store: Store, data: bytes) -> int:
    """The resources of a Bundle of any kind; references by its own fullUrls become `Type/id`."""
    entries = [entry for entry in _bundle(data).entry if bytes(entry.resource)]
    links: dict[str, str] = {}
    for entry in entries:
        head = _head(entry.resource)
        if entry.url and head.id:
            links[entry.url] = f"{head.kind}/{head.id}"
    if not links:
        return sum(_load_one(store, bytes(entry.resource)) for entry in entries)

    def resolve(text: str) -> str:
        return links.get(text, text)

    return sum(_load_one(store, relinked(bytes(entry.resource), resolve)) for entry in entries)


def load_path(store: Store, path: Path) -> int:
    """Loads a file of any name, or the `.ndjson` and `.json` files (also `.gz`) under a folder, in order of name.

    Gives how many resources. Raises DataError with the name of the file and the number of the resource.
    """
    if not path.exists():
        raise DataError("there is nothing here to load", where=str(path))
    files = [path] if path.is_file() else sorted(one for one in path.rglob("*") if _FHIR_FILE.search(one.name))
    return sum(load_resources(store, _resources(file), where=file.name) for file in files)


def _resources(file: Path) -> Iterator[bytes]:
    """Lines of NDJSON; a file whose first line is not JSON by itself is one resource or Bundle, printed over many."""
    try:
        with _opened(file) as stream:
            first = stream.readline()
            if _complete(first):
                yield first
                yield from (line for line in stream if not line.isspace())
            elif rest := first + stream.read():
                yield rest
    except (OSError, EOFError) as error:
        raise DataError(f"cannot be read: {error}", where=file.name) from error


def _complete(line: bytes) -> bool:
    try:
        split_top(line)
    except msgspec.DecodeError:
        return False
    return True


def _opened(file: Path) -> BinaryIO:
    with file.open("rb") as stream:
        zipped = stream.read(2) == b"\x1f\x8b"
    return cast(BinaryIO, gzip.open(file, "rb")) if zipped else file.open("rb")


@contextmanager
def _without_collector() -> Iterator[None]:
    """Hundreds of thousands of new objects and no garbage: collecting would only take time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
