"""A spoilt chart and an untouched neighbour, read and judged as `fhir-screener screen` does it."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from fhir_screener.fhir.decode.book import Book
from fhir_screener.fhir.files import FolderSource
from fhir_screener.screening.screen import screen
from fhir_screener.screening.wire import to_wire
from fhir_screener.studies.load import Catalog
from fhir_screener.terminology.terms import Terminology
from tests.fuzz.mutate import dump

REPO = Path(__file__).parents[2]
CASES = REPO / "tests" / "cases" / "nct04660565"
AS_OF = date(2021, 3, 1)
NEIGHBOUR = "the-neighbour"
LAYOUTS = ("two Bundles", "one Bundle", "one NDJSON", "a file a type")

Answers = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Case:
    """A worked patient: the id, and the resources of the Bundle."""

    name: str
    patient: str
    as_of: date
    resources: list[dict[str, Any]]


@dataclass
class Found:
    """{patient: the ndjson line}, and what was said of what could not be read."""

    answers: Answers
    lines: dict[str, bytes]
    problems: list[str]
    notes: list[str]
    unread: dict[str, str]


class _Source(FolderSource):
    def __init__(self, path: Path, terminology: Terminology, book: Book) -> None:
        super().__init__(path, terminology)
        self.book = book

    def _book(self) -> Book:
        return self.book


@dataclass
class World:
    """Studies and cases, loaded once; `folder` is emptied for each input."""

    folder: Path
    usual: dict[tuple[str, str], bytes] = field(default_factory=dict)

    @cached_property
    def loaded(self) -> Any:
        return Catalog(REPO / "mappings").load(["nct04660565"])

    @cached_property
    def book(self) -> Book:
        """One memory for all inputs: it is quicker, and whatever one input spoilt in it would show in the next."""
        return Book(self.loaded.terminology)

    @cached_property
    def cases(self) -> list[Case]:
        found = []
        for file in sorted(CASES.glob("*/bundle.json")):
            expected = json.loads((file.parent / "expected.json").read_text("utf-8"))
            bundle = json.loads(file.read_text("utf-8"))
            resources = [entry["resource"] for entry in bundle["entry"]]
            found.append(Case(file.parent.name, expected["patient"], date.fromisoformat(expected["as_of"]), resources))
        return found

    @cached_property
    def neighbour(self) -> list[bytes]:
        """A plain candidate under another name, with a record of every type that decides."""
        case = next(one for one in self.cases if one.name == "B00")
        text = dump(case.resources).decode()
        renamed = text.replace(f"Patient/{case.patient}", f"Patient/{NEIGHBOUR}")
        resources = json.loads(renamed)
        for one in resources:
            one["id"] = NEIGHBOUR if one["resourceType"] == "Patient" else f"n-{one['id']}"
        return [dump(one) for one in resources]

    def read(self, parts: list[bytes], as_of: date, layout: str, whole: bytes | None = None) -> Found:
        """Judge the resources `parts` and the neighbour beside them; `whole`: the first file's bytes, instead."""
        with tempfile.TemporaryDirectory(dir=self.folder) as place:
            here = Path(place)
            _lay(here, parts, self.neighbour, layout)
            if whole is not None:
                (here / "a.json").write_bytes(whole)
            source = _Source(here, self.loaded.terminology, self.book)
            lines: dict[str, bytes] = {}
            for record in source.records():
                answer = to_wire(screen(self.loaded.studies[0], record, as_of, self.loaded.terminology))
                lines[record.patient.id] = orjson.dumps(answer)
        answers = {patient: json.loads(line) for patient, line in lines.items()}
        return Found(answers, lines, source.problems, source.notes, source.unread)

    def plain(self, case: Case) -> dict[str, Any]:
        """The answer for a case where nothing is spoilt."""
        key = (case.name, "")
        if key not in self.usual:
            found = self.read([dump(one) for one in case.resources], case.as_of, LAYOUTS[0])
            self.usual[key] = found.lines[case.patient]
        answer: dict[str, Any] = json.loads(self.usual[key])
        return answer

    def untouched(self, as_of: date) -> bytes:
        """The neighbour's line where nothing is spoilt."""
        key = ("neighbour", as_of.isoformat())
        if key not in self.usual:
            self.usual[key] = self.read([], as_of, LAYOUTS[0]).lines[NEIGHBOUR]
        return self.usual[key]


def _lay(here: Path, parts: list[bytes], others: list[bytes], layout: str) -> None:
    if layout == "two Bundles":
        (here / "a.json").write_bytes(bundle(parts))
        (here / "b.json").write_bytes(bundle(others))
    elif layout == "one Bundle":
        (here / "a.json").write_bytes(bundle([*parts, *others]))
    elif layout == "one NDJSON":
        (here / "a.ndjson").write_bytes(b"\n".join(_line(one) for one in (*parts, *others)) + b"\n")
    else:
        sorted_out: dict[str, list[bytes]] = {}
        for number, one in enumerate((*parts, *others)):
            kind = json.loads(one)["resourceType"] if number >= len(parts) else _kind(one)
            sorted_out.setdefault(kind, []).append(_line(one))
        for kind, lines in sorted_out.items():
            (here / f"{kind}.ndjson").write_bytes(b"\n".join(lines) + b"\n")


def _kind(part: bytes) -> str:
    """The file that a record of this beginning would be in."""
    name = part.partition(b'"resourceType":"')[2].partition(b'"')[0].decode("ascii", "replace")
    return name if name.isalnum() and len(name) < 100 else "other"


def _line(part: bytes) -> bytes:
    """A line break inside a text would be another line."""
    return part.replace(b"\n", b"\x0b")


def bundle(parts: list[bytes]) -> bytes:
    """A Bundle of raw resources."""
    entries = b",".join(b'{"resource":%s}' % part for part in parts)
    return b'{"resourceType":"Bundle","type":"collection","entry":[%s]}' % entries
