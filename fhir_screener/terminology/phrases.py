"""A small, visible table of phrases: what the words around a term make of it. English and Chinese.

Order matters: other people first, then negation, then doubt, then plan, then past; what is left is asserted. The table
decides only what it knows; text in which nothing is recognised is nobody's answer.
"""

from __future__ import annotations

import re
from enum import Enum

from fhir_screener.terminology.patterns import any_of


class Stance(Enum):
    """What a sentence says of a term in it."""

    ASSERTED = "asserted"
    NEGATED = "negated"
    DOUBTFUL = "doubtful"
    PLANNED = "planned"
    PAST = "past"
    OTHER_PERSON = "other-person"

    # Members are single objects; Enum's own hash is of the name, in Python.
    __hash__ = object.__hash__


_OTHER = any_of(
    r"family (?:history|hx|h/o|member)|in the family\b|\bfh\b|\bfhx\b|contact with|donor",
    r"mother|father|sister|brother|sibling|maternal|paternal|daughter|\bson\b",
    r"husband|wife|partner|spouse|girlfriend",
    r"\baunt\b|\buncle\b|grand(?:mother|father|parent)|cousin|relatives?\b",
    r"家族(?!性)|家属|亲属|供者|献血",
    r"其父|其母|其妻|其夫|其子|其女|其兄|其弟|其姐|其妹|之父|之母",
    r"父亲|母亲|父母|儿子|女儿|子女|哥哥|弟弟|姐姐|妹妹|兄弟|姐妹|爱人|丈夫|妻子|配偶",
    r"祖父|祖母|外公|外婆|爷爷|奶奶|叔叔|伯父|姑姑|舅舅|姨妈",
)
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
_DOUBT = (
    r"\?|？|possible|possibly|probable|probably|suspected|suspicious|suspicion|\br/o\b|rule out|to be ruled|differential"
    r"|cannot exclude|cannot be excluded|not excluded|equivocal|indeterminate|provisional|\bvs\b|\bversus\b"
    r"|concern(?:ing|ed)? for|\bexclude\b"
    r"|raises? the (?:question|possibility)|(?:evaluat\w+|assess\w*|work-?up) for|(?:依据|证据)不足|worrisome"
    r"|(?:should|to|must|is|be) (?:be )?considered"
    r"|may (?:be|represent)|could (?:be|represent)|\blikely\b|\bddx\b"
    r"|\bplacebo\b|\bblinded\b|安慰剂|双盲|可疑|疑似|疑|待查|待排|待除外|不除外"
    r"|不能除外|不能排除|可能|考虑|# 高危(?!人群|因素)"
)
_PLANNED = (
    r"\bplan\b|screen(?:ing|ed)? (?:\w+ ){0,3}for|vaccin|prophyla|immuni[sz]ation against|counsel|\bplanned|\bplanning|\bavoid"
    r"|\bneed for (?:an? |the )?$"
    r"|consider(?:ing)?|candidate for|scheduled|will start|to start|proposed|intend|recommend|awaiting"
    r"|筛查|疫苗|预防|咨询|拟|计划|建议|准备|预约|择期"
    # What a person may get, or is afraid of, is as little there as what is planned.
    r"|\brisks? (?:for|of)|risk factors? for|predispos\w+ to|suscepti\w+ to|fear of|afraid of|worried about|恐惧|害怕|担心"
)
_PLANNED_AFTER = (
    r"(?:(?:is|are|was|were|to be|being) )?(?:planned|scheduled|proposed|declined|refused|deferred|postponed|cancell?ed)\b"
    r"|计划中|拟行|待行|已?取消|拒绝|(?:高)?风险|高危(?:人群|因素)|易感|恐惧|恐怖"
    r"|risk\b(?! group| strat| categor)|gen(?:e|etic) (?:carrier|predisposition|suscepti)"
)
_IF = re.compile(
    r"\W*(?:if|in case|should(?! (?:be|have)\b)|unless|如(?:果|为|系|确|证实|发现|提示|存在|出现)|若(?!干)|倘若|假如|一旦|万一)(?![a-z])"
)
"""So begins a clause of what may come to be."""
_OVER = re.compile(
    r"\W*(?:(?:is|was|has|now|fully|completely|since|已经?|经治疗|临床)\W*)*"
    r"(?:resolved|cured|in (?:complete )?remission|free\b|survivor|治愈|痊愈|恢复期|康复期|缓解期)"
)
"""Right behind a term: it is over."""
_PAST = (
    r"\bno (?:\w+ )?(?:relapse|recurrence) (?:of|from)\b"
    r"|已(?:治愈|痊愈|愈合|消失|不明显)|(?<!not )(?<!yet )(?<!fully )(?<!completely )\b(?:resolved|cured)\b"
    r"|history of|\bh/o\b|\bhx\b|\bs/p\b|status post|previous|prior|former"
    r"|after (?:completed )?(?:treatment|therapy) (?:for|of)|old |past |陈旧|既往|病史|史|术后|曾"
)

_CLAUSE = re.compile(r"[.;。；\n]|，|,(?= )|\bbut\b|但")
_SENTENCE = re.compile(r"\.(?!\d)|[;。；\n]|\bbut\b|但")
_COMMA = re.compile(r"(?<!\d)[,，]|[,，](?!\d)")
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
_MINUS = re.compile(r"[-−](?=\s*$|[,;.)/])")
_ABBREVIATION = 5
"""Letters up to which a minus right behind a term is its sign (`HIV-, HBV-`), and no dash."""
_DENIED_BEHIND = re.compile(
    r"\W{1,3}(?:(?:has been|have been|was|is|were|now|since|已经?|现已|后)\W*)*(?:ruled out|excluded|refuted|被?排除|除外)"
    r"(?=\W*$|[.;。；,，)]|\W+(?:by|after|on|with|in|via|per|at)\b)"
)
"""Behind a comma: the term is denied as a whole, and not what else would be named."""
_NOT_REALLY = re.compile(r"(?:\bpseudo-? ?|\bfalse |\bphantom |\bsympathetic |\bnon-|假性|伪|(?:^|[\s,，、(（])类)$")
"""Right before a term: what only looks like it."""
_LIKE = re.compile(r"样(?![本品])|[- ]like\b")
_TO_RULE_OUT = re.compile(
    r"(?:建议|拟|进一步|需|请|以便|以|待|行|复查|检查|随访"
    r"|\bto|\bfor|recommend\w*|suggest\w*|advise\w*|need\w*)[^。;]{0,60}?(?<!已)(?:排除|除外|\bexclude|\bexcluding|\brule out)\W*$"
)
_NOT_YET = re.compile(
    r"(?:不|未|没有?|尚|暂|无法|难以?|待|需|须)(?:能|可|予|宜|敢|够|尚|被|完全|绝对|明确|彻底|足以|进一步|不){0,4}(?:除外|排除)"
    r"|没有?(?:证据|依据)(?:能|可)?(?:表明|说明|显示|证明)?(?:除外|排除|无|没有)"
    r"|有无|是否|能否|排查|\bwhether\b|\bno longer\b|\b(?:please|kindly) (?:exclude|rule out)|\bto be (?:excluded|ruled out)"
    r"|(?:\b(?:not|cannot|can not|never|neither|nor|unable|difficult|hard|impossible|insufficient|without)|n['’]t)\b(?:[^\w.;]+\w+){0,4}?"
    r"[^\w.;]+(?:exclud(?:e|ed|es|ing)|rul(?:e|ed|es|ing) out)\b"
    r"|\b(?:difficult|hard|impossible) to (?:exclude|rule out)"
    r"|\bnot (?:un|im)(?:likely|probable)|(?:不|未|无法|难以)(?:能)?否认|不能说|\b(?:not|cannot|can not) deny\b"
)
"""It is said that nobody knows yet; the words of a denial may stand in it."""
_SELF = re.compile(r"患者|本人|自述|\bpatient\b|\bpt\b")
_DONE_AGAINST_IT = any_of(
    r"vaccin|immun|screen|counsel|prophyla",
    r"疫苗|免疫球蛋白|免疫(?:接种|\W*$)|筛查|咨询|宣教|(?:妇女)?(?:禁用|慎用)",
)
_HOUSE_OF_IT = any_of(r"cent(?:er|re)s?\b|institut|societ|hospital|clinic\b|registr", r"中心|医院")
_MET_ONLY = any_of(r"exposures?\b|contacts?\b", r"暴露|接触|(?:病人|患者)?(?:密切)?接触(?:者|史|人员)")
_TEST_OF_IT = r"antigen[ -]?\d|(?:tests?\b|试验|检测)(?!.{0,20}(?:pos|react|detected|\+|阳|有反应))"
_NOBODY_KNOWS = any_of(
    r"(?:infection |carrier )?status\W+(?:is |was |currently )?(?:unknown|unclear|not known)",
    r"(?:情况|状态|状况)(?:不详|不明|未知)",
)
_NAMED_FOR_IT = any_of(r"intention|phobia", r"前(?:病变|期|状态)|纹|斑")
_NOT_THE_DISEASE = re.compile(
    r"\W*" + any_of(_DONE_AGAINST_IT, _HOUSE_OF_IT, _MET_ONLY, _TEST_OF_IT, _NOBODY_KNOWS, _NAMED_FOR_IT)
)
"""Behind a term: what is named is not the disease."""
_MET_WITH = re.compile(r"\b(?:expos(?:ure|ed) to|immun(?:e to|ity (?:to|against)))(?: (?:known |active )?[a-z]+)?\W*$")
"""Before a term: the patient met with it, or is safe from it."""


REACH = 500
"""Characters on either side of a term that are read, so that a text without full stops costs its length, not its square."""


def clause(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the clause around `start`..`end` begins and ends, as far as it is read."""
    return _around(_CLAUSE, text, start, end)


def _around(marks: re.Pattern[str], text: str, start: int, end: int) -> tuple[int, int]:
    left, right = max(0, start - REACH), min(len(text), end + REACH)
    for mark in marks.finditer(text, left, right):
        if mark.end() <= start:
            left = mark.end()
        elif mark.start() >= end:
            right = mark.start()
            break
    return left, right


def stance(text: str, start: int, end: int) -> Stance:
    """What folded `text` says of the term at `start`..`end`, judged within its own clause and what leads up to it.

    Where the sentence goes on beyond what is read, nothing in it is certain.
    """
    left, right = _around(_SENTENCE, text, start, end)
    said = _stance(text, start, end, left, right)
    cut = 0 < left == start - REACH or end + REACH == right < len(text)
    return Stance.DOUBTFUL if cut and said in (Stance.ASSERTED, Stance.PAST) else said


def _stance(text: str, start: int, end: int, left: int, right: int) -> Stance:
    inner, outer = (left + place for place in _around(_COMMA, text[left:right], start - left, end - left))
    before, own, after = text[left:inner], text[inner:start], text[end:outer]
    if _of_another(before, own, after, text[end:right]):
        return Stance.OTHER_PERSON
    around = own + " # " + after
    if _NOT_YET.search(around) or _TO_RULE_OUT.search(before + own):
        return Stance.DOUBTFUL
    denied = _denied(before, own, text[start:end], after, text[end:right])
    if denied is not None:
        return denied
    if end - start <= _ABBREVIATION and text[start:end].isascii() and _MINUS.match(text, end, right):
        return Stance.NEGATED
    first, _ = clause(text, start, end)
    led = text[first:start]
    if re.search(_DOUBT, led + " # " + after) or _LIKE.match(after):
        return Stance.DOUBTFUL
    if (
        _IF.match(led)
        or re.search(_PLANNED, led)
        or _MET_WITH.search(led)
        or _NOT_THE_DISEASE.match(after)
        or re.match(r"\W{0,2}(?:" + _PLANNED_AFTER + ")", after)
    ):
        return Stance.PLANNED
    if re.search(_PAST, led + " # " + after) or _OVER.match(text[end:right]):
        return Stance.PAST
    return Stance.ASSERTED


def _of_another(before: str, own: str, after: str, rest: str) -> bool:
    if re.search(_OTHER, own + " # " + after):
        return True
    return bool(re.search(_OTHER, before + " # " + rest)) and not _SELF.search(own)


def _denied(before: str, own: str, term: str, after: str, rest: str) -> Stance | None:
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
