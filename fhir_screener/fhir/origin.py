"""Where a session may go: origins (scheme, host, port, base path), links within them, addresses fit for a log.

FHIR: `Bundle.link.url` and `Reference.reference` may be absolute or relative to the service base.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

from fhir_screener.errors import ForeignOrigin, SettingsError

Pairs = Sequence[tuple[str, str]]
Params = Mapping[str, str] | Iterable[tuple[str, str]]
Level = Literal["system", "type", "resource"]
_PORTS = {"http": 80, "https": 443}
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")
_SHOWN = frozenset({"_count", "_summary", "_total", "_sort", "_elements", "_type", "_include", "_revinclude"})


@dataclass(frozen=True)
class Origin:
    """Scheme, host (lower case), port (always a number) and base path (no slash at its end)."""

    scheme: str
    host: str
    port: int
    path: str = ""

    def covers(self, other: Origin) -> bool:
        """Whether `other` is this server, at or below this base path."""
        same = (self.scheme, self.host, self.port) == (other.scheme, other.host, other.port)
        return same and (other.path == self.path or other.path.startswith(self.path + "/"))

    @property
    def server(self) -> str:
        """`https://host:port`; the port only when it is not the default one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == _PORTS[self.scheme] else f":{self.port}")

    def __str__(self) -> str:
        return self.server + self.path


def parse_origin(url: str) -> Origin:
    """The origin of an absolute URL, its whole path included. ValueError says what is wrong, not quoting it."""
    if _UNSAFE.search(url):
        raise ValueError("it holds blanks, control characters or backslashes")
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ValueError("its host is malformed") from None
    scheme = parts.scheme.lower()
    if scheme not in _PORTS:
        raise ValueError("it does not start with http:// or https://")
    if "@" in parts.netloc:
        raise ValueError("it holds a user name")
    if not parts.hostname:
        raise ValueError("it names no host")
    # Dots are looked for after decoding twice: a proxy in between may decode once more than we do.
    if ".." in unquote(unquote(parts.path)).replace("\\", "/").split("/"):
        raise ValueError("its path climbs upwards")
    return Origin(scheme, parts.hostname.lower(), _port(parts), parts.path.rstrip("/"))


def _port(parts: SplitResult) -> int:
    try:
        port = parts.port
    except ValueError:
        raise ValueError("its port is not a number between 1 and 65535") from None
    return _PORTS[parts.scheme.lower()] if port is None else port


@dataclass(frozen=True)
class Origins:
    """The service base and the other origins allowed by name. Credentials go to these and nowhere else."""

    base: Origin
    others: tuple[Origin, ...] = ()

    @classmethod
    def of(cls, base_url: str, allowed: Sequence[str] = ()) -> Origins:
        """Raises SettingsError for an address that cannot be a FHIR base."""
        base, *others = (_configured(url) for url in (base_url, *allowed))
        return cls(base, tuple(others))

    def resolve(self, target: str) -> str:
        """Absolute URL of a path under the base (`Patient/1`, `metadata`) or of an allowed absolute URL."""
        if _ABSOLUTE.match(target):
            return self.admit(target)
        return self.admit(f"{self.base}/{target.lstrip('/')}".rstrip("/"))

    def follow(self, link: str, page: str) -> str:
        """Absolute URL of a link found on `page`: relative ones belong to the base, a bare `?...` to the page."""
        return self.admit(_joined(page if link.startswith("?") else f"{self.base}/", link))

    def redirect(self, location: str, page: str) -> str:
        """Absolute URL of a `Location` header sent in answer to `page`."""
        return self.admit(_joined(page, location))

    def admit(self, url: str) -> str:
        """The URL itself. Raises ForeignOrigin when it lies outside the configured origins."""
        try:
            origin = parse_origin(url)
        except ValueError as error:
            problem = f"a link cannot be followed: {error}"
        else:
            if any(known.covers(origin) for known in (self.base, *self.others)):
                return url
            problem = f"a link leads to {_shown(origin, self.base)}, which is not configured"
        raise ForeignOrigin(
            f"{problem}; it was not followed and no credentials were sent there. Set the server's own public "
            "base address, or add that address to the allowed origins",
            where=str(self.base),
        )

    def level(self, url: str) -> Level:
        """What a URL asks for. Addresses outside the base count as those of one resource."""
        parts = url.partition("?")[0].removeprefix(str(self.base)).strip("/").split("/")
        if parts in ([""], ["metadata"]):
            return "system"
        return "type" if len(parts) == 1 or parts[1].startswith(("_", "$")) else "resource"


def _joined(page: str, link: str) -> str:
    """Absolute links as they are, opaque. urljoin would drop line breaks: those are left for `admit` to refuse."""
    if _UNSAFE.search(link) or _ABSOLUTE.match(link):
        return link
    try:
        return urljoin(page, link)
    except ValueError:
        return link


def _shown(origin: Origin, base: Origin) -> str:
    return "another path of the same server" if origin.server == base.server else origin.server


def _configured(url: str) -> Origin:
    try:
        origin = parse_origin(url.strip())
    except ValueError as error:
        problem = str(error)
    else:
        parts = urlsplit(url.strip())
        if not parts.query and not parts.fragment:
            return origin
        problem = "it has a query or a fragment"
    raise SettingsError(f"this FHIR base address cannot be used: {problem}; give one like https://host/fhir")


def safe_url(url: str) -> str:
    """The URL as it may be logged: no user name, no query but harmless parameters such as `_count`."""
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2]
        kept = [f"{name}={value}" for name, value in parse_qsl(parts.query) if name.split(":")[0] in _SHOWN]
    except ValueError:
        return "(malformed address)"
    head = f"{parts.scheme}://{host}" if host else ""
    return head + parts.path + ("?" + "&".join(kept) if kept else "")


def encode(params: Params) -> str:
    """Query or form text. Commas, colons and slashes stay as they are: batches of ids are long enough without."""
    pairs = params.items() if isinstance(params, Mapping) else params
    return urlencode(list(pairs), safe=",:/", quote_via=quote)
