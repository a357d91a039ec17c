"""The language of a page of the terminal: messages translated, value sets by their titles."""

from __future__ import annotations

from typing import Annotated

import typer

from fhir_screener.i18n import LANGUAGES, translator
from fhir_screener.sentence import Text, render
from fhir_screener.terminology.valueset import Terminology

LangOption = Annotated[str, typer.Option("--lang", help=f"Language: {' or '.join(LANGUAGES)}.")]


class Speech:
    """Says a message in one language. Raises UsageError for a language that is none here."""

    def __init__(self, language: str = "en", terminology: Terminology | None = None) -> None:
        self._translate = translator(language)
        sets = terminology.sets.values() if terminology is not None else ()
        self._titles = {one.name: (one.title_zh if language == "zh" else "") or one.title for one in sets}

    def __call__(self, text: Text) -> str:
        return str(render(text, self._message))

    def _message(self, text: str) -> str:
        return self._titles.get(text) or self._translate(text)
