"""What a study file may say of itself: what nobody could mean is refused, with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from fhir_screener.criteria.model import Study
from fhir_screener.errors import MappingError
from fhir_screener.studies.load import Catalog
from fhir_screener.studies.skeleton import write_study

OURS = Path(__file__).parents[3] / "mappings"
COHORT, SETTLE = "cohort: {index: [nct1-diagnosis]}", "settle: chart"


def written(folder: Path, old: str, new: str) -> Study:
    """A new study with one thing written otherwise."""
    write_study(folder, "NCT1", "A trial", "UTC", OURS)
    file = folder / "studies" / "nct1.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    return Catalog(folder).study("NCT1")


@pytest.mark.parametrize(
    ("cohort", "read"),
    [
        ("all", {"all": True}),
        ("{all: true}", {"all": True}),
        ("{group: igg4}", {"group": "igg4"}),
        ("{list: 7}", {"list": "7"}),
        ("{file: ids.txt}", {"file": "ids.txt"}),
    ],
)
def test_who_is_worth_reading(tmp_path: Path, cohort: str, read: dict[str, object]) -> None:
    assert written(tmp_path, COHORT, f"cohort: {cohort}").cohort == read


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (COHORT, "cohort: {all: false}", "cohort.all: False names nobody"),
        (COHORT, "cohort: {group: }", "cohort.group: None names nobody"),
        (COHORT, "cohort: {list: [a]}", "cohort.list: ['a'] names nobody"),
        (COHORT, "cohort: {index: []}", "cohort.index: an empty list finds nothing"),
        (SETTLE, "settle: {test: }", "settle: {'test': None} settles nothing"),
        (SETTLE, "settle: 'test: '", "settle: 'test: ' settles nothing"),
        ("anchor: I2", "recruiting: {from: 2022-02-01, until: 2022-01}\nanchor: I2", "begins on 2022-02-01, after"),
    ],
)
def test_what_nobody_could_mean(tmp_path: Path, old: str, new: str, words: str) -> None:
    with pytest.raises(MappingError) as refused:
        written(tmp_path, old, new)
    assert words in str(refused.value)
    assert refused.value.line
