"""`wrong-kind`: a value set of drugs where diagnoses are asked for, and the like. Nothing would ever match."""

from __future__ import annotations

from collections.abc import Iterator

from fhir_screener.studies.lint.study import Checked, Remark

NAME = "wrong-kind"


def check(checked: Checked) -> Iterator[Remark]:
    for use, name in checked.named():
        kind = checked.sets[name].kind
        if use.key.kinds and kind not in use.key.kinds:
            wanted = " or ".join(use.key.kinds)
            yield checked.error(NAME, use.path, f"{name!r} is a set of kind {kind}", f"a set of kind {wanted}")
