"""Languages: the messages of `locale/<language>/LC_MESSAGES/fhir_screener.po`, read when they are first asked for.

English is what the messages are written in. A message without a translation stays English; a test sees to it that there is
none. `tools/messages.py` keeps the catalogues up to date.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from fhir_screener.errors import UsageError
from fhir_screener.sentence import Translate

LANGUAGES = ("en", "zh")
LOCALE = Path(__file__).parent / "locale"


def catalogue(language: str) -> Path:
    """The file of a language's messages."""
    return LOCALE / language / "LC_MESSAGES" / "fhir_screener.po"


@cache
def messages(language: str) -> dict[str, str]:
    """{English: translated}, without what is not translated; read-only, and read once."""
    from babel.messages.pofile import read_po  # slow to import, and English needs none of it

    with catalogue(language).open("rb") as file:
        found = read_po(file)
    return {str(one.id): str(one.string) for one in found if one.id and one.string and not one.fuzzy}


def translator(language: str) -> Translate:
    """What makes English messages those of a language. Raises UsageError."""
    if language not in LANGUAGES:
        raise UsageError(f"{language!r} is no language here: {', '.join(LANGUAGES)}")
    if language == "en":
        return str
    known = messages(language)
    return lambda text: known.get(text, text)
