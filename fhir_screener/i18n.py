"""Languages: the messages of `locale/<language>/LC_MESSAGES/fhir_screener.po`, read when they are first asked for.

English is what the messages are written in. A message without a translation stays English; a test sees to it that there is
none. `tools/messages.py` keeps the catalogues up to date.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from fhir_screener.errors import UsageError
from fhir_screener.sentence import Translate

LANGUAGES = ("en", "zh")
NONE: Mapping[str, str] = MappingProxyType({})
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


@cache
def said_in(folder: str) -> tuple[str, ...]:
    """The messages that the modules of a folder of the package say (`criteria`), as the catalogues tell."""
    from babel.messages.pofile import read_po

    with catalogue(LANGUAGES[-1]).open("rb") as file:
        found = read_po(file)
    start = f"fhir_screener/{folder}/"
    return tuple(str(one.id) for one in found if one.id and any(path.startswith(start) for path, _ in one.locations))


def translator(language: str, names: Mapping[str, str] = NONE) -> Translate:
    """What makes English messages those of a language; `names` are messages of a study of its own, in that language.

    Raises UsageError.
    """
    if language not in LANGUAGES:
        raise UsageError(f"{language!r} is no language here: {', '.join(LANGUAGES)}")
    known = messages(language) if language != "en" else NONE
    if not known and not names:
        return str
    return lambda text: names.get(text) or known.get(text, text)
