"""Which release of the program this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def product_version() -> str:
    """The version that is installed, "0" where none is."""
    try:
        return version("fhir-screener")
    except PackageNotFoundError:
        return "0"
