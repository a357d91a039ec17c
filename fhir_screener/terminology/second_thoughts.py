"""A diagnosis or a drug whose own text doubts, denies or gives to somebody else what its code says: a person looks.

English, Chinese, and how German diagnoses begin.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Set

from fhir_screener.terminology.drug_phrases import drug_stance
from fhir_screener.terminology.phrases import hedged
from fhir_screener.terminology.stance import Stance

_SAME = frozenset({Stance.ASSERTED, Stance.PAST})
"""What may be said beside a code without doubt about it."""

_OPEN = re.compile(r"(?:\?|待查|待排|待除外|待定|待明确|待鉴别|待确诊|性质不明)\W*$")
"""A text that ends open."""
_TAIL = 40
"""Characters of a text that are looked at for how it ends."""
_GERMAN = re.compile(r"\W*(?:v\. ?a\.|z\. ?n\.|a\. ?e\.|verdacht|ausschluss|fraglich|zustand nach)(?![a-zäöü])")
"""So begin German diagnoses that are suspected, ruled out or over; their words are not read any further."""
_REMARK = re.compile(
    r"\bpresum\w+|\bsuspected\b|\bpossible\b|\bprobable\b|misdiagnos|\br/o\b|疑似|可疑|拟诊|误诊"
    r"|\b(?:due|secondary) to (?:\w+ ){0,2}(?:rituximab|drugs?|medication|therapy|treatment|chemo\w*|steroids?|immunosuppress\w*)\b"
    r"|\b(?:drug|rituximab|treatment|therapy)[- ](?:induced|related|associated)\b|药物(?:性|相关|所致)"
)
_OPERATED = re.compile(r"术后|\bs/p\b|\bstatus post\b|\bh/o\b")
"""These two no list of codes says of a disease: whoever writes them, in the place of a display too, means this patient."""


def second_thought(text: str, said: Set[Stance], *, own: bool, listed: bool) -> Stance | None:
    """What folded `text` makes of a diagnosis that has a code; None where it stands as coded.

    `said`: how the text means the names of the disease that stand in it. `own`: the words are the record's own; where they
    repeat a display, only what no list of names has is read. `listed`: they hold what the value set calls the code.
    """
    if (own and said and not _SAME & said) or _OPEN.search(text[-_TAIL:]) or _GERMAN.match(text):
        return Stance.DOUBTFUL
    if own:
        if not said:
            return Stance.DOUBTFUL if hedged(text) else None
        return Stance.PAST if said == {Stance.PAST} else None
    if listed:
        return None
    if _REMARK.search(text):
        return Stance.DOUBTFUL
    return Stance.PAST if _OPERATED.search(text) else None


def drug_second_thought(places: Iterable[tuple[str, int, int]]) -> Stance | None:
    """What a record's own words make of a drug that has a code, by the `places` that name it; None where it stands as coded.

    A question mark beside it is as often a trade mark that was lost on the way.
    """
    said = {drug_stance(words.replace("?", " "), start, end) for words, start, end in places}
    return Stance.DOUBTFUL if said and not _SAME & said else None
