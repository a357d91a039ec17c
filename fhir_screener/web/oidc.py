"""OpenID Connect (Core 1.0): the authorization code flow with PKCE, state and nonce, at the provider of the settings.

Authlib speaks OAuth over requests, joserfc checks the signed token. What a browser brings back is believed only where
its state is that of the same session, and the token is signed by the issuer, for us, for that sign-in, and still good.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import ClaimsOption

from fhir_screener.errors import AuthError, ServerError, SettingsError, Unreachable
from fhir_screener.settings import Settings, is_confidential, variable
from fhir_screener.web.grants import read_grants, user_with
from fhir_screener.web.who import User

DONE = "/sign-in/oidc/done"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures with a public key only: with a shared one, or none, anybody could sign."""
NOT_OURS = "this sign-in was not begun here; sign in anew"
TOO_LATE = "this sign-in took too long; sign in anew"
ANOTHER = "another provider than the configured one answered; sign in anew"
NOT_LET_IN = "the provider did not let you in; sign in anew, or ask whoever runs it"
NONE_GIVEN = "the provider gave no token for this sign-in; sign in anew"
NOT_GOOD = "the provider's token does not hold (issuer, audience, nonce, time or signature); sign in anew"
REFUSALS = (NOT_OURS, TOO_LATE, ANOTHER, NOT_LET_IN, NONE_GIVEN, NOT_GOOD)
"""What a page says where somebody is not let in."""
_FRESH, _SIGNING_IN, _LEEWAY, _LARGEST = 3600, 600, 60, 1 << 20


class Provider:
    """The provider, asked for its addresses and keys when first needed, and again after an hour. Threads share it."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        if not settings.web_oidc_issuer or not settings.web_oidc_client or not settings.web_public_url:
            needed = ", ".join(variable(name) for name in ("web_oidc_issuer", "web_oidc_client", "web_public_url"))
            raise SettingsError(f"OpenID Connect needs {needed}")
        self._settings, self._clock = settings, clock
        self._issuer, self._client = settings.web_oidc_issuer, settings.web_oidc_client
        self._grants, self._lock = read_grants(settings.web_grants), threading.Lock()
        self._told: dict[str, tuple[float, dict[str, Any]]] = {}
        _secure(self._issuer)

    def begin(self, onward: str) -> tuple[str, dict[str, Any]]:
        """Where to send the browser, and what its session keeps until it is back. Raises ServerError."""
        kept = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
        with self._session() as session:
            address, _ = session.create_authorization_url(
                self._endpoint("authorization_endpoint"),
                state=kept["state"],
                nonce=kept["nonce"],
                code_verifier=kept["verifier"],
            )
        return str(address), {**kept, "onward": onward, "began": int(self._clock())}

    def end(self, kept: Mapping[str, Any], brought: Mapping[str, str]) -> User | None:
        """The user who came back, None where the groups grant nothing here. Raises AuthError for what does not hold."""
        if not kept or not secrets.compare_digest(str(kept.get("state")).encode(), brought.get("state", "").encode()):
            raise AuthError(NOT_OURS)
        if self._clock() - int(kept["began"]) > _SIGNING_IN:
            raise AuthError(TOO_LATE)
        if brought.get("iss", self._issuer) != self._issuer:
            raise AuthError(ANOTHER)
        if "error" in brought or not brought.get("code"):
            raise AuthError(NOT_LET_IN)
        return self._user(self._claims(self._token(brought["code"], str(kept["verifier"])), str(kept["nonce"])))

    def sign_out_url(self) -> str:
        """Where the provider ends its own session; "" where it has no such address, or cannot be asked."""
        if self._settings.web_sign_out_url:
            return self._settings.web_sign_out_url
        try:
            told = self._document().get("end_session_endpoint")
        except ServerError:
            return ""
        back = f"{self._settings.web_public_url}/sign-in"
        asked = urlencode({"client_id": self._client, "post_logout_redirect_uri": back})
        return f"{told}?{asked}" if isinstance(told, str) and is_confidential(told) else ""

    def _session(self) -> OAuth2Session:
        settings = self._settings
        session = OAuth2Session(
            self._client,
            settings.web_oidc_secret.get_secret_value() or None,
            token_endpoint_auth_method=self._way_in(),
            scope=settings.web_oidc_scopes,
            redirect_uri=f"{settings.web_public_url}{DONE}",
            code_challenge_method="S256",
        )
        session.trust_env = False
        session.verify = str(settings.ca_bundle) if settings.ca_bundle else True
        if settings.proxy:
            session.proxies = {"http": settings.proxy, "https": settings.proxy}
        return session

    def _way_in(self) -> str:
        """How we prove who we are: as the provider says, else by HTTP basic (its default)."""
        if not self._settings.web_oidc_secret.get_secret_value():
            return "none"
        known = self._document().get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return "client_secret_basic" if "client_secret_basic" in known else "client_secret_post"

    def _token(self, code: str, verifier: str) -> str:
        try:
            with self._session() as session:
                found = session.fetch_token(
                    self._endpoint("token_endpoint"),
                    code=code,
                    code_verifier=verifier,
                    timeout=self._timeout,
                    allow_redirects=False,
                )
            return str(found["id_token"])
        except ServerError:
            raise
        except Exception:
            # What the libraries raise may quote code and token.
            raise AuthError(NONE_GIVEN) from None

    def _claims(self, token: str, nonce: str) -> dict[str, Any]:
        """The claims of a token that holds; keys that are not known are asked for once more, for they are changed."""
        asked: ClaimsOption = {"essential": True}
        wanted = jwt.JWTClaimsRegistry(
            now=lambda: int(self._clock()),
            leeway=_LEEWAY,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._client},
            nonce={"essential": True, "value": nonce},
            sub=asked,
            exp=asked,
            iat=asked,
        )
        for fresh in (False, True):
            try:
                decoded = jwt.decode(token, self._keys(fresh=fresh), algorithms=ALGORITHMS)
                wanted.validate(decoded.claims)
                return self._for_us(dict(decoded.claims))
            except (JoseError, ValueError, TypeError):
                continue
        raise AuthError(NOT_GOOD)

    def _for_us(self, claims: dict[str, Any]) -> dict[str, Any]:
        several = isinstance(claims.get("aud"), list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else self._client) != self._client:
            raise ValueError("issued to another client")
        return claims

    def _user(self, claims: Mapping[str, Any]) -> User | None:
        groups = claims.get(self._settings.web_oidc_groups) or []
        groups = groups.split(",") if isinstance(groups, str) else [str(one) for one in groups]
        id = str(claims.get(self._settings.web_oidc_user) or "")
        name = str(claims.get("name") or claims.get("preferred_username") or "")
        return user_with(self._grants, groups, self._settings.source_name, id=id, name=name) if id else None

    def _keys(self, *, fresh: bool) -> KeySet:
        keys = self._ask(self._endpoint("jwks_uri"), fresh=fresh)
        public = [
            {k: v for k, v in key.items() if k != "d"} for key in keys.get("keys") or () if key.get("kty") != "oct"
        ]
        return KeySet.import_key_set({"keys": public})

    def _endpoint(self, name: str) -> str:
        address = self._document().get(name)
        if not isinstance(address, str):
            raise AuthError(f"the OpenID Connect provider does not say its {name}")
        return _secure(address)

    def _document(self) -> dict[str, Any]:
        """What the provider says of itself (OpenID Connect Discovery 1.0)."""
        found = self._ask(f"{self._issuer}/.well-known/openid-configuration")
        if str(found.get("issuer")).rstrip("/") != self._issuer:
            raise AuthError("the OpenID Connect provider calls itself by another name than the setting")
        return found

    def _ask(self, address: str, *, fresh: bool = False) -> dict[str, Any]:
        with self._lock:
            when, told = self._told.get(address, (0.0, {}))
            if told and not fresh and self._clock() - when < _FRESH:
                return told
            told = self._asked(address)
            self._told[address] = (self._clock(), told)
            return told

    def _asked(self, address: str) -> dict[str, Any]:
        with OAuth2Session() as session:
            session.trust_env = False
            session.verify = str(self._settings.ca_bundle) if self._settings.ca_bundle else True
            proxies = {"http": self._settings.proxy, "https": self._settings.proxy} if self._settings.proxy else None
            try:
                answer = session.request(
                    "GET", address, withhold_token=True, timeout=self._timeout, allow_redirects=False, proxies=proxies
                )
                told = answer.json() if answer.status_code == 200 and len(answer.content) <= _LARGEST else None
            except (OSError, ValueError):
                told = None
        if not isinstance(told, dict):
            raise Unreachable("the OpenID Connect provider does not answer; try again in a while")
        return told

    @property
    def _timeout(self) -> tuple[float, float]:
        return (self._settings.connect_timeout, min(self._settings.read_timeout, 30.0))


def _secure(address: str) -> str:
    if not is_confidential(address):
        raise SettingsError(f"the OpenID Connect provider's {urlsplit(address).hostname} must be asked over https")
    return address
