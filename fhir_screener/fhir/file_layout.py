"""Whom a loss may concern, by what its file and the files beside it hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from fhir_screener.fhir.file_holdings import FEW, Holdings
from fhir_screener.fhir.file_loss import Loss


def reaching(files: list[Path]) -> Callable[[Loss], Loss]:
    """Finds out whom a loss may concern from what its file, and the others beside it, hold."""
    seen: dict[Path, Holdings] = {}

    def holdings(file: Path) -> Holdings:
        if file not in seen:
            seen[file] = Holdings.of(file)
        return seen[file]

    def reach(loss: Loss) -> Loss:
        mine = holdings(loss.file)
        if not loss.damaged:
            return replace(loss, owners=loss.owners if loss.owners is not None else mine.own)
        others = [holdings(one) for one in files if one != loss.file]
        others = [one for one in others if one.types]
        types, owners = _layout(mine, others)
        return replace(
            loss,
            types=loss.types if loss.types is not None else types,
            owners=loss.owners if loss.owners is not None else owners,
        )

    return reach


def _layout(mine: Holdings, others: list[Holdings]) -> tuple[frozenset[str] | None, frozenset[str] | None]:
    """(types, owners) of what a file may have lost, by how the source is laid out."""
    if mine.named and mine.types <= mine.named:
        return mine.named, None
    if others and all(len(one.patients) <= 1 for one in others):
        if 0 < len(mine.patients) < FEW:
            return None, mine.patients
        whose = [patient for one in others for patient in one.patients]
        if not mine.patients and len(whose) > 1 and len(whose) == len(set(whose)):
            return None, frozenset()
    if len(others) > 1 and len(mine.types) == 1 and all(len(one.types) == 1 for one in others):
        return mine.types, None
    return None, None
