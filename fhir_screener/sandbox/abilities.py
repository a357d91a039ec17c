"""What the server offers; taking something away imitates servers that lack it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Abilities:
    """`without` names resource types not offered; the switches turn interactions off as hospitals' servers do.

    `patient_lists` off: several patients in one search are refused. Pages hold `default_count` resources, and
    `max_count` at most, whatever `_count` asks for.
    """

    without: frozenset[str] = frozenset()
    client_ids: bool = True
    transactions: bool = True
    batches: bool = True
    conditional: bool = True
    patient_lists: bool = True
    default_count: int = 50
    max_count: int = 1_000
