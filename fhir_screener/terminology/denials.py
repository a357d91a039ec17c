"""Words that deny a term: by its own clause, behind it, or as one of a list. English and Chinese."""

from __future__ import annotations

import re

from fhir_screener.terminology.patterns import any_of
from fhir_screener.terminology.stance import Stance

NEGATED_BEFORE = any_of(
    r"\bno\b|\bnot\b|\bwithout\b|\bnever\b|\bdenies\b|\bdenied\b|\bunlikely\b|\bneither\b",
    r"\b(?:is|was|has|have|had|did|does|do)n['\u2019]t\b",
    r"\bneg(?:ative)? for\b|no evidence of|no sign of|absence of|free of",
    r"ruled out|rule out negative|\bexclud(?:ed|es)\b|\bexcept\b|\bexcluding\b",
    r"无|非|没有|否认|排除|除外|不支持|不考虑|不是|不像|不符合?|不提示",
    r"未见|未发现|未提示|未使用|未患|未得过|从未|未曾|未用|未服用|未能?(?:检|查|找|培养|分离)|未(?:曾|再)?$",
)
_NO_CHANGE = any_of(
    r"\b(?:no|without|absence of)(?: \w+){0,2} (?:change|improvement|progress|progression|response|regression|symptoms?)\b",
    r"\bnot (?:only|chang|improv|respon|resolv|cured|healed|controlled|stable|previously known)\w*",
    r"\b(?:no|not|without)(?: yet)?(?: in)?(?: (?:complete|partial|full|sustained|clinical))? remission\b",
    r"\b(?:is|was|has|have|had|did|does|do)n['\u2019]t (?:chang|improv|respon|resolv|compl|adher|take|treat|heal)\w*",
    r"无(?:明显|显著|著|特殊)?(?:变化|改变|好转|吸收|进展|症状)|未(?:愈|治愈|痊愈|好转|控制)",
)
_NO_TREATMENT = any_of(
    r"\b(?:never|not(?: yet)?)[ -](?:been )?treated\b|\bdo(?:es)? not take (?:\w+ )?(?:drugs|medication|medicine)s?\b",
    r"\bnot (?:compli\w*|adher\w*|well) (?:with|to|because|due)\b",
    r"未(?:经|经过|正规|规律|规范|系统|予|行){0,3}(?:抗\w{1,4})?(?:治疗|诊治|处理)",
)
_NO_DOUBT = r"\b(?:no|without)(?: a| any)? (?:doubt|question(?! of)|uncertainty)\b|\bno \d"
_NO_RELAPSE = r"\bno (?:\w+ )?(?:relapse|recurrence) (?:of|from)\b"
_NO_KIND = any_of(
    r"无功能性?|非特指|无法(?:分类|分型|手术|切除|根治|治愈|耐受)|\bnot (?:otherwise|elsewhere) (?:specified|classified)\b"
)
_PART_OF_A_WORD = r"无(?:明显|显著|著)?(?:诱因|原因)|无(?:创|意中|反应性)|非(?:典型|空洞|复杂|特异)性?|非常|无痛|无力"
# Words of negation that deny a change or a complaint, not the term that follows.
_NOT_NEGATION = any_of(_NO_CHANGE, _NO_TREATMENT, _NO_DOUBT, _NO_RELAPSE, _NO_KIND, _PART_OF_A_WORD)
_DENIAL = r"(?:\b(?:no|not|without|never|den(?:y|ies|ied))\b|无|未|否认|没有)"
_OF_ANOTHER_THING = (
    r"\b(?:no|without|not)\b(?: \w+){0,2} "
    r"(?:alternative|worsening|side effects?|complications?|cure|treatment|therapy|against)\b"
)
_BUT_FOR = any_of(r"\b(?:except(?: for| of)?|other than|than|besides|(?:apart|aside) from)\b", r"除(?:了|外)?")
_SOME_DAY = r"\d{4}\W|\d ?(?:年|个?月|周|天)前|\d (?:year|month|week|day)s? ago\b|\d{4}年"
_ONE_WHO_HAS = (
    r"(?:[无未]|否认|没有)(?!(?:既往|曾|过去|目前|现|患者|本人|家族|家中|家里|家庭|任何|明确|其他|亲属|成员|中|内|\W)*有)"
    r"[^.;。；]+(?<![没未无具所含])有\W*\w{0,4}$"
)
_NOT_QUITE = any_of(
    r"\bnot (?:a )?typical\b|\b(?:no|without) (?:fever|cough|pain|jaundice|weight loss|night sweats) (?!or\b|and\b|nor\b|,)",
    r"非活动性?\W*$|无[^,，。;；、]{0,6}(?:转移|复发|浸润)性?\W*$",
    r"无(?!明[确显]|任何|确切|典型|活动)[^,，。;；、]{1,10}的\W*$",
)
_OF_SOMETHING_ELSE = re.compile(
    any_of(
        _NOT_QUITE,
        _OF_ANOTHER_THING,
        rf"{_DENIAL}[^.;。；]*?{_BUT_FOR}\W*(?:\w+ )?$",
        rf"{_DENIAL}[^.;。；]*?(?:{_SOME_DAY})[^.;。；]*$",
        _ONE_WHO_HAS,
    )
)
"""Before a term: a denial that may be of what stands beside it."""
_ASKED = re.compile(r"\s?[?？](?!\W*(?:no|none|nil|无|否|未)\b)")
"""Right behind a term that is denied: it is not known."""
_SAYS_SO = re.compile(r"\W{0,2}(?:有(?!无)|yes\b|\(\+)|\W?:\W?(?:positive|阳性|是)")
"""Right behind a term: it is there, whatever was denied before it."""
NEGATED_AFTER = (
    r"(?:has been |was |is |were )?(?:ruled out|excluded(?! from)|refuted|unlikely(?! to (?!be\b|have\b))"
    r"|not found(?! to be)|not seen|not taken|absent(?! from)|neg(?:ative)?\b(?! pressure)|\(-\))"
    r"|(?:was |is |were )?not (?:detected|isolated|identified|grown|present)(?! (?:until|before|till))"
    r"|未能?(?:检|查|找|培养|分离|生长)|无生长"
    r"|none\b(?! the)|no\b(?!\W*\w)|无(?!\w)|已?被?(?:排除|除外)|不支持|阴性|未见|不考虑|(?:的?诊断)?不(?:能)?(?:成立|符合)"
    r"|(?:tests?|screen(?:ing)?|serology|(?:infection )?status)\W*(?:is |was |were )?neg(?:ative)?\b"
    r"|(?:试验|检测|检查|筛查)\W*(?:为|呈)?阴性"
)

# What of the words beside the term still makes it one of a list.
_LISTED = re.compile(
    r"^\W*(?:(?:or|nor|and|any|other|及|和|或|与|以及|等)\b\W*)?#\W*"
    r"(?:disease|infection|history|etc|病|病史|史|感染|等|表现|征象|病灶|接触史|病变)*\W*$"
)
_JOINED = re.compile(r"^\W*(?:or|nor|及|和|或|与|以及)\b|^(?:及|和|或|与|以及)")
_ITEM = r"[\w'/-]+(?: [\w'/-]+){0,3}"
_LAST_OF_LIST = re.compile(rf"^(?:\W*{_ITEM} n?or)?\W*#(?:\W*n?or {_ITEM})?\W*$")
"""The last two of a list: "no TB, hepatitis B or malignancy" denies all three."""
_NOT_SO = r"\bnot (?!ha(?:d|ve)\b)"
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
_ACTIVE_OR_NONE = re.compile(r"tuberc|tb\b|mycobact|infect|sepsis|pneumon|bleed|结核|感染|肺炎|脓毒")
"""Of these "no active" means none now; of other diseases that they are at rest, which is not that they never were."""
_DENIED_BEHIND = re.compile(
    r"\W{1,3}(?:(?:has been|have been|was|is|were|now|since|已经?|现已|后)\W*)*(?:ruled out|excluded|refuted|被?排除|除外)"
    r"(?=\W*$|[.;。；,，)]|\W+(?:by|after|on|with|in|via|per|at)\b)"
)
"""Behind a comma: the term is denied as a whole, and not what else would be named."""
_NOT_REALLY = re.compile(r"(?:\bpseudo-? ?|\bfalse |\bphantom |\bsympathetic |\bnon-|假性|伪|(?:^|[\s,，、(（])类)$")
"""Right before a term: what only looks like it."""


def denied(before: str, own: str, term: str, after: str, rest: str) -> Stance | None:
    """Whether the term is denied: by its own clause, or as one of a list that began with a denial.

    A denial before a comma may end there: what follows is denied as one of a list, asserted where its words make a
    clause of their own, and in doubt between the two.
    """
    if _NOT_REALLY.search(own):
        return Stance.NEGATED
    if re.search(NEGATED_BEFORE, re.sub(_NOT_NEGATION, " ", own)):
        return (
            Stance.DOUBTFUL
            if _OF_SOMETHING_ELSE.search(own)
            or _SAYS_SO.match(after)
            or _ASKED.match(after)
            or (_NOT_ACTIVE.search(own) and not _ACTIVE_OR_NONE.search(term))
            else Stance.NEGATED
        )
    if _DENIED_BEHIND.match(rest):
        return Stance.NEGATED
    if re.match(r"\W*(?:" + NEGATED_AFTER + r")", after) or _ALL_DENIED.match(rest):
        return Stance.NEGATED
    if not re.search(NEGATED_BEFORE, re.sub(_NOT_NEGATION, " ", before)):
        return None
    around = own + "#" + after
    if _LISTED.match(around) or _JOINED.match(own):
        return Stance.NEGATED
    if _FOUND.search(around):
        return None
    # "Not compliant, lymphoma or sarcoma": what is not so is no list of what is not there.
    lists = re.search(NEGATED_BEFORE, re.sub(_NOT_SO, " ", re.sub(_NOT_NEGATION, " ", before)))
    return Stance.NEGATED if lists and _LAST_OF_LIST.match(around) else Stance.DOUBTFUL
