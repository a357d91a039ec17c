"""The hospital's formulary (`catalogue/drugs.txt`): each drug with the codes its records carry."""

from __future__ import annotations

import re
from typing import NamedTuple

from fhir_screener.sandbox.hospital import catalogue
from fhir_screener.sandbox.hospital.systems import Json, concept

ROUTES: dict[str, Json] = {
    "oral": concept("sct", "26643006", "Oral route"),
    "iv": concept("sct", "47625008", "Intravenous route"),
    "sc": concept("sct", "34206005", "Subcutaneous route"),
    "im": concept("sct", "78421000", "Intramuscular route"),
    "topical": concept("sct", "6064005", "Topical route"),
    "eye": concept("sct", "54485002", "Ophthalmic route"),
    "inhaled": concept("sct", "447694001", "Respiratory tract route"),
}
_COUNTED = re.compile(r"(.*) \[([\d.]+) (tablet|capsule)\]$")


class Product(NamedTuple):
    """A product-level RxNorm code; `strength` in mg of one `unit` (tablet, capsule), 0 where it is not counted so."""

    code: str
    display: str
    strength: float
    unit: str


class Drug(NamedTuple):
    """`rxnorm` is the ingredient's code ("" where none exists), `atc` current and retired codes."""

    name: str
    chinese: str
    rxnorm: str
    atc: tuple[str, ...]
    route: str
    products: tuple[Product, ...]
    local: str


def _product(line: str) -> Product:
    code, display = line.split(maxsplit=1)
    if counted := _COUNTED.match(display):
        return Product(code, counted[1], float(counted[2]), counted[3])
    return Product(code, display, 0, "")


def _read() -> dict[str, Drug]:
    found: dict[str, Drug] = {}
    name = ""
    for line in catalogue.lines("drugs.txt"):
        if line.startswith(" "):
            drug = found[name]
            found[name] = drug._replace(products=(*drug.products, _product(line.strip())))
        else:
            name, chinese, rxnorm, atc, route = (part.strip() for part in line.split("|"))
            local = f"YP{4000 + 13 * len(found)}"
            found[name] = Drug(name, chinese, rxnorm, tuple(atc.split()), route, (), local)
    return found


DRUGS = _read()
