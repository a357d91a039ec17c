"""What the settings make of the pages' surroundings: hosts, cookie, keys; and what may not be served at all."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any
from urllib.parse import urlsplit

from fhir_screener.errors import SettingsError
from fhir_screener.settings import Settings, is_confidential, is_loopback, variable
from fhir_screener.web.grants import read_grants

SHORTEST = 12
"""Characters of a token that somebody chose."""


def check(settings: Settings) -> None:
    """Raises SettingsError where the pages would be open to others than they should, or to nobody."""
    if settings.web_auth == "token":
        if not is_loopback(f"http://{settings.web_host}"):
            raise SettingsError(
                f"{variable('web_host')} is not this machine: a token is for this machine only. Put an identity proxy or"
                f" OpenID Connect before it, and set {variable('web_auth')}"
            )
        if 0 < len(settings.web_token.get_secret_value()) < SHORTEST:
            raise SettingsError(f"{variable('web_token')} must have {SHORTEST} characters or more")
        return
    if settings.web_public_url is None:
        raise SettingsError(f"{variable('web_public_url')} is not set: say at which address people reach the pages")
    if not is_confidential(settings.web_public_url):
        raise SettingsError(f"{variable('web_public_url')} must be https: names of patients are shown there")
    if settings.demo_key:
        raise SettingsError(
            f"{variable('installation_key')} is not set: sessions signed with the demonstration key can be forged"
        )
    if not read_grants(settings.web_grants):
        raise SettingsError(f"{variable('web_grants')} is not set: nobody would be allowed anything")


def is_secure(settings: Settings) -> bool:
    """Whether people reach the pages over https."""
    return urlsplit(_public(settings)).scheme == "https"


def hosts(settings: Settings) -> tuple[str, ...]:
    """The names under which the pages are served, beside this machine's own."""
    public = urlsplit(_public(settings)).hostname
    return tuple(name for name in (public,) if name)


def cookie(settings: Settings) -> dict[str, Any]:
    """How the session's cookie is set: `__Host-` keeps other hosts of a domain from planting one."""
    secure = is_secure(settings)
    name = "__Host-fhir_screener" if secure else "fhir_screener"
    return {"session_cookie": name, "same_site": "lax", "https_only": secure}


def session_key(settings: Settings, token: str) -> str:
    """What sessions are signed with: another for each installation, site and token, so that none opens a second door."""
    told = "\n".join(("web session", settings.source_name, settings.web_auth, settings.web_grants, token))
    return hmac.new(settings.key(settings.writes_to or ""), told.encode(), hashlib.sha256).hexdigest()


def list_key(settings: Settings) -> str:
    """What addresses of further pages and the moments of last looks are signed with: these outlive sessions and tokens."""
    told = "\n".join(("web list", settings.source_name))
    return hmac.new(settings.key(settings.writes_to or ""), told.encode(), hashlib.sha256).hexdigest()


def _public(settings: Settings) -> str:
    """The address for others; with a token there is none, whatever the settings say."""
    return "" if settings.web_auth == "token" else settings.web_public_url or ""
