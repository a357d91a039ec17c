"""The worked patients that costly tests try: all of the first set, and a share of those held out.

`FHIR_SCREENER_TEST_EVERY_CASE=1` tries every one; which are in the share goes by their name alone.
"""

from __future__ import annotations

import os
import zlib
from pathlib import Path

CASES = Path(__file__).parents[1] / "cases"
SHARE = 12
"""One in so many of the held-out patients."""


def tried() -> list[Path]:
    """The folders of the cases to try, sorted."""
    found = sorted(path.parent for path in CASES.glob("*/*/expected.json"))
    if os.environ.get("FHIR_SCREENER_TEST_EVERY_CASE"):
        return found
    return [case for case in found if "held-out" not in case.parent.name or _in_share(case.name)]


def _in_share(name: str) -> bool:
    return zlib.crc32(name.encode()) % SHARE == 0
