"""`anchor`: an anchor that everybody gives a signal for, or a study for which nobody is named."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fhir_screener.studies.lint.study import Checked, Remark

NAME = "anchor"
_ABSENCE = re.compile(r"^\W*(?:no|not|without|absence of|free of|never|lack of|无|没有|未)\b", re.IGNORECASE)


def check(checked: Checked) -> Iterator[Remark]:
    anchor = checked.study.anchor
    if anchor.mode == "none" and not checked.study.cohort:
        yield checked.error(
            NAME, ("anchor",), "no anchor and no cohort", "name an anchor, or a cohort: all, {index: ...}"
        )
    for criterion in checked.study.criteria:
        if criterion.id not in anchor.ids:
            continue
        if criterion.role == "exclusion":
            what = f"{criterion.id} is an exclusion: it points to nobody"
            yield checked.error(NAME, ("anchor",), what, "anchor the study to an inclusion")
        elif criterion.rule.kind == "not" or _ABSENCE.match(criterion.text):
            what = f"{criterion.id} asks that something be absent: a chart never points to that"
            yield checked.error(NAME, ("anchor",), what, "anchor the study to what a record can show")
