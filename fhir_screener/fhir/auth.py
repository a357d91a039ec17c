"""Credentials of one server: none, basic (RFC 7617), bearer (RFC 6750). Secrets show in no repr or message."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Protocol

from fhir_screener.errors import AuthError, SettingsError


class Auth(Protocol):
    """What a session needs. A kind that fetches tokens does so in `apply`, when it has none or an old one."""

    def apply(self, headers: MutableMapping[str, str]) -> None:
        """Put the credentials into the headers of one request. Raises AuthError when none can be had."""

    def renew(self, refused: Mapping[str, str]) -> bool:
        """After a 401: get new credentials. True when they differ from those of the request that was `refused`, by its
        headers: another thread may have renewed them meanwhile. The request is then sent again, once."""


class NoAuth:
    """Sends no credentials."""

    def apply(self, headers: MutableMapping[str, str]) -> None:
        """Leaves the headers alone."""

    def renew(self, refused: Mapping[str, str]) -> bool:
        """There is nothing to renew."""
        return False


class BasicAuth(NoAuth):
    """User name and password, in UTF-8."""

    def __init__(self, user: str, password: str) -> None:
        if ":" in user:
            raise SettingsError("a user name cannot hold a colon (basic authentication); check the setting")
        self._header = "Basic " + b64encode(f"{user}:{password}".encode()).decode("ascii")

    def apply(self, headers: MutableMapping[str, str]) -> None:
        """Sets `Authorization`."""
        headers["Authorization"] = self._header


class BearerAuth(NoAuth):
    """A token that does not change."""

    def __init__(self, token: str) -> None:
        self._header = f"Bearer {_checked(token, 'the bearer token')}"

    def apply(self, headers: MutableMapping[str, str]) -> None:
        """Sets `Authorization`."""
        headers["Authorization"] = self._header


class BearerFile:
    """A token in a file that something else keeps fresh: read when the file has changed, and after a 401."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._token = ""
        self._stamp: tuple[int, int, int] | None = None

    def apply(self, headers: MutableMapping[str, str]) -> None:
        """Sets `Authorization`. Raises AuthError when the file cannot be read."""
        self._refresh()
        headers["Authorization"] = f"Bearer {self._token}"

    def renew(self, refused: Mapping[str, str]) -> bool:
        """Reads the file again; True when it holds another token than the refused one."""
        self._stamp = None
        self._refresh()
        return f"Bearer {self._token}" != refused.get("Authorization")

    def _refresh(self) -> None:
        try:
            found = self._path.stat()
            stamp = (found.st_ino, found.st_size, found.st_mtime_ns)
            if stamp != self._stamp:
                self._token = _checked(self._path.read_text("utf-8"), "the token file")
                self._stamp = stamp
            return
        except (OSError, UnicodeDecodeError, SettingsError) as error:
            problem = type(error).__name__ if isinstance(error, OSError) else "it holds no usable token"
        # Raised outside the handler: a decoding error carries the file's content.
        raise AuthError(f"token file {self._path} cannot be used: {problem}; check that it is readable")


def _checked(token: str, what: str) -> str:
    bare = token.strip()
    if not bare or not bare.isascii() or not bare.isprintable() or " " in bare:
        raise SettingsError(f"{what} is empty or holds blanks or odd characters; give the token alone")
    return bare
