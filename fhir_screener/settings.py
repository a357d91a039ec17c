"""Every setting, read once at the edge from a mapping handed in. Names are a wire contract: changes only add.

The setting `source_url` is the variable `FHIR_SCREENER_SOURCE_URL`. Lists have commas; empty is unset.
"""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from fhir_screener.errors import SettingsError

PREFIX = "FHIR_SCREENER_"
TEST_PREFIX = PREFIX + "TEST_"
"""Variables of the test suite; not settings."""
DEMO_KEY = "demo-only-key-fhir-screener-not-a-secret"
"""The installation key of demo and tests: good for loopback servers only."""


def _listed(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _web_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an http:// or https:// address")
    if parts.username or parts.password:
        raise ValueError("must not hold a user or password: use the auth settings")
    if parts.query or parts.fragment:
        raise ValueError("must not hold a query or a fragment")
    return value.rstrip("/")


def _redis_url(secret: SecretStr) -> SecretStr:
    if urlsplit(secret.get_secret_value()).scheme not in ("redis", "rediss", "unix"):
        raise ValueError("must be a redis://, rediss:// or unix:// address")
    return secret


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except Exception:
        raise ValueError("must be an IANA time zone, such as Asia/Shanghai or UTC") from None
    return value


Listed = Annotated[tuple[str, ...], BeforeValidator(_listed)]
WebUrl = Annotated[str, AfterValidator(_web_url)]
RedisUrl = Annotated[SecretStr, AfterValidator(_redis_url)]
Auth = Literal["none", "basic", "bearer"]


class Settings(BaseSettings):
    """All settings, frozen. Build with `from_env` or `build`; the constructor reads no environment."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True)

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

    installation_key: SecretStr = Field(
        SecretStr(""),
        description="Secret from which Task ids are made (16 characters or more). The same on every machine;"
        " never change it once Tasks exist. Unset: a demonstration key, refused unless the target is local.",
    )
    owner: str = Field(
        "",
        description="Reference of the coordinators' pool that new Tasks go to, such as CareTeam/coordinators.",
    )
    mappings: Path | None = Field(None, description="Folder of studies and value sets; unset: those of the package.")
    site: str = Field(
        "",
        description="Site whose local codes, names and words are known: a name in the folder sites of the mappings, or the"
        " path of such a file. The same for all workers. Unset: none.",
    )
    studies: Listed = Field((), description="Studies of the nightly sweep, by id; unset: every study there is.")
    cohort: str = Field(
        "study",
        pattern=r"^(study|all|group:[A-Za-z0-9.-]{1,64}|list:[A-Za-z0-9.-]{1,64}|file:.+)$",
        description="Who is read: study (as each study's file says), all, group:ID or list:ID (a FHIR Group or List),"
        " or file:PATH (patient ids, one a line).",
    )

    broker_url: RedisUrl | None = Field(
        None, description="Redis or Valkey (6.2 or later) that carries work to workers."
    )
    ledger_url: RedisUrl | None = Field(
        None, description="Redis or Valkey that remembers what is done; unset: broker_url."
    )
    ledger_days: int = Field(14, ge=1, le=365, description="Days after which a sweep is forgotten in Redis.")
    batch_size: int = Field(50, ge=1, le=1000, description="Patients read with one set of requests.")
    chunk_size: int = Field(200, ge=1, le=10_000, description="Patients in one message to a worker.")
    chunk_seconds: int = Field(
        900, ge=10, le=86_400, description="Seconds after which a chunk is stopped and sent again."
    )
    sweep_seconds: int = Field(7200, ge=60, le=86_400, description="Seconds that listing a sweep's patients may take.")
    lock_seconds: int = Field(1800, ge=5, le=86_400, description="Seconds after which a lifeless sweep loses its lock.")
    quiet_seconds: int = Field(
        120, ge=1, le=86_400, description="Seconds without progress after which chunks are sent again."
    )
    attempts: int = Field(4, ge=1, le=20, description="Times a chunk is tried before it is reported as failed.")
    nightly_hour: int = Field(2, ge=0, le=23, description="Hour of the nightly sweep.")
    nightly_minute: int = Field(30, ge=0, le=59, description="Minute of the nightly sweep.")
    nightly_zone: Annotated[str, AfterValidator(_zone)] = Field("UTC", description="Time zone of the nightly sweep.")

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

    mail_host: str = Field(
        "", description="SMTP server that tells coordinators of a sweep: counts and a link. Unset: nobody is told."
    )
    mail_port: int = Field(587, ge=1, le=65_535, description="Port of the SMTP server.")
    mail_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the SMTP connection is encrypted: starttls, tls (often port 465) or none."
    )
    mail_user: str = Field("", description="User name at the SMTP server; unset: no sign-in.")
    mail_password: SecretStr = Field(SecretStr(""), description="Password at the SMTP server.")
    mail_from: str = Field("", description="Sender of the e-mails, such as Screening <screening@hospital.example>.")
    mail_to: Listed = Field(
        (),
        description="Coordinators, with commas: Name <address>;language;studies. The language is en or zh, studies have"
        " blanks between, both may be left out. Example: Anna Weiss <anna@hospital.example>;en;NCT04660565",
    )

    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level logged.")
    log_format: Literal["text", "json"] = Field("text", description="Log lines as text (key=value) or as JSON.")

    sandbox_patients: int = Field(1000, ge=1, le=100_000, description="Patients in the generated sample hospital.")
    sandbox_seed: int = Field(1, ge=0, description="Seed of the sample hospital: the same seed, the same hospital.")
    sandbox_port: int = Field(0, ge=0, le=65_535, description="Port of the embedded FHIR server; 0: any that is free.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """The settings in this mapping; SettingsError names the variable that is unknown or malformed."""
        given = {
            name: value
            for name, value in environ.items()
            if name.startswith(PREFIX) and not name.startswith(TEST_PREFIX) and value.strip()
        }
        known = {variable(field): field for field in cls.model_fields}
        for name in given:
            if name not in known:
                near = difflib.get_close_matches(name, known, 1)
                hint = f"did you mean {near[0]}?" if near else "see .env.example"
                raise SettingsError(f"{name} is not a setting: {hint}")
        return cls.build({known[name]: value for name, value in given.items()})

    @classmethod
    def build(cls, values: Mapping[str, Any]) -> Self:
        """As the constructor, with SettingsError for what is malformed."""
        try:
            return cls(**values)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            name = variable(str(first["loc"][0])) + ": " if first["loc"] else ""
            raise SettingsError(name + first["msg"].removeprefix("Value error, ")) from None

    def but(self, **changes: Any) -> Self:
        """These settings with some changed (a command line's options); checked again."""
        return self.build({name: getattr(self, name) for name in self.model_fields_set} | changes)

    def environment(self) -> dict[str, str]:
        """The variables that make these settings again, secrets included: for a child process, never for a log."""
        return {variable(name): _spelled(getattr(self, name)) for name in sorted(self.model_fields_set)}

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for side in ("source", "target"):
            self._check_auth(side)
        key = self.installation_key.get_secret_value()
        if key and len(key) < 16:
            raise ValueError(f"{variable('installation_key')} must have 16 characters or more")
        if self.mail_user and self.mail_security == "none" and not is_loopback(f"smtp://{self.mail_host}"):
            raise ValueError(
                f"{variable('mail_security')} must not be none where a password is sent to another machine"
            )
        if self.lock_seconds < self.quiet_seconds:
            raise ValueError(f"{variable('lock_seconds')} must not be less than {variable('quiet_seconds')}")
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

    @property
    def demo_key(self) -> bool:
        """Whether Task ids would be made with the demonstration key."""
        return self.installation_key.get_secret_value() in ("", DEMO_KEY)

    def key(self, target: str) -> bytes:
        """The key Task ids are made with; SettingsError if that is the demonstration key on a real server."""
        if self.demo_key and not is_loopback(target):
            raise SettingsError(
                f"{variable('installation_key')} is not set, and the target {target} is not this machine:"
                " Task ids made with the demonstration key can be guessed. Set it to a long random secret,"
                " the same on every machine, and keep it."
            )
        return (self.installation_key.get_secret_value() or DEMO_KEY).encode()


def variable(field: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + field.upper()


def _spelled(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, tuple):
        return ",".join(value)
    return "" if value is None else str(value)


def env_example() -> str:
    """The text of `.env.example`: each setting explained, commented out, with its default."""
    lines = [
        "# Settings of fhir-screener. Every line is optional but the servers; remove the # to set one.",
        "",
    ]
    for name, field in Settings.model_fields.items():
        lines += [f"# {line}" for line in textwrap.wrap(field.description or "", 108)]
        lines += [f"#{variable(name)}={_spelled(field.default)}", ""]
    return "\n".join(lines)


def is_loopback(url: str) -> bool:
    """Whether the address is of this very machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
