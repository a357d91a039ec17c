"""Long patterns made of named parts."""

from __future__ import annotations


def any_of(*alternatives: str) -> str:
    """A pattern of whatever one of these matches."""
    return f"(?:{'|'.join(alternatives)})"
