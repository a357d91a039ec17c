"""The outline of JSON that no parser takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_screener.fhir.decode.outline import items, members
from fhir_screener.fhir.files import FolderSource
from tests.builders.charts import PATIENT, TERMS, condition

texts = st.text(alphabet='a"\\{}[],: \u00e9', max_size=6)
parts = (
    st.none()
    | texts
    | st.lists(texts, max_size=3)
    | st.dictionaries(texts, texts | st.lists(texts, max_size=2), max_size=3)
)
DEEP = b"[" * 20_000 + b"]" * 20_000


@given(st.dictionaries(texts, parts, max_size=4), st.sampled_from([None, 1]))
def test_of_what_a_parser_takes_it_finds_the_same(tree: dict[str, Any], indent: int | None) -> None:
    found = members(json.dumps(tree, indent=indent).encode())
    assert found is not None
    assert {json.loads(name): json.loads(value) for name, value in found} == tree


@given(st.lists(parts, max_size=4))
def test_of_lists_too(tree: list[Any]) -> None:
    found = items(json.dumps(tree).encode())
    assert found is not None
    assert [json.loads(one) for one in found] == tree


def test_nesting_has_no_limit() -> None:
    assert members(b'{"a": %s, "b": 1}' % DEEP) == [(b'"a"', DEEP), (b'"b"', b"1")]


@pytest.mark.parametrize("data", [b"", b"5", b"[1]", b'{"a": 1', b'{"a": "}', b'{"a": 1}}', b'{"a": [1}, 2'])
def test_what_does_not_end_as_it_began_has_none(data: bytes) -> None:
    assert members(data) is None


def bundle(*entries: bytes) -> bytes:
    return b'{"resourceType":"Bundle","type":"collection","entry":[%s]}' % b",".join(entries)


def entry(resource: dict[str, Any]) -> bytes:
    return b'{"resource":%s}' % json.dumps(resource).encode()


@pytest.mark.parametrize(
    ("odd", "problems"),
    [
        pytest.param(b'{"resource":{"resourceType":"Claim","x":%s}}' % DEEP, 0, id="too deep, and not read"),
        pytest.param(b'{"resource":{"resourceType":"Condition","x":nonsense}}', 1, id="no JSON"),
        pytest.param(b'{"fullUrl":5,"resource":{"resourceType":"Claim","text":"a\nb"}}', 0, id="a raw line break"),
        pytest.param(b'{"resource":{"resourceType":"Claim","x":%s}}' % (b"9" * 5000), 0, id="a number of 5,000 digits"),
        pytest.param(b'{"resource":"Condition"}', 1, id="a resource that is none"),
    ],
)
def test_an_odd_entry_costs_the_bundle_nothing_else(tmp_path: Path, odd: bytes, problems: int) -> None:
    (tmp_path / "b.json").write_bytes(bundle(entry(PATIENT), odd, entry(condition("a"))))
    source = FolderSource(tmp_path, TERMS)
    (record,) = source
    assert [fact.ref for fact in record.conditions] == ["Condition/a"]
    assert len(source.problems) == problems
