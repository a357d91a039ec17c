"""`check-digit`: a code that cannot be: the check digit of LOINC (mod 10) or SNOMED CT (Verhoeff) is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fhir_screener.studies.lint.study import Checked, Remark
from fhir_screener.terminology.check_digits import fits

NAME = "check-digit"


def check(checked: Checked) -> Iterator[Remark]:
    folder = checked.catalog.value_sets.folder
    for name, found in checked.sets.items():
        for entry in (*found.codes, *found.excluded):
            if not fits(entry.system, entry.code):
                what = f"{entry.code} ({entry.display}) is no code of {entry.system}: its check digit is wrong"
                remark = checked.error(NAME, (), what, "look the code up again")
                yield replace(remark, file=str(folder / f"{name}.yaml"), path="codes")
