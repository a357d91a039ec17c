"""Whatever is wrong: one clear line on standard error, the documented exit code, never a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.functional.bad_server import bad_server
from tests.functional.conftest import Inside
from tests.functional.program import STUDY, Ran

REPO = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def bad() -> Iterator[str]:
    with bad_server() as url:
        yield url


def one_line(ran: Ran, code: int, *words: str) -> None:
    assert ran.code == code, ran.said
    assert ran.out == ""
    (line,) = ran.err.splitlines()
    assert line.startswith("fhir-screener: ")
    for word in words:
        assert word in line


@pytest.mark.parametrize(
    ("base", "words"),
    [
        ("html", ("/html/metadata", "web page")),
        ("401", ("/401/metadata", "credentials")),
        ("403", ("/403/metadata", "403")),
        ("500", ("/500/metadata", "HTTP 500")),
        ("json", ("/json/metadata", "not FHIR")),
        ("stu3", ("FHIR 3.0.2", "R4")),
        ("nothing", ("/nothing/metadata",)),
    ],
)
def test_a_server_that_is_none(inside: Inside, bad: str, base: str, words: tuple[str, ...]) -> None:
    one_line(inside("sweep", "--study", STUDY, "--source", f"{bad}/{base}"), 3, *words)


def test_a_server_that_is_not_there(inside: Inside) -> None:
    one_line(
        inside("worklist", "list", "--source", "http://127.0.0.1:9/fhir"), 3, "http://127.0.0.1:9/fhir", "no connection"
    )


def test_a_broker_that_is_not_there(inside: Inside, server: str) -> None:
    asked = ("sweep", "--study", STUDY, "--source", server, "--queue")
    one_line(
        inside(*asked, FHIR_SCREENER_BROKER_URL="redis://127.0.0.1:9/0"),
        3,
        "does not answer",
        "FHIR_SCREENER_BROKER_URL",
    )


def test_a_mapping_with_a_wrong_key(inside: Inside, tmp_path: Path) -> None:
    folder = tmp_path / "mappings"
    (folder / "studies").mkdir(parents=True)
    (folder / "valuesets").symlink_to(REPO / "mappings" / "valuesets")
    text = (REPO / "mappings" / "studies" / "nct04660565.yaml").read_text("utf-8")
    wrong = text.replace("    settle: chart", "    setle: chart", 1)
    (folder / "studies" / "nct04660565.yaml").write_text(wrong, "utf-8")
    line = wrong[: wrong.index("    setle:")].count("\n") + 1
    ran = inside("screen", folder, "--study", STUDY, FHIR_SCREENER_MAPPINGS=str(folder))
    one_line(ran, 2, f"nct04660565.yaml:{line}", "unknown key 'setle'", "settle")
    assert inside("study", "check", FHIR_SCREENER_MAPPINGS=str(folder)).code == 2


def test_a_setting_that_does_not_exist(inside: Inside, charts: Path) -> None:
    ran = inside("screen", charts, "--study", STUDY, FHIR_SCREENER_SORCE_URL="http://localhost/fhir")
    one_line(ran, 2, "FHIR_SCREENER_SORCE_URL", "FHIR_SCREENER_SOURCE_URL")
