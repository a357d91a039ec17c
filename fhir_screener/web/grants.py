"""What groups may: the setting `web_grants`, read once, and what somebody's groups make of them here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fhir_screener.errors import SettingsError
from fhir_screener.settings import variable
from fhir_screener.web.who import Role, User

_EVERY = "*"
_FIRST = tuple(Role)
"""Who has several roles acts in the one that sees most, for that role's studies only."""


@dataclass(frozen=True)
class Grant:
    """A group's role. `studies` and `sites` are ids; empty: all."""

    group: str
    role: Role
    studies: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()

    def holds_at(self, site: str) -> bool:
        return not self.sites or site in self.sites


def read_grants(text: str) -> tuple[Grant, ...]:
    """`group=role:studies@sites`, with semicolons between; raises SettingsError for what is none."""
    return tuple(_grant(part.strip()) for part in text.split(";") if part.strip())


def user_with(grants: Iterable[Grant], groups: Iterable[str], site: str, *, id: str, name: str = "") -> User | None:
    """The user that these groups make at this site, or None where they grant nothing: never more than was granted."""
    given = {group.strip() for group in groups}
    mine = [one for one in grants if one.group in given and one.holds_at(site)]
    for role in _FIRST:
        if here := [one for one in mine if one.role is role]:
            return User(id, name, role, _studies(here))
    return None


def _studies(grants: list[Grant]) -> tuple[str, ...]:
    if any(not one.studies for one in grants):
        return ()
    return tuple(dict.fromkeys(study for one in grants for study in one.studies))


def _grant(text: str) -> Grant:
    group, _, rest = text.rpartition("=")  # the names of directories' groups hold = themselves
    what, at, where = rest.partition("@")
    role, _, studies = what.partition(":")
    wanted, sites = _listed(studies), _listed(where)
    if not group.strip() or wanted is None or (at and sites is None):
        raise SettingsError(f"{variable('web_grants')}: {text!r} is not group=role:studies@sites")
    try:
        return Grant(group.strip(), Role(role.strip()), wanted, sites or ())
    except ValueError:
        known = ", ".join(one.value for one in Role)
        raise SettingsError(f"{variable('web_grants')}: {role.strip()!r} is no role: one of {known}") from None


def _listed(text: str) -> tuple[str, ...] | None:
    """Ids; () for all; None where nothing is said: what is forgotten is not everything."""
    found = tuple(part.strip() for part in text.split(",") if part.strip())
    if _EVERY in found:
        return ()
    return found or None
