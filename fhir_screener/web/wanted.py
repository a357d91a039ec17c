"""What an address of the list asks for: filters, order, and the page; and addresses that ask for something else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TypeVar
from urllib.parse import urlencode

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.requests import Request

from fhir_screener.errors import PageExpired
from fhir_screener.screening.views import Order, Owners, Wanted

_LONGEST = 100
Choice = TypeVar("Choice", Owners, Order)


def wanted_of(params: Mapping[str, str], person: str) -> Wanted:
    """The filters of an address; what makes no sense counts as not asked for."""
    return Wanted(
        facet=params.get("open", "")[:_LONGEST],
        owners=_one(Owners, params.get("owner", ""), Owners.ALL),
        since=_day(params.get("since", "")),
        order=_one(Order, params.get("order", ""), Order.NEWEST),
        person=person,
        test=params.get("test", "")[:_LONGEST],
    )


def query_of(wanted: Wanted, **more: str) -> str:
    """The query of an address that asks for this, with its `?`; "" where nothing is asked for."""
    asked = {
        "open": wanted.facet,
        "test": wanted.test,
        "owner": "" if wanted.owners is Owners.ALL else wanted.owners.value,
        "since": wanted.since.isoformat() if wanted.since else "",
        "order": "" if wanted.order is Order.NEWEST else wanted.order.value,
        **more,
    }
    kept = {name: value for name, value in asked.items() if value}
    return f"?{urlencode(kept)}" if kept else ""


def sealed(request: Request, link: str, *about: str) -> str:
    """A server's link as it may stand in an address: nobody can make us follow another one."""
    return str(_signer(request, about).dumps(link)) if link else ""


def unsealed(request: Request, text: str, *about: str) -> str:
    """The link again; raises PageExpired for what is not ours."""
    if not text:
        return ""
    try:
        return str(_signer(request, about).loads(text))
    except BadSignature:
        raise PageExpired("this address of a further page is not one of ours, or of another list") from None


def _signer(request: Request, about: tuple[str, ...]) -> URLSafeSerializer:
    return URLSafeSerializer(request.app.state.secret, salt="/".join(("page", *about)))


def _one(kind: type[Choice], text: str, otherwise: Choice) -> Choice:
    try:
        return kind(text)
    except ValueError:
        return otherwise


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
