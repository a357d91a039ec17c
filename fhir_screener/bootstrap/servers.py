"""The two FHIR servers as the settings describe them: sessions, what they can do, and who writes there."""

from __future__ import annotations

import hashlib
import hmac
from datetime import date
from pathlib import Path

from fhir_screener.bootstrap.once import once
from fhir_screener.errors import SettingsError
from fhir_screener.fhir.answer import Exchange
from fhir_screener.fhir.auth import Auth, BasicAuth, BearerAuth, BearerFile, NoAuth
from fhir_screener.fhir.capability import Capability, read_capability
from fhir_screener.fhir.server_plan import make_plan
from fhir_screener.fhir.server_source import ServerSource
from fhir_screener.fhir.session import FhirSession
from fhir_screener.fhir.task.identity import Identity
from fhir_screener.settings import Settings, variable
from fhir_screener.studies.load import Catalog, Loaded


def mappings_folder(settings: Settings) -> Path:
    """The folder of the setting, else that of the installed package, else that of the checkout."""
    return settings.mappings if settings.mappings is not None else own_mappings()


def catalog(settings: Settings) -> Catalog:
    """The studies of the mappings folder in force, as the site of the settings reads them."""
    return Catalog(mappings_folder(settings), settings.site)


def own_mappings() -> Path:
    """The folder that comes with the program."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "_mappings"
    return inside if inside.is_dir() else package.parent / "mappings"


class Servers:
    """Source and target. Sessions and capabilities are made when first asked for; `requests` counts the exchanges.

    Raises SettingsError when there is no source, or the demonstration key would be used on a real target.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.requests = 0

    @property
    def source_url(self) -> str:
        if self._settings.source_url is None:
            raise SettingsError(f"{variable('source_url')} is not set: name the FHIR server to read from")
        return self._settings.source_url

    @property
    def target_url(self) -> str:
        return self._settings.target_url or self.source_url

    @property
    def same(self) -> bool:
        """Whether charts and Tasks are on one server; where no source is named, whoever asks for Tasks alone needs none."""
        return self._settings.source_url == self.target_url

    @once
    def source(self) -> FhirSession:
        return self._session(self.source_url, "source", self._settings.allowed_origins)

    @once
    def target(self) -> FhirSession:
        return self.source if self.same else self._session(self.target_url, "target", ())

    @once
    def source_capability(self) -> Capability:
        return read_capability(self.source)

    @once
    def target_capability(self) -> Capability:
        return self.source_capability if self.same else read_capability(self.target)

    @once
    def identity(self) -> Identity:
        """Who writes: the key of the installation and the name of the source."""
        return Identity(self._settings.key(self.target_url), self._settings.source_name)

    @property
    def setup(self) -> str:
        """A fingerprint of what every worker of a sweep must share; it gives nothing away."""
        settings = self._settings
        told = (self.source_url, self.target_url, settings.source_name, settings.owner)
        return hmac.new(self.identity.key, "\n".join(told).encode(), hashlib.sha256).hexdigest()[:16]

    def close(self) -> None:
        """Close what is open."""
        for session in {id(s): s for s in (self.__dict__.get("source"), self.__dict__.get("target")) if s}.values():
            session.close()

    def _session(self, url: str, side: str, origins: tuple[str, ...]) -> FhirSession:
        settings = self._settings
        return FhirSession(
            url,
            _auth(settings, side),
            timeout=(settings.connect_timeout, settings.read_timeout),
            ca_bundle=settings.ca_bundle,
            proxy=settings.proxy,
            allowed_origins=origins,
            on_request=self._count,
            connections=settings.connections,
        )

    def _count(self, exchange: Exchange) -> None:
        self.requests += 1


def _auth(settings: Settings, side: str) -> Auth:
    kind = getattr(settings, f"{side}_auth")
    if kind == "basic":
        return BasicAuth(getattr(settings, f"{side}_user"), getattr(settings, f"{side}_password").get_secret_value())
    if kind == "bearer":
        file: Path | None = getattr(settings, f"{side}_token_file")
        return BearerFile(file) if file else BearerAuth(getattr(settings, f"{side}_token").get_secret_value())
    return NoAuth()


def server_source(
    settings: Settings,
    loaded: Loaded,
    url: str | None = None,
    *,
    as_of: date | None = None,
    servers: Servers | None = None,
) -> ServerSource:
    """The charts on the source server, read for these studies. `url`: instead of the setting, for a command's option.

    With `as_of`, no more is read than a study can use on that day; but where the site states that administrations are
    complete, and absence is an answer, those without a date are read too.
    """
    whole = "MedicationAdministration" in loaded.terminology.site.complete
    servers = servers or Servers(settings.but(source_url=url) if url else settings)
    capability = servers.source_capability
    return ServerSource(
        servers.source,
        capability,
        make_plan(loaded.studies, capability, settings.source_profile, None if whole else as_of),
        loaded.terminology,
        loaded.studies,
        cohort=_cohort(settings.cohort),
        connections=settings.connections,
    )


def _cohort(text: str) -> dict[str, object] | None:
    """The setting as a study file would say it; None: as each study says."""
    kind, _, name = text.partition(":")
    if kind == "study":
        return None
    return {kind: name or True}
