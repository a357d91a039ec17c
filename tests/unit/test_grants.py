"""What groups may: read from the setting, and never more than was granted."""

from __future__ import annotations

import pytest

from fhir_screener.errors import SettingsError
from fhir_screener.web.account import inside
from fhir_screener.web.gate import known_host
from fhir_screener.web.grants import Grant, read_grants, user_with
from fhir_screener.web.proxy import read_networks, trusted
from fhir_screener.web.who import Role, User

TEXT = "coordinators=coordinator:*; trial=study-team:NCT1,NCT2@north,south;cn=ops,dc=x=operator:*@*"


def test_the_setting_is_read() -> None:
    assert read_grants(TEXT) == (
        Grant("coordinators", Role.COORDINATOR),
        Grant("trial", Role.STUDY_TEAM, ("NCT1", "NCT2"), ("north", "south")),
        Grant("cn=ops,dc=x", Role.OPERATOR),
    )
    assert read_grants("") == ()


@pytest.mark.parametrize(
    "text",
    ["x", "x=", "x=coordinator", "x=coordinator:", "=coordinator:*", "x=king:*", "x=coordinator:*@", "x=coordinator:,"],
)
def test_what_is_no_grant_is_said(text: str) -> None:
    with pytest.raises(SettingsError, match="FHIR_SCREENER_WEB_GRANTS"):
        read_grants(text)


def user(groups: list[str], site: str = "north", text: str = TEXT) -> User | None:
    return user_with(read_grants(text), groups, site, id="anna")


def test_no_group_no_user() -> None:
    assert user([]) is user(["others"]) is user([""]) is user(["Coordinators"]) is None


def test_a_grant_holds_at_its_sites_only() -> None:
    assert user(["trial"]) == User("anna", "", Role.STUDY_TEAM, ("NCT1", "NCT2"))
    assert user(["trial"], "east") is None


def test_of_several_roles_the_first_with_its_own_studies_only() -> None:
    found = user(["a", "b"], text="a=study-team:*;b=coordinator:NCT1")
    assert found == User("anna", "", Role.COORDINATOR, ("NCT1",))
    assert found.may_see("NCT1")
    assert not found.may_see("NCT2")


def test_several_groups_of_one_role_add_up() -> None:
    assert user(["a", "b"], text="a=study-team:N1;b=study-team:N2,N1") == User(
        "anna", "", Role.STUDY_TEAM, ("N1", "N2")
    )
    assert user(["a", "b"], text="a=study-team:N1;b=study-team:*") == User("anna", "", Role.STUDY_TEAM)


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("10.1.2.3", True),
        ("::ffff:10.1.2.3", True),
        ("10.2.0.1", False),
        ("fd00::1", True),
        ("", False),
        ("10.1.2.3, 10.9.9.9", False),
        ("proxy", False),
    ],
)
def test_which_peers_are_proxies(host: str, known: bool) -> None:
    assert trusted(host, read_networks(["10.1.0.0/16", "fd00::/8"])) is known


@pytest.mark.parametrize(
    ("hosts", "known"),
    [
        (["pages.example"], True),
        (["PAGES.example:443"], True),
        (["127.0.0.1:8780"], True),
        (["[::1]:8780"], True),
        (["localhost"], True),
        (["pages.example.evil"], False),
        (["pages.example", "pages.example"], False),
        (["user@pages.example"], False),
        (["pages.example/x"], False),
        ([""], False),
        ([], False),
        (["pages.example:x"], False),
        (["10.0.0.1"], False),
    ],
)
def test_which_hosts_are_ours(hosts: list[str], known: bool) -> None:
    assert known_host(hosts, frozenset({"pages.example"})) is known


@pytest.mark.parametrize("path", ["//x", "https://x", "/\\x", "/\tx", "x", "", "/a b", "/\u2028x"])
def test_only_paths_of_ours_lead_on(path: str) -> None:
    assert inside(path) == "/"
    assert inside("/study/NCT1/new") == "/study/NCT1/new"
