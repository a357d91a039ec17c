"""What is loaded in which order, and what is set aside."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from fhir_screener.cli.sandbox_load import AT_ONCE, Item, Loader, folder
from fhir_screener.errors import Conflict, Refused, ServerError, ServerFault
from fhir_screener.fhir.capability import Capability


class Session:
    """Takes transactions and single writes; refuses those with a bad id in them."""

    def __init__(self, bad: Iterable[str] = (), error: ServerError | None = None) -> None:
        self.error = error or Refused("no", status=422)
        self.bad, self.posts, self.puts = frozenset(bad), [], []  # type: ignore[var-annotated]

    def post(self, target: str, body: bytes, **more: Any) -> None:
        urls = [entry["request"]["url"] for entry in json.loads(body)["entry"]]
        if self.bad & set(urls):
            raise self.error
        self.posts.append(urls)

    def put(self, target: str, body: bytes) -> None:
        if target in self.bad:
            raise self.error
        assert json.loads(body)["id"] == target.partition("/")[2]
        self.puts.append(target)


def item(kind: str, id: str) -> Item:
    return Item(kind, id, json.dumps({"resourceType": kind, "id": id}).encode())


def loaded(session: Session, items: list[Item], transaction: bool = True) -> Loader:
    capability = Capability("4.0.1", transaction=transaction)
    loader = Loader(session, capability, lambda done, total: None, connections=1)  # type: ignore[arg-type]
    loader.load(lambda: items)
    return loader


def test_targets_first_lists_last() -> None:
    session = Session()
    loaded(session, [item("Group", "g"), item("Condition", "c"), item("Patient", "p"), item("Medication", "m")])
    assert session.posts == [["Patient/p", "Medication/m"], ["Condition/c"], ["Group/g"]]


def test_batches_are_bounded_and_hold_nothing_twice() -> None:
    session = Session()
    many = [item("Observation", str(number)) for number in range(AT_ONCE + 5)]
    assert loaded(session, [*many, many[-1]]).loaded == AT_ONCE + 6
    assert [len(urls) for urls in session.posts] == [AT_ONCE, 5, 1]


def test_one_that_is_refused_does_not_spoil_the_others() -> None:
    session = Session(bad=["Condition/b"])
    found = loaded(session, [item("Condition", "a"), item("Condition", "b"), item("Condition", "c")])
    assert session.puts == ["Condition/a", "Condition/c"]
    assert (found.loaded, list(found.refused)) == (2, ["Condition/b"])


@pytest.mark.parametrize("error", [ServerFault("broke", status=500), Conflict("met another", status=409)])
def test_one_that_breaks_the_server_does_not_spoil_the_others_either(error: ServerError) -> None:
    session = Session(bad=["Observation/b"], error=error)
    loader = Loader(session, Capability("4.0.1", transaction=True), lambda done, total: None, 1)  # type: ignore[arg-type]
    loader.load(lambda: [item("Observation", one) for one in "abc"])
    assert (loader.loaded, list(loader.refused)) == (2, ["Observation/b"])


def test_a_server_without_transactions_is_written_to_one_by_one() -> None:
    session = Session()
    loaded(session, [item("Condition", "a")], transaction=False)
    assert (session.posts, session.puts) == ([], ["Condition/a"])


def test_files_of_all_kinds_and_what_is_set_aside(tmp_path: Path) -> None:
    patient = json.dumps({"resourceType": "Patient", "id": "p"}).encode()
    (tmp_path / "a.ndjson.gz").write_bytes(gzip.compress(patient + b'\n{"resourceType":"Patient"}\n[1\n'))
    bundle = {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Condition", "id": "c"}}]}
    (tmp_path / "b.json").write_text(json.dumps(bundle, indent=2))
    (tmp_path / "truth.jsonl").write_text('{"patient": "p"}')
    problems: dict[str, str] = {}
    assert [one.url for one in folder(tmp_path, problems)] == ["Patient/p", "Condition/c"]
    assert list(problems) == ["a.ndjson.gz:2", "a.ndjson.gz:3"]


@pytest.mark.parametrize("text", ["", "\n\n", "not json"])
def test_files_with_nothing_in_them(text: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(text)
    problems: dict[str, str] = {}
    assert list(folder(tmp_path, problems)) == []
    assert bool(problems) == bool(text.strip())
