"""What a setting may hold, and how it is spelled in the environment: lists have commas, empty is unset."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated, Literal
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, SecretStr

PREFIX = "FHIR_SCREENER_"
TEST_PREFIX = PREFIX + "TEST_"
"""Variables of the test suite; not settings."""


def variable(field: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + field.upper()


def spelled(value: object) -> str:
    """A value as its variable holds it, secrets included."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, tuple):
        return ",".join(value)
    return "" if value is None else str(value)


def is_loopback(url: str) -> bool:
    """Whether the address is of this very machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def is_confidential(url: str) -> bool:
    """Whether nobody on the way can read what goes there: by https, or not off this machine."""
    return urlsplit(url).scheme == "https" or is_loopback(url)


def _listed(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _web_url(value: str) -> str:
    parts = urlsplit(value.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an http:// or https:// address")
    if parts.username or parts.password:
        raise ValueError("must not hold a user or password: use the auth settings")
    if parts.query or parts.fragment:
        raise ValueError("must not hold a query or a fragment")
    _check_port(parts)
    return value.strip().rstrip("/")


def _redis_url(secret: SecretStr) -> SecretStr:
    address = secret.get_secret_value().strip()
    parts = urlsplit(address)
    if parts.scheme not in ("redis", "rediss", "unix"):
        raise ValueError("must be a redis://, rediss:// or unix:// address")
    if parts.scheme != "unix":
        if "@" in parts.path + parts.query + parts.fragment:
            raise ValueError("holds a password with one of / ? # in it: write %2F, %3F, %23 instead")
        _check_port(parts)
    return SecretStr(address)


def _check_port(parts: SplitResult) -> None:
    try:
        _ = parts.port
    except ValueError:
        # Its own words quote what stands there, which may be part of a password.
        raise ValueError("has a port that is no number from 0 to 65535") from None


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except Exception:
        raise ValueError("must be an IANA time zone, such as Asia/Shanghai or UTC") from None
    return value


Listed = Annotated[tuple[str, ...], BeforeValidator(_listed)]
WebUrl = Annotated[str, AfterValidator(_web_url)]
RedisUrl = Annotated[SecretStr, AfterValidator(_redis_url)]
Zone = Annotated[str, AfterValidator(_zone)]
Auth = Literal["none", "basic", "bearer"]
