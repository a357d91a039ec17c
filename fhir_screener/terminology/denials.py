"""Words that deny a term: by its own clause, behind it, or as one of a list. English and Chinese."""

from __future__ import annotations

import re

from fhir_screener.terminology.denial_words import NEGATED_AFTER, NOT_SO, denies, ends_apart, is_of_something_else
from fhir_screener.terminology.stance import Stance

_ASKED = re.compile(r"\s?[?？](?!\W*(?:no|none|nil|无|否|未)\b)")
"""Right behind a term that is denied: it is not known."""
_SAYS_SO = re.compile(r"\W{0,2}(?:有(?!无)|yes\b|\(\+)|\W?:\W?(?:positive|阳性|是)")
"""Right behind a term: it is there, whatever was denied before it."""
# What of the words beside the term still makes it one of a list.
_LISTED = re.compile(
    r"^\W*(?:(?:or|nor|and|any|other|及|和|或|与|以及|等)\b\W*)?#\W*"
    r"(?:disease|infection|history|etc|病|病史|史|感染|等|表现|征象|病灶|接触史|病变)*\W*$"
)
_JOINED = re.compile(r"^\W*(?:or|nor|及|和|或|与|以及)\b|^(?:及|和|或|与|以及)")
_ITEM = r"[\w'/-]+(?: [\w'/-]+){0,3}"
_LAST_OF_LIST = re.compile(rf"^(?:\W*{_ITEM} n?or)?\W*#(?:\W*n?or {_ITEM})?\W*$")
"""The last two of a list: "no TB, hepatitis B or malignancy" denies all three."""
# Words that make a clause of its own: what stands there is found, not listed.
_FOUND = re.compile(
    r"\b(?:is|are|was|has|have|had|with|shows?|showing|seen|noted|found|present|consistent|compatible|suggests?|suggestive"
    r"|diagnos\w+|confirmed|known|on|taking|takes|received|treated|started)\b"
    r"|示|可见|见|符合|诊断|确诊|提示|伴|患|予|服|使用|治疗|给予|加用|开始|阳性"
)
_ALL_DENIED = re.compile(
    r"(?:、[^,。;]{1,20})*(?:均|皆|都)(?:为|呈)?(?:阴性|未见|排除)"
    r"|(?:, [a-z0-9 /-]{1,25})*,? (?:and|or) (?![^,;]*\b(?:test|culture|smear|screen))[a-z0-9 /-]{1,25}? negative\b"
)
_NOT_ACTIVE = re.compile(r"(?:\b(?:no|not|without)\b(?: \w+){0,3} active|(?:无|非|未见|未提示)活动性?)\W*$")
_NO_MORE = re.compile(
    r"\b(?:residual|recurrent|relapsed|remaining|persist\w+|further|more|new)\W+(?:\w+\W+){0,2}$|(?:残留|残余|复发|新发)性?的?\W*$"
)
_NOT_AGAIN = re.compile(r"\W*(?:recurren|relaps|progress|persist|residu|复发|再发|残留|残余|进展|转移)")
"""That there is no more of it, or not again, says that it was there."""
_ACTIVE_OR_NONE = re.compile(r"tuberc|tb\b|mycobact|infect|sepsis|pneumon|bleed|结核|感染|肺炎|脓毒")
"""Of these "no active" and "no new" mean none now; of other diseases that they are at rest, which is not that they never were."""
_SMEAR = re.compile(r"\w*(?:肺结核|pulmonary tuberculosis)\W*\(-\)")
"""Of tuberculosis of the lungs the sign is as often that of its smear."""
_DENIED_BEHIND = re.compile(
    r"\W{1,3}(?:(?:has been|have been|was|is|were|now|since|已经?|现已|后)\W*)*(?:ruled out|excluded|refuted|disprove[dn]|被?排除|除外)"
    r"(?=\W*$|[.;。；,，)]|\W+(?:by|after|on|with|in|via|per|at)\b)"
)
"""Behind a comma: the term is denied as a whole, and not what else would be named."""
_NOT_REALLY = re.compile(
    r"(?:\bpseudo-? ?|\bfalse |\bphantom |\bsympathetic |\bnon-|假性|伪|(?:^|[\s,，、(（])类"
    r"|\b(?:mimic\w*|masquerad\w*(?: as)?|simulat\w+|mis(?:taken|diagnosed|labell?ed|interpreted) (?:for|as))(?: of)?(?: an?| the)? "
    r"|mis(?:diagnosed|labell?ed) |误诊(?:为|成|是)?)$"
)
"""Right before a term: what only looks like it, or was taken for it by mistake."""
_SIGN_OF = re.compile(
    r"\b(?:(?P<to>to (?:suggest|indicate|support|imply))|suggest(?:ing|ive of)|indicati(?:ng|ve of)|(?:suspicious|concerning|worrisome) for"
    r"|(?:consistent|compatible) with|(?:typical|characteristic|diagnostic) (?:of|for))\W*(?:an? |the |any |active )?$"
)
"""Right before a term: what was looked for, "no nodule or mass to suggest it"."""


def denied(before: str, own: str, term: str, after: str, rest: str) -> Stance | None:
    """Whether the term is denied: by its own clause, or as one of a list that began with a denial.

    A denial before a comma may end there: what follows is denied as one of a list, asserted where its words make a
    clause of their own, and in doubt between the two.
    """
    if _NOT_REALLY.search(own):
        return Stance.NEGATED
    if denies(own):
        return (
            Stance.DOUBTFUL
            if is_of_something_else(own)
            or _SAYS_SO.match(after)
            or _ASKED.match(after)
            or (_at_rest(own, after) and not _ACTIVE_OR_NONE.search(term))
            else Stance.NEGATED
        )
    if _DENIED_BEHIND.match(rest):
        return Stance.NEGATED
    if re.match(r"\W*(?:" + NEGATED_AFTER + r")", after) or _ALL_DENIED.match(rest):
        return Stance.DOUBTFUL if _SMEAR.match(term + after) else Stance.NEGATED
    if not denies(before):
        return None
    if sign := _SIGN_OF.search(own):
        looked_for = own[: sign.start()]
        if not _FOUND.search(looked_for) and (sign["to"] or re.search(r"\bn?or\b", looked_for)):
            return Stance.NEGATED
    around = own + "#" + after
    if _JOINED.match(own):
        return Stance.NEGATED
    if _LISTED.match(around):
        return Stance.DOUBTFUL if ends_apart(before, rest) else Stance.NEGATED
    if _FOUND.search(around):
        return None
    # "Not compliant, lymphoma or sarcoma": what is not so is no list of what is not there.
    lists = denies(re.sub(NOT_SO, " ", before))
    return Stance.NEGATED if lists and _LAST_OF_LIST.match(around) else Stance.DOUBTFUL


def _at_rest(own: str, after: str) -> bool:
    """Whether only its activity, its return or its rest is denied."""
    return bool(_NOT_ACTIVE.search(own) or _NO_MORE.search(own) or _NOT_AGAIN.match(after))
