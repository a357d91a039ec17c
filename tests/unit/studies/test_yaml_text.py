"""YAML that means to do harm, or was written by mistake: a message with its place, and no long wait."""

from __future__ import annotations

from pathlib import Path

import pytest

from fhir_screener.errors import MappingError
from fhir_screener.studies.yaml_text import parse_yaml, read_texts, read_yaml

LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 10)}]\n" for n in range(9)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LAUGHS, "it repeats parts of itself too often"),
        ("a: &a [*a]", "a part of it holds itself"),
        ("[" * 5000 + "]" * 5000, "nested too deep"),
        ("a: 1\na: 2", "study.yaml:2: a: the key stands there twice"),
        ("a:\n\tb: 1", "study.yaml:2: not valid YAML"),
        ("a: 1\n---\nb: 2", "study.yaml:2: not valid YAML"),
        ("a: \0", "not valid YAML"),
    ],
)
def test_it_is_refused(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(MappingError) as refused:
        parse_yaml(text, "study.yaml")
    assert said in str(refused.value)
    path = tmp_path / "set.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(MappingError):
        read_texts(path)


def test_a_part_may_be_written_once_and_used_again() -> None:
    value, _ = parse_yaml("a: &a {x: 1}\nb: *a")
    assert value == {"a": {"x": 1}, "b": {"x": 1}}


@pytest.mark.parametrize("digits", ["9" * 5000, "9" * 400 + ".0", "1.5e999", "010", "1:30", ".inf", ".nan"])
def test_what_is_no_number_that_anybody_means_stays_text(digits: str) -> None:
    assert parse_yaml(f"a: {digits}")[0] == {"a": digits}


def test_nothing_is_made_but_texts_numbers_lists_and_mappings() -> None:
    assert parse_yaml("a: !!python/object/apply:os.system [ls]")[0] == {"a": ["ls"]}


def test_a_text_written_once_and_used_again_is_read_quickly_too(tmp_path: Path) -> None:
    path = tmp_path / "set.yaml"
    path.write_text("a: &s1 \"x: y\"\nb: [*s1, {c: &s2 'z', d: *s2}]\n", "utf-8")
    value, lines = read_texts(path)
    assert value == read_yaml(path)[0] == {"a": "x: y", "b": ["x: y", {"c": "z", "d": "z"}]}
    assert lines == {}, "read the slow way it would have lines"
