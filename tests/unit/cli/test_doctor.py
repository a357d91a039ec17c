"""What the doctor makes of settings and of what servers say of themselves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fhir_screener.cli.doctor_checks import Level, Line, broker, installation, mappings
from fhir_screener.cli.doctor_servers import writing
from fhir_screener.fhir.capability import Capability, TypeAbilities
from fhir_screener.settings import Settings

Call = Callable[..., tuple[int, str, str]]
ALL = frozenset({"read", "search-type", "create", "update"})
SEARCH = frozenset({"identifier", "code", "business-status", "group-identifier", "_id"})


def capability(transaction: bool = True, beside: frozenset[str] = ALL, **task: Any) -> Capability:
    abilities = TypeAbilities(**{"interactions": ALL, "search_params": SEARCH, "update_create": True, **task})
    others = {
        kind: TypeAbilities(interactions=beside) for kind in ("ResearchStudy", "Device", "Provenance", "AuditEvent")
    }
    return Capability("4.0.1", {"Task": abilities, **others}, transaction=transaction)


def found(lines: list[Line], level: Level) -> str:
    return "\n".join(line.what for line in lines if line.level is level)


def test_a_server_that_can_do_everything() -> None:
    lines = list(writing(capability(versioning="versioned-update")))
    assert {line.level for line in lines} == {Level.OK}


def test_a_server_that_keeps_no_record_of_looks_is_said() -> None:
    assert "AuditEvent cannot be written" in found(list(writing(capability(beside=frozenset({"read"})))), Level.WARNING)


def test_a_server_that_takes_no_tasks_is_a_fault_with_a_way_out() -> None:
    lines = list(writing(capability(interactions=frozenset({"read", "search-type"}))))
    assert "no create, update" in found(lines, Level.FAULT)
    (fault,) = [line for line in lines if line.level is Level.FAULT]
    assert "FHIR_SCREENER_TARGET_URL" in fault.do
    assert fault.exit_code == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"update_create": False, "conditional_create": True}, "conditional create, under a lock"),
        ({"update_create": False}, "a search before each create"),
        ({"versioning": "no-version"}, "may be lost"),
        ({"transaction": False}, "no transactions"),
        ({"beside": frozenset({"read"})}, "ResearchStudy, Device, Provenance cannot be written"),
        ({"search_params": frozenset({"identifier", "code"})}, "business-status, group-identifier"),
    ],
)
def test_what_a_server_lacks_is_a_warning(changes: dict[str, Any], words: str) -> None:
    lines = list(writing(capability(**changes)))
    assert words in found(lines, Level.WARNING)
    assert not found(lines, Level.FAULT)
    assert all(line.do for line in lines if line.level is Level.WARNING)


def test_a_server_that_says_nothing_gets_the_benefit_and_that_is_said() -> None:
    lines = list(writing(Capability("4.0.1")))
    assert not found(lines, Level.FAULT)
    assert "does not say" in found(lines, Level.OK)


def test_the_demonstration_key_is_a_warning_here_and_a_fault_elsewhere() -> None:
    here = Settings.build({"source_url": "http://localhost:8080/fhir"})
    assert "demonstration key" in found(list(installation(here)), Level.WARNING)
    there = Settings.build({"source_url": "https://fhir.example.org/r4"})
    assert "FHIR_SCREENER_INSTALLATION_KEY" in found(list(installation(there)), Level.FAULT)
    own = there.but(installation_key="a-long-secret-of-ours")
    assert not found(list(installation(own)), Level.FAULT)


def test_credentials_over_plain_http_to_another_machine() -> None:
    given = {"source_auth": "basic", "source_user": "u", "installation_key": "a-long-secret-of-ours"}
    for url, warned in (("http://ehr.example.org/r4", True), ("https://ehr.example.org/r4", False)):
        lines = list(installation(Settings.build({"source_url": url, **given})))
        assert ("plain http" in found(lines, Level.WARNING)) is warned
    lines = list(installation(Settings.build({"source_url": "http://127.0.0.1/r4", **given})))
    assert "plain http" not in found(lines, Level.WARNING)


@pytest.mark.parametrize(
    ("given", "level", "words"),
    [
        ({}, Level.OK, "nightly sweep"),
        ({"mail_to": "a@x.example"}, Level.WARNING, "nobody is told of a sweep"),
        ({"mail_host": "mx"}, Level.FAULT, "FHIR_SCREENER_MAIL_FROM: write an address"),
        ({"mail_host": "mx", "mail_from": "s@x.example"}, Level.WARNING, "nobody to tell"),
        (
            {"mail_host": "mx", "mail_from": "s@x.example", "mail_to": "a"},
            Level.FAULT,
            "FHIR_SCREENER_MAIL_TO: entry 1",
        ),
        ({"mail_host": "mx", "mail_from": "s@x.example", "mail_to": "a@x.example"}, Level.OK, "tells 1 coordinator by"),
    ],
)
def test_whom_a_sweep_would_tell(given: dict[str, str], level: Level, words: str) -> None:
    """A slip in these settings is else seen in a report only, the morning after."""
    lines = list(installation(Settings.build(given)))
    assert words in found(lines, level)
    assert not any("x.example" in line.what for line in lines), "nobody's address is shown"


def test_mappings_that_do_not_load(tmp_path: Path) -> None:
    nothing = Settings.build({"mappings": tmp_path})
    assert "studies" in found(list(mappings(nothing)), Level.FAULT)
    (tmp_path / "studies").mkdir()
    (tmp_path / "valuesets").mkdir()
    assert "no study" in found(list(mappings(nothing)), Level.FAULT)
    (tmp_path / "studies" / "nct1.yaml").write_text("study: NCT1\ntitel: x\n")
    assert "nct1.yaml" in found(list(mappings(nothing)), Level.FAULT)


def test_the_studies_there_are() -> None:
    assert "NCT04660565: 14 criteria" in found(list(mappings(Settings())), Level.OK)
    wrong = Settings.build({"studies": "NCT04660565, NCT9"})
    assert "NCT9" in found(list(mappings(wrong)), Level.FAULT)


def test_a_setting_that_is_wrong_stops_no_other_check(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key too short, a variable that is none and no port at all: each is told, and what hangs on none of them is looked at."""
    monkeypatch.setenv("FHIR_SCREENER_INSTALLATION_KEY", "short")
    monkeypatch.setenv("FHIR_SCREENER_COHROT", "all")
    monkeypatch.setenv("FHIR_SCREENER_MAIL_PORT", "many")
    monkeypatch.setenv("FHIR_SCREENER_BROKER_URL", "http://broker")
    code, out, err = call("doctor")
    assert (code, err) == (1, "")
    assert "INSTALLATION_KEY must have 16 characters or more" in out
    assert "COHROT is not a setting: did you mean FHIR_SCREENER_COHORT?" in out
    assert "MAIL_PORT: must be a whole number" in out
    assert "demonstration key" not in out  # it is not what would be used
    assert "NCT04660565: 14 criteria" in out
    assert "not looked at. Correct FHIR_SCREENER_BROKER_URL first" in out.partition("\nbroker\n")[2]


def test_a_server_whose_settings_are_wrong_is_not_asked(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FHIR_SCREENER_SOURCE_AUTH", "basic")  # and no user
    code, out, _ = call("doctor", "--source", "http://ehr.example/fhir")
    assert code == 1
    assert "SOURCE_USER is needed" in out
    assert out.count("not looked at. Correct FHIR_SCREENER_SOURCE_AUTH first") == 2  # the target is the same server


def test_no_broker_is_no_fault() -> None:
    (line,) = broker(Settings())
    assert line.level is Level.OK
    assert "FHIR_SCREENER_BROKER_URL" in line.what
