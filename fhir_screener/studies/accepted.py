"""Warnings that a study accepts: a choice, with its reason, in the study file itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Accepted:
    """A warning by name, the criteria it is accepted at (none: everywhere), and why."""

    warning: str
    at: tuple[str, ...]
    why: str
