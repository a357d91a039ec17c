"""Traditional Chinese read as simplified, in which the value sets and the phrases are written."""

from __future__ import annotations

from functools import lru_cache

from opencc import OpenCC


def simplified(text: str) -> str:
    """The text in simplified characters; Latin text, and what is simplified already, as it is."""
    return text if text.isascii() else _converter().convert(text).replace("醯", "酰")


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    return OpenCC("t2s")
