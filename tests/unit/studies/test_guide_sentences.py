"""The guide's table of sentences: each rule in it can be read as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fhir_screener.criteria.kinds import build_rule
from fhir_screener.criteria.spec import Spec
from fhir_screener.studies.yaml_text import parse_yaml

GUIDE = Path(__file__).parents[3] / "docs" / "your-own-study.md"
ROWS = re.findall(r"^\| ([^|]+) \| `([^`]+)` \|$", GUIDE.read_text("utf-8"), re.MULTILINE)


class AnySet:
    """As if every value set were there."""

    def __contains__(self, name: object) -> bool:
        return True

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(())

    def __len__(self) -> int:
        return 0


def test_there_is_a_table() -> None:
    assert len(ROWS) > 20


@pytest.mark.parametrize(("sentence", "rule"), ROWS)
def test_each_rule_can_be_read(sentence: str, rule: str) -> None:
    value, lines = parse_yaml("{" + rule + "}", "guide")
    assert str(build_rule(Spec(value, file="guide", line_of=lines, sets=AnySet())).describe())
