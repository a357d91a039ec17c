"""Words of a sheet: sentences in a language, with the titles of value sets in place of their names."""

from __future__ import annotations

import re
from collections.abc import Callable

from fhir_screener.sentence import Text, Translate, render
from fhir_screener.terminology.terms import Terminology
from fhir_screener.terminology.valueset import ValueSet

_TITLE = re.compile("\x02([^\x1f]*)\x1f([^\x03]*)\x03")


class Terms:
    """Renders for one language; `title` of a value set in that language, English where it has none."""

    def __init__(self, language: str, translate: Translate, terminology: Terminology) -> None:
        self.language, self._translate = language, translate
        self._titles = {name: self.title(one) for name, one in terminology.sets.items()}

    def title(self, one: ValueSet) -> str:
        return (one.title_zh if self.language == "zh" else "") or one.title

    def __call__(self, text: str) -> str:
        """A message in the language; the name of a value set as a marked title."""
        title = self._titles.get(text)
        return f"\x02{text}\x1f{title}\x03" if title is not None else self._translate(text)

    def words(self, text: Text) -> str:
        """A sentence in the language, titles marked."""
        return str(render(text, self))

    def plain(self, text: Text) -> str:
        """A sentence in the language."""
        return str(render(text, self._translate))


def titles(text: str, show: Callable[[str, str], str], rest: Callable[[str], str] = str) -> str:
    """The text with each marked title as `show(name, title)`, and what lies between through `rest`."""
    parts, at = [], 0
    for found in _TITLE.finditer(text):
        parts += [rest(text[at : found.start()]), show(found.group(1), found.group(2))]
        at = found.end()
    return "".join([*parts, rest(text[at:])])
