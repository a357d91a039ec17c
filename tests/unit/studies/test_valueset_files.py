"""A value set file that is read quickly is read as strictly as a study."""

from __future__ import annotations

from pathlib import Path

import pytest

from fhir_screener.errors import MappingError
from fhir_screener.studies.valuesets import ValueSetFolder

GOUT = """\
valueset: gout
kind: condition
version: 1
codes: []
names: [gout, "0231", no]
"""


def test_what_is_written_plainly_is_text(tmp_path: Path) -> None:
    (tmp_path / "gout.yaml").write_text(GOUT)
    assert ValueSetFolder(tmp_path).get("gout").names == {"": ("gout", "0231", "no")}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("names: [podagra]\n", "gout.yaml:6: names: the key stands there twice"),
        ("? [names]\n: []\n", "gout.yaml"),
        ("names\n", "gout.yaml"),
    ],
)
def test_a_file_that_would_lose_something_is_refused(more: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "gout.yaml").write_text(GOUT + more)
    with pytest.raises(MappingError) as refused:
        ValueSetFolder(tmp_path).get("gout")
    assert words in str(refused.value)


DRUG = "valueset: x\nkind: drug\n"


def test_one_name_alone_is_a_name_and_not_its_letters(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text(DRUG + "names: {rituximab: MabThera}\n")
    assert ValueSetFolder(tmp_path).get("x").names == {"rituximab": ("MabThera",)}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("names: {rituximab: }\n", "x.yaml:3: names.rituximab: expected names, found ''"),
        ("names: [{a: b}]\n", "x.yaml:3: names: expected names, found {'a': 'b'}"),
        ("version: one\n", "x.yaml:3: version: 'one' is no version"),
        ("include: [y]\n", "x.yaml:3: include: there is no value set 'y'"),
        ("include: [{a: b}]\n", "x.yaml:3: include: {'a': 'b'} is no value set"),
        ("codes:\n- system: atc\n  items:\n  - {code: [L01]}\n", "x.yaml:6: codes.0.items.0.code: expected a code"),
        ("codes:\n- system: atc\n  items:\n  - {code: L01, strength: {unit: mg}}\n", "x.yaml:6: codes.0.items.0.strength"),
        ("oops: 1\n", "x.yaml:3: oops: unknown key"),
        ("oops: &a [*a]\n", "x.yaml: a part of it holds itself"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(more: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text(DRUG + more)
    with pytest.raises(MappingError) as refused:
        ValueSetFolder(tmp_path).get("x")
    assert words in str(refused.value)


def test_the_same_fault_is_said_each_time_it_is_met(tmp_path: Path) -> None:
    """Of two studies that use a faulty set, the second is not told that the set includes itself."""
    (tmp_path / "x.yaml").write_text(DRUG + "oops: 1\n")
    folder = ValueSetFolder(tmp_path)
    for _ in range(2):
        with pytest.raises(MappingError, match="unknown key 'oops'"):
            folder.get("x")
