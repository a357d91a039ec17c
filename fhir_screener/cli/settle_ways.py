"""The ways to settle, as a person may type them: by key, or by any words that a list or a page prints, in any language."""

from __future__ import annotations

from collections.abc import Iterator

from fhir_screener.cli.render import ways
from fhir_screener.cli.speech import Speech
from fhir_screener.errors import UsageError
from fhir_screener.i18n import LANGUAGES
from fhir_screener.screening.plain_words import settling, way_words
from fhir_screener.studies.load import Loaded


def ways_named(text: str, loaded: Loaded) -> frozenset[str]:
    """The ways of these studies that `text` names (`test: hbsag`, `test: HBsAg`, `HBsAg`). Raises UsageError for none."""
    known = {" ".join(one.settle.split()) for study in loaded.studies for one in study.criteria if one.settle}
    speeches = [Speech(language, loaded) for language in LANGUAGES]
    found = {way for way in known if _plain(text) in set(_spoken(way, speeches))}
    if not found:
        named = ", ".join(sorted(ways([way], speeches[0]) for way in known))
        raise UsageError(f"--settle: {text!r} is not known: one of {named}")
    return frozenset(found)


def _spoken(way: str, speeches: list[Speech]) -> Iterator[str]:
    yield _plain(way)
    for speech in speeches:
        yield from (_plain(ways([way], speech)), _plain(speech(way_words(way))), _plain(speech(settling(way))))


def _plain(text: str) -> str:
    return "".join(text.casefold().split()).replace("：", ":")
