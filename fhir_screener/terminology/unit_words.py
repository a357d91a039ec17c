"""UCUM units as people write them: `mL/min/{1.73_m2}` as `mL/min/1.73 m2`, `[IU]/mL` as `IU/mL`, `10*9/L` as `10^9/L`.

For reading only; what is compared and converted stays UCUM (https://ucum.org/ucum, sections 12 and 22).
"""

from __future__ import annotations

import re
from functools import lru_cache

_SPELLINGS = (
    ("[IU]", "IU"),
    ("[iU]", "IU"),
    ("[arb'U]", "arb. U"),
    ("[HPF]", "HPF"),
    ("[LPF]", "LPF"),
    ("10*", "10^"),
    ("mm[Hg]", "mmHg"),
    ("Cel", "°C"),
    ("[degF]", "°F"),
)


@lru_cache(maxsize=4096)
def readable(unit: str) -> str:
    """This unit without the brackets that are UCUM's own; whatever else stands there stays."""
    for ucum, written in _SPELLINGS:
        unit = unit.replace(ucum, written)
    return re.sub(r"(\w?)\{([^{}]*)\}", _unwrapped, unit)


def _unwrapped(found: re.Match[str]) -> str:
    before, words = found.groups()
    return f"{before} {words}".strip().replace("_", " ")
