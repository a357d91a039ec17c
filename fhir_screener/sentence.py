"""Sentences that are made when somebody reads them, in the language of whoever reads them.

A sentence is a template, which is an English message id for a gettext-like catalogue, and its parts. A part is data
(a date, a count, a name as recorded), which no language changes, or a sentence itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Translate = Callable[[str], str]
"""English template to the template in another language; gettext's `gettext` is one."""


class Sentence:
    """A template and its parts; never changed once made.

    `str()` is the English text; equal to all that reads the same, plain text included.
    """

    __slots__ = ("_english", "parts", "template")

    def __init__(self, template: str, parts: dict[str, Any] | None = None) -> None:
        self.template, self.parts = template, parts
        self._english: str | None = None

    def __str__(self) -> str:
        text = self._english
        if text is None:
            text = self._english = self.template.format_map(self.parts) if self.parts else self.template
        return text

    def __repr__(self) -> str:
        return repr(str(self))

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sentence | str) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __contains__(self, words: str) -> bool:
        return words in str(self)

    def render(self, translate: Translate) -> str:
        """The sentence in the language of `translate`, its parts included."""
        template = translate(self.template)
        if not self.parts:
            return template
        return template.format_map({name: render(part, translate) for name, part in self.parts.items()})


class Joined(Sentence):
    """Sentences and texts one after another, with the template between them."""

    __slots__ = ()

    def __str__(self) -> str:
        text = self._english
        if text is None:
            text = self._english = self.template.join(map(str, (self.parts or {}).values()))
        return text

    def render(self, translate: Translate) -> str:
        return translate(self.template).join(str(render(part, translate)) for part in (self.parts or {}).values())


Text = str | Sentence
"""What a person reads: a sentence to be made, or text as it stands."""


def say(template: str, /, **parts: Any) -> Sentence:
    """The sentence of this template; a template without parts is taken as it stands, braces and all."""
    return Sentence(template, parts or None)


def join(between: str, parts: Iterable[Text]) -> Text:
    """Texts with `between` between them; one alone as it is, none as "". Empty ones are left out."""
    kept = [part for part in parts if part]
    if len(kept) < 2:
        return kept[0] if kept else ""
    return Joined(between, {str(number): part for number, part in enumerate(kept)})


def render(text: Any, translate: Translate) -> Any:
    """A sentence in the language of `translate`; everything else as it is."""
    return text.render(translate) if isinstance(text, Sentence) else text
