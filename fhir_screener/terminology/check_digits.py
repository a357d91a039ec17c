"""Check digits of codes: mod 10 in LOINC (LOINC Users' Guide, appendix C), Verhoeff in SNOMED CT (its RF2 guide)."""

from __future__ import annotations

import re

from fhir_screener.terminology.coding import LOINC, SNOMED

_LOINC = re.compile(r"^(L[AP])?(\d+)-(\d)$")
_TIMES = [[(i + j) % 5 if i < 5 and j < 5 else 0 for j in range(10)] for i in range(10)]
for _i in range(10):
    for _j in range(10):
        _turned = (_i - _j) % 5 if _i >= 5 else (_i + _j) % 5
        _TIMES[_i][_j] = _turned + (0 if (_i < 5) == (_j < 5) else 5)
_TURNS = [list(range(10)), [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]]
while len(_TURNS) < 8:
    _TURNS.append([_TURNS[-1][_TURNS[1][k]] for k in range(10)])


def luhn(digits: str) -> bool:
    """Whether a number ends in its mod 10 check digit."""
    doubled = (sum(divmod(2 * int(d), 10)) if i % 2 else int(d) for i, d in enumerate(reversed(digits)))
    return sum(doubled) % 10 == 0


def verhoeff(digits: str) -> bool:
    """Whether a number ends in its Verhoeff check digit."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = _TIMES[check][_TURNS[place % 8][int(digit)]]
    return check == 0


def fits(system: str, code: str) -> bool:
    """Whether a code can be one of its system; True where the system has no check digit."""
    if system == SNOMED:
        return code.isascii() and code.isdigit() and 6 <= len(code) <= 18 and verhoeff(code)
    found = _LOINC.match(code) if system == LOINC else None
    if system != LOINC:
        return True
    # The digits of answers and parts weigh in their letters; those are left to whoever lists them.
    return found is not None and (bool(found.group(1)) or luhn(found.group(2) + found.group(3)))
