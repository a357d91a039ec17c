"""The coordinators' pages, and who may see them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field, SecretStr

from fhir_screener.settings.values import Listed, WebUrl


class PageSettings(BaseModel):
    """Where the pages listen, and how people sign in."""

    web_host: str = Field("127.0.0.1", description="Address the coordinators' pages listen on.")
    web_port: int = Field(8780, ge=0, le=65_535, description="Port of the coordinators' pages; 0: any that is free.")
    web_auth: Literal["token", "proxy", "oidc"] = Field(
        "token",
        description="How people sign in to the pages: token (on this machine only), proxy (an identity proxy's headers)"
        " or oidc (OpenID Connect).",
    )
    web_token: SecretStr = Field(
        SecretStr(""), description="Token of the pages (token); unset: a new one at each start, shown then."
    )
    web_public_url: WebUrl | None = Field(
        None, description="Address at which people reach the pages, such as https://screening.example (proxy, oidc)."
    )
    web_grants: str = Field(
        "",
        description="What groups may (proxy, oidc): group=role:studies@sites; roles are coordinator, study-team, operator;"
        " studies and sites have commas, * is all, and without @ it is every site."
        " Example: coordinators=coordinator:*;trial-x=study-team:NCT04660565@north",
    )
    web_proxies: Listed = Field(
        (), description="Addresses or networks of identity proxies: only their headers are believed (proxy)."
    )
    web_user_header: str = Field("X-Forwarded-User", description="Header with the user's lasting id (proxy).")
    web_name_header: str = Field("X-Forwarded-Preferred-Username", description="Header with the name to show (proxy).")
    web_groups_header: str = Field(
        "X-Forwarded-Groups", description="Header with the user's groups, with commas (proxy)."
    )
    web_sign_out_url: WebUrl | None = Field(
        None, description="Where the proxy or provider ends its own session; unset: as the provider says, or nowhere."
    )
    web_oidc_issuer: WebUrl | None = Field(None, description="Issuer of the OpenID Connect provider (oidc).")
    web_oidc_client: str = Field("", description="Client id at the provider (oidc).")
    web_oidc_secret: SecretStr = Field(SecretStr(""), description="Client secret at the provider (oidc).")
    web_oidc_scopes: str = Field("openid profile", description="Scopes to ask for, with blanks (oidc).")
    web_oidc_groups: str = Field("groups", description="Claim with the user's groups (oidc).")
    web_oidc_user: str = Field("sub", description="Claim with the user's lasting id (oidc).")
    ehr_link: str = Field(
        "", description="Address of a patient in the EHR, with {patient} for the id: a link on the candidate's page."
    )
