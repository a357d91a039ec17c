"""The sign-off sheet of a study: `content` says what is on it, `markdown` and `html` how it looks."""

from __future__ import annotations

from fhir_screener.studies.sheet.content import FEW, Codes, Sheet, sheet_of
from fhir_screener.studies.sheet.html import html
from fhir_screener.studies.sheet.markdown import markdown

__all__ = ["FEW", "Codes", "Sheet", "html", "markdown", "sheet_of"]
