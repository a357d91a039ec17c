"""Analytes whose mass and amount of substance are told apart by their molar mass alone: what UCUM cannot convert.

A table to be read and checked, not a library: an analyte that is not in it does not convert. Named by value set.
What no molar mass can convert stays `unreadable`: ng/mL of a protein given in international units, copies given in
international units (the factor is each assay's own), spots per million cells.
"""

from __future__ import annotations

from typing import NamedTuple


class Molar(NamedTuple):
    """Grams per mole, and where that is from."""

    mass: float
    source: str


MOLAR = {
    "bilirubin-total": Molar(584.67, "bilirubin, C33H36N4O6, from IUPAC atomic weights"),
    "creatinine": Molar(113.12, "creatinine, C4H7N3O, from IUPAC atomic weights"),
}


def molar_mass(analytes: frozenset[str]) -> float | None:
    """Grams per mole of the one analyte these value sets hold; None where there is none, or more than one."""
    found = {MOLAR[name].mass for name in analytes if name in MOLAR}
    return found.pop() if len(found) == 1 and analytes <= MOLAR.keys() else None
