"""Settings of which some are wrong, for whoever looks into that (`doctor`): nothing else goes on with a part of them."""

from __future__ import annotations

from collections.abc import Mapping

from fhir_screener.errors import SettingsError
from fhir_screener.settings import PREFIX, Settings


def sifted(environ: Mapping[str, str]) -> tuple[Settings, dict[str, str]]:
    """The settings that hold, and {variable left out: what is wrong with it}, in the order in which they were found."""
    left, wrong = dict(environ), dict[str, str]()
    while True:
        try:
            return Settings.from_env(left), wrong
        except SettingsError as error:
            name = _at_fault(str(error), left)
            if name is None:
                raise
            wrong[name] = str(error)
            del left[name]


def _at_fault(message: str, given: Mapping[str, str]) -> str | None:
    """The first variable that the message names among those that are set."""
    words = message.replace(":", " ").split()
    return next((word for word in words if word.startswith(PREFIX) and word in given), None)
