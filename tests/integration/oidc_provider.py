"""A small OpenID Connect provider on loopback, with real keys, that keeps the rules, or breaks one when told to."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

CLIENT, SECRET = "fhir-screener", "a-client-secret"


class Provider:
    """`groups` and `name` are those of whoever signs in; `twist` changes a token's header and claims before it is signed."""

    def __init__(self, server: HTTPServer) -> None:
        self.server, self.issuer = server, server.url_for("/realms/staff")
        self.keys = [RSAKey.generate_key(2048, {"kid": "one"})]
        self.groups: Any = ["coordinators"]
        self.name = "Anna Weiss"
        self.twist: Callable[[dict[str, Any], dict[str, Any]], None] = lambda header, claims: None
        self.signed_with: Any = None
        self.says: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        for path, answer in (
            ("/realms/staff/.well-known/openid-configuration", self._document),
            ("/realms/staff/keys", self._keys),
            ("/realms/staff/token", self._token),
        ):
            server.expect_request(path).respond_with_handler(answer)

    def let_in(self, address: str) -> str:
        """What a provider does with a browser sent to it: the address it sends it back to."""
        parts = urlsplit(address)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{self.issuer}/authorize"
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        assert min(len(asked["state"]), len(asked["nonce"]), len(asked["code_challenge"])) >= 40
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.issuer})}"

    def _document(self, request: Request) -> Response:
        self.asked.append("document")
        found = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/logout",
        }
        return _json(found | self.says)

    def _keys(self, request: Request) -> Response:
        self.asked.append("keys")
        return _json(KeySet(self.keys).as_dict(private=False))

    def _token(self, request: Request) -> Response:
        self.asked.append("token")
        proven = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        asked = self.codes.pop(request.form.get("code", ""), None)
        verifier = request.form.get("code_verifier", "")
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        if request.headers.get("Authorization") != f"Basic {proven}" or asked is None:
            return _json({"error": "invalid_client"}, 401)
        if challenge != asked["code_challenge"] or request.form.get("redirect_uri") != asked["redirect_uri"]:
            return _json({"error": "invalid_grant"}, 400)
        return _json({"access_token": "x", "token_type": "Bearer", "id_token": self._signed(asked["nonce"])})

    def _signed(self, nonce: str) -> str:
        now, key = int(time.time()), self.signed_with or self.keys[0]
        header = {"alg": "HS256" if isinstance(key, OctKey) else "RS256", "kid": key.kid}
        claims = {
            "iss": self.issuer,
            "sub": "u-1",
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "nonce": nonce,
            "name": self.name,
            "groups": self.groups,
        }
        self.twist(header, claims)
        return jwt.encode(header, claims, key, algorithms=["RS256", "HS256"])


def _json(body: Any, status: int = 200) -> Response:
    import json

    return Response(json.dumps(body), status, content_type="application/json")
