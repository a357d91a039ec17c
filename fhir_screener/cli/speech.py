"""The language of a page of the terminal: messages translated, value sets by their titles, tests as they are ordered."""

from __future__ import annotations

from typing import Annotated

import typer

from fhir_screener.i18n import NONE, translator
from fhir_screener.sentence import Text, render
from fhir_screener.studies.load import Loaded

LangOption = Annotated[str, typer.Option("--lang", metavar="en|zh", help="The language it is said in.")]


class Speech:
    """Says a message in one language. Raises UsageError for a language that is none here."""

    def __init__(self, language: str = "en", loaded: Loaded | None = None) -> None:
        self._translate = translator(language, loaded.names(language) if loaded is not None else NONE)

    def __call__(self, text: Text) -> str:
        return str(render(text, self._translate))
