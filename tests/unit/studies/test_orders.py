"""Under which name a test is ordered: as the study says, else as its value set is called, else by its key."""

from __future__ import annotations

from pathlib import Path

import pytest

from fhir_screener.cli.render import ways
from fhir_screener.cli.speech import Speech
from fhir_screener.errors import MappingError
from fhir_screener.i18n import translator
from fhir_screener.screening.plain_words import settling, way_words
from fhir_screener.sentence import render
from fhir_screener.studies.load import Catalog, Loaded
from tests.unit.studies.conftest import GOUT, folder

MAPPINGS = Path(__file__).parents[3] / "mappings"
URIC = "{id: I2, role: inclusion, text: Uric acid., settle: {test: uric}, rule: {age: {at_least: 18 a}}}"


def said(loaded: Loaded, language: str, way: str) -> str:
    return str(render(way_words(way), translator(language, loaded.names(language))))


@pytest.fixture(scope="module")
def trial() -> Loaded:
    return Catalog(MAPPINGS).load(["NCT04660565"])


@pytest.mark.parametrize(
    ("way", "english", "chinese"),
    [
        ("test: hcg", "Pregnancy test (hCG)", "妊娠试验（hCG）"),
        ("test: hbsag", "HBsAg", "乙肝表面抗原（HBsAg）"),
        (
            "test: egfr",
            "Estimated glomerular filtration rate",
            "估算肾小球滤过率",
        ),  # by its value set, for a branch may be settled so
        ("ask", "ask the patient", "询问患者"),
    ],
)
def test_a_way_to_settle_as_a_coordinator_says_it(trial: Loaded, way: str, english: str, chinese: str) -> None:
    assert said(trial, "en", way).startswith(english)
    assert said(trial, "zh", way).startswith(chinese)


def test_every_test_of_the_trial_has_a_name_in_both_languages(trial: Loaded) -> None:
    tests = {one.settle for study in trial.studies for one in study.criteria if one.settle.startswith("test:")}
    assert len(tests) == 4
    for language in ("en", "zh"):
        assert not [one for one in tests if said(trial, language, one) == one.removeprefix("test: ")]
    assert not [one for one in tests if said(trial, "en", one) == said(trial, "zh", one)]


def test_the_terminal_has_the_same_names(trial: Loaded) -> None:
    assert ways(("consent", "test: tspot"), Speech(loaded=trial)) == "consent, test: T-SPOT.TB"
    assert str(settling("test: tspot")) == "order a test (tspot)"  # of a study that is not known


@pytest.mark.parametrize("orders", ["{uric: Uric acid}", "{uric: {en: Uric acid, zh: 尿酸}}"])
def test_a_study_names_its_own(tmp_path: Path, orders: str) -> None:
    loaded = Catalog(folder(tmp_path, GOUT, URIC, tail=f"anchor: I1\norders: {orders}\n")).load(["T1"])
    assert said(loaded, "en", "test: uric") == "Uric acid"
    assert said(loaded, "zh", "test: uric") == ("尿酸" if "zh" in orders else "Uric acid")


@pytest.mark.parametrize(
    ("orders", "message"),
    [
        ("{urate: Urate}", "no criterion is settled by a test 'urate'"),
        ("{uric: {zh: 尿酸}}", "`en` is missing"),
        ("{uric: {en: Uric acid, de: Harnsäure}}", "unknown key 'de'"),
        ("[uric]", "expected `key: value` pairs"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, orders: str, message: str) -> None:
    with pytest.raises(MappingError, match=message):
        Catalog(folder(tmp_path, GOUT, URIC, tail=f"anchor: I1\norders: {orders}\n")).load(["T1"])
