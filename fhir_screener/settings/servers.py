"""The FHIR servers: where they are, and how they are reached."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import BaseModel, Field, SecretStr, model_validator

from fhir_screener.settings.values import Auth, Listed, WebUrl, variable


class ServerSettings(BaseModel):
    """Where charts are read from and Tasks are written to."""

    source_url: WebUrl | None = Field(None, description="Base address of the FHIR R4 server charts are read from.")
    source_name: str = Field(
        "default",
        pattern=r"^[A-Za-z0-9._-]{1,64}$",
        description="Short name of the source. In every Task's identifier: never change it once Tasks exist.",
    )
    source_profile: str = Field(
        "generic", description="Kind of the source server: generic or hapi. See `fhir-screener plan`."
    )
    source_auth: Auth = Field("none", description="How to sign in at the source: none, basic or bearer.")
    source_user: str = Field("", description="User name at the source (basic).")
    source_password: SecretStr = Field(SecretStr(""), description="Password at the source (basic).")
    source_token: SecretStr = Field(SecretStr(""), description="Token for the source (bearer).")
    source_token_file: Path | None = Field(
        None, description="File with the source's token (bearer), read again whenever it changes."
    )
    target_url: WebUrl | None = Field(
        None,
        description="Base address of the server Tasks are written to; unset: the source, with its sign-in.",
    )
    target_auth: Auth = Field("none", description="How to sign in at the target, where it is not the source.")
    target_user: str = Field("", description="User name at the target (basic).")
    target_password: SecretStr = Field(SecretStr(""), description="Password at the target (basic).")
    target_token: SecretStr = Field(SecretStr(""), description="Token for the target (bearer).")
    target_token_file: Path | None = Field(
        None, description="File with the target's token (bearer), read again whenever it changes."
    )
    ca_bundle: Path | None = Field(None, description="PEM file of the only certificate authorities to trust.")
    proxy: WebUrl | None = Field(None, description="HTTP proxy for both servers; unset: none.")
    connect_timeout: float = Field(10, gt=0, le=300, description="Seconds to wait for a connection.")
    read_timeout: float = Field(120, gt=0, le=3600, description="Seconds to wait for a server's next byte.")
    connections: int = Field(4, ge=1, le=32, description="Requests at the same time to one server, by one process.")
    allowed_origins: Listed = Field(
        (), description="Further origins (https://host:port) that paging links of the source may lead to."
    )

    @model_validator(mode="after")
    def _signs_in(self) -> Self:
        for side in ("source", "target"):
            self._check_auth(side)
        return self

    def _check_auth(self, side: str) -> None:
        auth = getattr(self, f"{side}_auth")
        if auth == "basic" and not getattr(self, f"{side}_user"):
            raise ValueError(f"{variable(side + '_user')} is needed if {variable(side + '_auth')} is basic")
        token, file = getattr(self, f"{side}_token").get_secret_value(), getattr(self, f"{side}_token_file")
        if auth == "bearer" and not token and not file:
            raise ValueError(
                f"{variable(side + '_token')} or {variable(side + '_token_file')} is needed"
                f" where {variable(side + '_auth')} is bearer"
            )

    @property
    def writes_to(self) -> str | None:
        """The target's address: its own, or the source's."""
        return self.target_url or self.source_url
