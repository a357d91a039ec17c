"""Who is screened, by which studies, and how their Tasks are known again."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Self

from pydantic import BaseModel, Field, SecretStr, field_validator, model_validator

from fhir_screener.errors import SettingsError
from fhir_screener.settings.values import Listed, is_loopback, variable

DEMO_KEY = "demo-only-key-fhir-screener-not-a-secret"
"""The installation key of demo and tests: good for loopback servers only."""

_COHORT = re.compile(r"study|all|(?:group|list):[A-Za-z0-9.-]{1,64}|file:.+")


class ScreeningSettings(BaseModel):
    """The studies, the site, the cohort, and the key of the Tasks."""

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
        description="Who is read: study (as each study's file says), all, group:ID or list:ID (a FHIR Group or List),"
        " or file:PATH (patient ids, one a line).",
    )

    @field_validator("cohort")
    @classmethod
    def _known_cohort(cls, cohort: str) -> str:
        if not _COHORT.fullmatch(cohort):
            raise ValueError(f"{cohort!r} is no cohort: study, all, group:ID, list:ID, or file:PATH")
        return cohort

    @model_validator(mode="after")
    def _hard_to_guess(self) -> Self:
        key = self.installation_key.get_secret_value()
        if key and len(key) < 16:
            raise ValueError(f"{variable('installation_key')} must have 16 characters or more")
        return self

    @property
    def demo_key(self) -> bool:
        """Whether Task ids would be made with the demonstration key."""
        return self.installation_key.get_secret_value() in ("", DEMO_KEY)

    def key(self, target: str) -> bytes:
        """The key Task ids are made with; SettingsError if that is the demonstration key on a real server."""
        if not target:
            raise SettingsError(f"{variable('source_url')} is not set: name the FHIR server to read from")
        if self.demo_key and not is_loopback(target):
            raise SettingsError(
                f"{variable('installation_key')} is not set, and the target {target} is not this machine:"
                " Task ids made with the demonstration key can be guessed. Set it to a long random secret,"
                " the same on every machine, and keep it."
            )
        return (self.installation_key.get_secret_value() or DEMO_KEY).encode()
