"""Every setting, read once at the edge from a mapping handed in. Names are a wire contract: changes only add.

The setting `source_url` is the variable `FHIR_SCREENER_SOURCE_URL`. Lists have commas; empty is unset.
"""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from fhir_screener.errors import SettingsError
from fhir_screener.settings.mail import MailSettings
from fhir_screener.settings.pages import PageSettings
from fhir_screener.settings.refusal import plainly
from fhir_screener.settings.screening import DEMO_KEY, ScreeningSettings
from fhir_screener.settings.servers import ServerSettings
from fhir_screener.settings.sweeps import SweepSettings
from fhir_screener.settings.values import PREFIX, TEST_PREFIX, is_confidential, is_loopback, spelled, variable

__all__ = ["DEMO_KEY", "PREFIX", "TEST_PREFIX", "Settings", "env_example", "is_confidential", "is_loopback", "variable"]


class Settings(MailSettings, PageSettings, SweepSettings, ScreeningSettings, ServerSettings, BaseSettings):
    """All settings, frozen. Build with `from_env` or `build`; the constructor reads no environment.

    Their order, in `.env.example` for one, is that of the parts from the last to the first.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True)

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
            raise SettingsError(name + plainly(first["msg"])) from None

    def but(self, **changes: Any) -> Self:
        """These settings with some changed (a command line's options); checked again."""
        return self.build({name: getattr(self, name) for name in self.model_fields_set} | changes)

    def environment(self) -> dict[str, str]:
        """The variables that make these settings again, secrets included: for a child process, never for a log."""
        return {variable(name): spelled(getattr(self, name)) for name in sorted(self.model_fields_set)}


def env_example() -> str:
    """The text of `.env.example`: each setting explained, commented out, with its default."""
    lines = [
        "# Settings of fhir-screener. Every line is optional but the servers; remove the # to set one.",
        "",
    ]
    for name, field in Settings.model_fields.items():
        lines += [f"# {line}" for line in textwrap.wrap(field.description or "", 108)]
        lines += [f"#{variable(name)}={spelled(field.default)}", ""]
    return "\n".join(lines)
