"""Dose equivalents between drugs of one class: data with its source, as intervals where sources disagree."""

from __future__ import annotations

from collections.abc import Mapping

Ratio = tuple[float, float]
"""mg of the reference drug per mg of this drug: (lowest, highest) ratio on record."""

PREDNISONE: Mapping[str, Ratio] = {
    "prednisone": (1.0, 1.0),
    "prednisolone": (1.0, 1.0),
    "methylprednisolone": (1.25, 1.25),
    "triamcinolone": (1.25, 1.25),
    "dexamethasone": (5 / 0.75, 5 / 0.75),
    "betamethasone": (5 / 0.75, 5 / 0.6),
    "hydrocortisone": (0.25, 0.25),
    "cortisone": (0.2, 0.2),
    "deflazacort": (5 / 7.5, 5 / 6),
}
"""Anti-inflammatory potency, oral or intravenous: prednisone 5 mg = methylprednisolone 4 mg = dexamethasone 0.75 mg =
hydrocortisone 20 mg = cortisone 25 mg (globalrph.com corticosteroid converter; BMC Pharmacol Toxicol 2017;18:1 for
deflazacort, whose ratio is disputed, as is that of betamethasone)."""

TABLES: Mapping[str, Mapping[str, Ratio]] = {"prednisone": PREDNISONE}
"""By the name a study file uses in `dose: {in: ...}`."""
