"""Who an identity proxy says is there: its headers, believed only from the addresses of the settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.requests import Request

from fhir_screener.errors import SettingsError
from fhir_screener.settings import Settings, variable
from fhir_screener.web.grants import read_grants, user_with
from fhir_screener.web.who import User

Network = IPv4Network | IPv6Network


def proxy_users(settings: Settings) -> Callable[[Request], User | None]:
    """Tells the user of a request, None where no trusted proxy names one, or the groups grant nothing here."""
    networks, grants = read_networks(settings.web_proxies), read_grants(settings.web_grants)

    def user_of(request: Request) -> User | None:
        if request.client is None or not trusted(request.client.host, networks):
            return None
        id, name, groups = (
            _one(request, header)
            for header in (settings.web_user_header, settings.web_name_header, settings.web_groups_header)
        )
        return user_with(grants, groups.split(","), settings.source_name, id=id, name=name) if id else None

    return user_of


def read_networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """The networks; raises SettingsError where there is none, or one is malformed."""
    if not texts:
        raise SettingsError(
            f"{variable('web_proxies')} is not set: name the identity proxy's address, whose headers hold"
        )
    try:
        return tuple(ip_network(text) for text in texts)
    except ValueError as error:
        raise SettingsError(f"{variable('web_proxies')}: {error}") from None


def trusted(host: str, networks: Sequence[Network]) -> bool:
    """Whether this peer is one of the proxies."""
    try:
        address: IPv4Address | IPv6Address = ip_address(host)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return any(address in network for network in networks)


def _one(request: Request, header: str) -> str:
    """The header's value, "" where it is missing or given twice: then one of them is not the proxy's."""
    found = request.headers.getlist(header)
    return found[0].strip() if len(found) == 1 else ""
