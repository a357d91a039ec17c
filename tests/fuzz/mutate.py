"""Charts spoilt in every way: one element of one resource changed, or the bytes of the file themselves.

A mutation of an element is (name, raw JSON bytes), or DROPPED. Raw, because much of it is no JSON that Python would write.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]
DROPPED = b""
HOLE = "@the hole@"
DEEP = 5_000

VALUES: dict[str, bytes] = {
    "dropped": DROPPED,
    # the type changed
    "null": b"null",
    "true": b"true",
    "false": b"false",
    "zero": b"0",
    "number": b"7",
    "fraction": b"-1.5",
    "empty text": b'""',
    "blanks": b'"   "',
    "text": b'"what"',
    "empty list": b"[]",
    "empty object": b"{}",
    "list": b'["a", 1, null, {}, []]',
    "list of null": b"[null]",
    "object": b'{"a": {"b": [1]}}',
    "object of the same names": b'{"reference": 5, "coding": 5, "code": {}, "text": [], "value": {}, "start": 5, "id": []}',
    "coding of oddities": b'{"coding": [null, 5, "x", [], {"code": 5, "system": []}], "text": {}}',
    "reference to oddities": b'{"reference": {"reference": "Patient/q"}, "identifier": [[]], "display": 5}',
    # absurd dates
    "year 0000": b'"0000"',
    "0000-00-00": b'"0000-00-00"',
    "9999-99-99": b'"9999-99-99"',
    "9999-12-31": b'"9999-12-31T23:59:59-14:00"',
    "0001-01-01": b'"0001-01-01T00:00:00+14:00"',
    "20210230": b'"20210230"',
    "2021-02-30": b'"2021-02-30"',
    "a long date": b'"2021-01-01' + b"1" * 3000 + b'"',
    "an odd offset": b'"2021-01-01T25:61:61+99:99"',
    "Arabic digits": '"٢٠٢١-٠١-٠١"'.encode(),
    # huge numbers
    "1e308": b"1e308",
    "-1e308": b"-1e308",
    "1e999": b"1e999",
    "1e-999": b"1e-999",
    "1e99999999": b"1e99999999",
    "NaN": b"NaN",
    "Infinity": b"-Infinity",
    "NaN as text": b'"NaN"',
    "1e999 as text": b'"1e999"',
    "40 digits": b"1" * 40,
    "40 digits as text": b'"' + b"9" * 40 + b'"',
    "5,000 digits": b"1" * 5000,
    "5,000 digits as text": b'"' + b"1" * 5000 + b'"',
    # nesting
    "deep lists": b"[" * DEEP + b"]" * DEEP,
    "deep objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "deep extension": b'{"extension":[' * 900 + b"{}" + b"]}" * 900,
    # text that is none
    "huge text": b'"' + b"x " * 100_000 + b'"',
    "lone surrogate": b'"\\ud800 \\udfff"',
    "invalid UTF-8": b'"\xff\xfe\xc3\x28"',
    "control characters": b'"\x00\x01\x1f\n\t"',
    "escaped NUL": b'"\\u0000"',
    "BOM": b'"\xef\xbb\xbf"',
    "right to left": '"\u202e\u200b\ufeff"'.encode(),
    "percent": b'"%s%n{0}{x}"',
    # references
    "to itself": b'{"reference": "@self@"}',
    "to another patient": b'{"reference": "Patient/somebody-else"}',
    "to nothing": b'{"reference": "#"}',
    "to a contained that is not there": b'{"reference": "#gone"}',
    "a script": b'{"reference": "javascript:alert(1)/Patient/"}',
}
TYPES = ("MedicationOrder", "MedicationUsage", "Condition", "Observation", "Patient", "Bundle", "Claim", "Nonsense", "")


def paths(tree: Any, at: Path = ()) -> Iterator[Path]:
    """Every place in a resource, parents first."""
    if at:
        yield at
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in pairs:
        yield from paths(value, (*at, key))


def shape(path: Path) -> str:
    """A path without its positions in lists: `code.coding.system`."""
    return ".".join(str(part) for part in path if not isinstance(part, int))


def changed(resource: dict[str, Any], path: Path, raw: bytes) -> bytes:
    """The resource as JSON with the element at `path` replaced, or without it."""
    tree = copy.deepcopy(resource)
    at: Any = tree
    for key in path[:-1]:
        at = at[key]
    if raw == DROPPED:
        del at[path[-1]]
        return dump(tree)
    at[path[-1]] = HOLE
    me = f"{resource.get('resourceType')}/{resource.get('id')}".encode()
    return dump(tree).replace(json.dumps(HOLE).encode(), raw.replace(b"@self@", me))


def dump(tree: Any) -> bytes:
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def other_types(resource: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """The same content called another type, or spelled with its type last."""
    for kind in TYPES:
        yield f"called {kind or 'nothing'}", dump({**resource, "resourceType": kind})
    rest = {key: value for key, value in resource.items() if key != "resourceType"}
    yield "type last", dump({**rest, "resourceType": resource["resourceType"]})
    yield "twice the type", dump(rest)[:-1] + b',"resourceType":"Claim","resourceType":"Condition"}'
    yield "a list", b"[" + dump(resource) + b"]"
    yield "a text", json.dumps(dump(resource).decode()).encode()


def looped(resource: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Contained resources that contain or mean each other, and references in a circle."""
    me = f"{resource['resourceType']}/{resource.get('id')}"
    ring = [
        {"resourceType": "Medication", "id": "a", "ingredient": [{"itemReference": {"reference": "#b"}}]},
        {"resourceType": "Medication", "id": "b", "ingredient": [{"itemReference": {"reference": "#a"}}]},
        {"resourceType": "Observation", "id": "c", "hasMember": [{"reference": "#c"}], "contained": "x"},
    ]
    inside = {
        "contained": ring,
        "hasMember": [{"reference": me}, {"reference": "#c"}],
        "result": [{"reference": me}, {"reference": "#c"}],
        "specimen": {"reference": "#c"},
        "reasonReference": [{"reference": me}],
        "encounter": {"reference": me},
        "usedReference": [{"reference": "#a"}],
    }
    yield "in circles", dump({**resource, **inside})
    if "medicationCodeableConcept" in resource or "medicationReference" in resource:
        rest = {key: value for key, value in resource.items() if not key.startswith("medication")}
        yield "a drug in circles", dump({**rest, **inside, "medicationReference": {"reference": "#a"}})
    deep: dict[str, Any] = {"resourceType": "Observation", "id": "d"}
    for _ in range(200):
        deep = {"resourceType": "Observation", "id": "d", "contained": [deep]}
    yield "contained in contained", dump({**resource, "contained": [deep]})


def damaged(body: bytes, rng: random.Random) -> bytes:
    """Bytes flipped, cut out, doubled, put in."""
    data = bytearray(body)
    for _ in range(rng.choice((1, 1, 2, 5))):
        at = rng.randrange(len(data) + 1)
        match rng.randrange(6):
            case 0 if at < len(data):
                data[at] ^= 1 << rng.randrange(8)
            case 1:
                del data[at : at + rng.choice((1, 3, 40))]
            case 2:
                data[at:at] = data[at : at + rng.choice((1, 20))]
            case 3:
                data[at:at] = rng.choice(
                    (b"\xff", b"\x00", b"\xef\xbb\xbf", b"\\ud800", b"{", b"}", b"]", b'"', b"\n", b"1e999")
                )
            case 4:
                del data[at:]
            case _:
                data[at:at] = rng.randbytes(rng.choice((1, 8)))
    return bytes(data)
