"""Who the patients are: sex, birth date and an invented name. No name here belongs to anybody.

Chinese names are a surname and two signs of the sixty-year cycle; English ones a tree and a mineral.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from fhir_screener.sandbox.hospital.dates import months_back

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡林郭何高罗"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_TREES = (
    "Alder", "Ash", "Aspen", "Beech", "Birch", "Cedar", "Elm", "Fir", "Hazel", "Holly", "Juniper", "Larch", "Linden",
    "Maple", "Oak", "Pine", "Rowan", "Willow",
)  # fmt: skip
_MINERALS = (
    "Agate", "Basalt", "Beryl", "Chert", "Diorite", "Feldspar", "Flint", "Gneiss", "Gypsum", "Mica", "Opal", "Quartz",
    "Schist", "Slate", "Talc", "Zircon",
)  # fmt: skip


class Who(NamedTuple):
    """Whom a situation can befall: sexes out of m(ale), f(emale), u(nknown); years of age, both ends included."""

    sexes: str
    youngest: int
    oldest: int

    def meet(self, other: Who) -> Who | None:
        """Those who fit both, or None."""
        sexes = "".join(sex for sex in self.sexes if sex in other.sexes)
        low, high = max(self.youngest, other.youngest), min(self.oldest, other.oldest)
        return Who(sexes, low, high) if sexes and low <= high else None


ADULT = Who("mf", 20, 79)
ELDER = Who("mf", 50, 79)
MAN = Who("m", 20, 79)
OLDER_MAN = Who("m", 55, 79)
WOMAN = Who("f", 20, 79)
FERTILE_WOMAN = Who("f", 20, 49)
OLDER_WOMAN = Who("f", 58, 79)
YOUNG_MOTHER = Who("f", 22, 42)
SEX_UNKNOWN = Who("u", 25, 50)
CHILD = Who("mf", 2, 15)


@dataclass(slots=True)
class Person:
    """One patient before any illness. `recorded_birth` is the FHIR date in the register (perhaps only a year)."""

    id: str
    sex: str
    birth: date
    recorded_birth: str
    chinese: bool
    name: dict[str, object]

    def age(self, day: date) -> int:
        """Completed years on a day."""
        return day.year - self.birth.year - ((day.month, day.day) < (self.birth.month, self.birth.day))


def invent(patient_id: str, who: Who, as_of: date, rng: random.Random) -> Person:
    """A person of this kind, never within two days of a birthday: ages must not hang on the edge by chance."""
    age = rng.randint(who.youngest, who.oldest)
    birth = months_back(as_of, 12 * age) - timedelta(days=rng.randint(3, 360))
    sex = {"m": "male", "f": "female", "u": "unknown"}[rng.choice(who.sexes)]
    chinese = rng.random() < 0.6
    recorded = birth.isoformat()
    if age > 20 and rng.random() < 0.04:
        recorded = recorded[: rng.choice((4, 7))] if age not in range(54, 58) else recorded
    return Person(patient_id, sex, birth, recorded, chinese, _name(chinese, rng))


def _name(chinese: bool, rng: random.Random) -> dict[str, object]:
    if chinese:
        family, given = rng.choice(_SURNAMES), rng.choice(_STEMS) + rng.choice(_BRANCHES)
        return {"use": "official", "text": family + given, "family": family, "given": [given]}
    family, given = rng.choice(_MINERALS), rng.choice(_TREES)
    return {"use": "official", "text": f"{given} {family}", "family": family, "given": [given]}
