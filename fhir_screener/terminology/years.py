"""Years that words name: "pulmonary tuberculosis 2010", 2010年肺结核."""

from __future__ import annotations

import re

_YEAR = re.compile(
    r"(?<![\d.,/])(?:19|20)\d\d(?![\d.,]*\d)(?!\s*(?:iu|u/|cop|mg|mcg|ug|μg|g\b|ml|units?\b|拷贝|单位|毫克|国际单位))",
    re.IGNORECASE,
)


_OF_A_LIST = re.compile(
    r"(?:\b(?:who|icd(?:-?1[01])?(?:-\w+)?|ajcc|figo|acr|eular|kdigo|criteria|edition|version|guidelines?|covid)|标准|指南)[\s,/(（:-]*$",
    re.IGNORECASE,
)
_EDITION = re.compile(r"\s*(?:edition|criteria|classification|guideline|version|版|标准|指南)", re.IGNORECASE)
"""Around a year that is one of a classification: "DLBCL (WHO 2008)"."""


def years_in(words: str) -> list[str]:
    """The years, as written, the newest first; an amount of something is none, nor the year of a classification."""
    found = (
        one[0]
        for one in _YEAR.finditer(words)
        if not _OF_A_LIST.search(words, max(0, one.start() - 20), one.start()) and not _EDITION.match(words, one.end())
    )
    return sorted(found, reverse=True)
