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
