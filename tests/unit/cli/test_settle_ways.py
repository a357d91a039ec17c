"""What `worklist list --settle` takes: the key of a way to settle, and any words that a list or a page prints for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from fhir_screener.cli.settle_ways import ways_named
from fhir_screener.errors import UsageError
from fhir_screener.studies.load import Catalog, Loaded

MAPPINGS = Path(__file__).parents[3] / "mappings"


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return Catalog(MAPPINGS).load(["NCT04660565"])


@pytest.mark.parametrize(
    "typed",
    [
        "test: hbsag",
        "test: HBsAg",
        "test:HBsAg",
        "HBsAg",
        "乙肝表面抗原（HBsAg）",
        "test: 乙肝表面抗原（HBsAg）",
        "order a test (HBsAg)",
    ],
)
def test_a_test_is_named_by_its_key_or_as_it_is_printed(loaded: Loaded, typed: str) -> None:
    assert ways_named(typed, loaded) == {"test: hbsag"}


@pytest.mark.parametrize("typed", ["ask", "ask the patient", "询问患者"])
def test_so_is_what_is_no_test(loaded: Loaded, typed: str) -> None:
    assert ways_named(typed, loaded) == {"ask"}


def test_an_unknown_one_is_told_which_there_are(loaded: Loaded) -> None:
    with pytest.raises(UsageError, match=r"--settle: 'test: hbsagg' is not known: one of ask, .*test: HBsAg"):
        ways_named("test: hbsagg", loaded)
