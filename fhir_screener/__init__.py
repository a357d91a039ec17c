"""Screens patient charts on a FHIR R4 server against the eligibility criteria of clinical trials.

    from fhir_screener import load_study, screen

`docs/python.md` shows how; `fhir_screener.api` says it exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fhir_screener.api import LoadedStudy, load_study, screen, screen_all

__all__ = ["LoadedStudy", "load_study", "screen", "screen_all"]


def __getattr__(name: str) -> Any:
    """The names of the API, brought in when asked for: `fhir-screener --help` needs none of it."""
    if name in __all__:
        from fhir_screener import api

        return getattr(api, name)
    raise AttributeError(f"module 'fhir_screener' has no attribute {name!r}")
