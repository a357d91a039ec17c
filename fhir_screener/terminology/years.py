"""Years that words name: "pulmonary tuberculosis 2010", 2010年肺结核."""

from __future__ import annotations

import re

_YEAR = re.compile(
    r"(?<![\d.,/])(?:19|20)\d\d(?![\d.,]*\d)(?!\s*(?:iu|u/|cop|mg|mcg|ug|μg|g\b|ml|units?\b|拷贝|单位|毫克|国际单位))",
    re.IGNORECASE,
)


def years_in(words: str) -> list[str]:
    """The years, as written, the newest first; an amount of something is none."""
    return sorted(_YEAR.findall(words), reverse=True)
