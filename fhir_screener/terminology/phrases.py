"""A small, visible table of phrases: what the words around a term make of it. English and Chinese.

Order matters: other people first, then negation, then doubt, then plan, then past; what is left is asserted. The table
decides only what it knows; text in which nothing is recognised is nobody's answer.
"""

from __future__ import annotations

import re

from fhir_screener.terminology.clauses import REACH, between_commas, clause, sentence
from fhir_screener.terminology.denials import denied
from fhir_screener.terminology.patterns import any_of
from fhir_screener.terminology.people import of_another, without_tellers
from fhir_screener.terminology.stance import THERE, Stance

_DOUBT = (
    r"\?|？|poss(?:ib\w+)?\b|prob(?:ab\w+)?\b|susp(?:ected)?\b|suspicious|suspicion|\br/o\b|rule out|to be ruled|differential"
    r"|cannot exclude|cannot be excluded|not excluded|equivocal|indeterminate|provisional|(?<![a-z])vs(?![a-z])|\bversus\b"
    r"|concern(?:s|ing|ed)? (?:for|about|of|re|regarding|over)\b|\bworr(?:y about|(?:y|ied|ies) (?:re|regarding|for))\b"
    r"|\bro\s+#|\bexclude\b"
    r"|\brule-out\b|\bexcl\b|\binitially\W*(?:thought\W*)?#|#\W*(?:must|should|has to|needs? to) be (?:excluded|ruled out)"
    r"|\bneeds? (?:excluding|excluded)|\bdiff dx\b|\bprelim\w* (?:dx|diagnos)"
    r"|(?<!not )(?<!never )\b(?:thought|believed|felt|presumed|assumed|said|reported) to (?:be|have)\b|\bso-called\b"
    r"|\b(?:initial|original|first)(?:ly)?\W+(?:\w+ )?(?:thought|considered|felt|diagnosed|labell?ed|treated|dx) (?:to be|as)\b"
    r"|\blabell?ed (?:as )?\W*#"
    r"|\b(?:inconsistent|incompatible) with\b|\b(?:argues?|arguing|speaks?|points?|evidence) against\b|\bagainst\W*#"
    r"|不确定|病理待|最初|起初|原诊断|(?<!不)[似像]\W*#|[可能]否|求排"
    r"|\bfavou?r(?:s|ed|ing)?\b|until proven otherwise|\bpresum\w+|\bquery\b|suggestive of|\bsuggest(?:s|ing)?\b|resembl\w+"
    r"|(?:working|tentative|preliminary) (?:diagnos[ie]s|dx)|鉴别(?!明确)|倾向|拟诊|警惕|待定|初步诊断|印象诊断"
    r"|raises? the (?:question|possibility)|(?:evaluat\w+|assess\w*|work-?up) for|(?:依据|证据)不足|worrisome"
    r"|(?:should|to|must|is|be) (?:be )?considered"
    r"|may (?:be|represent)|could (?:be|represent)|\blikely\b|\bddx\b|\bunlikely\b(?! to (?!be\b|have\b))"
    r"|\bplacebo\b|\bblinded\b|安慰剂|双盲|可疑|疑似|疑|待查|待排|待除外|不除外"
    r"|不能除外|不能排除|可能|考虑|# 高危(?!人群|因素)"
    r"|(?<!no )(?<!without )\b(?:doubt|question(?:able)?)\b|\b(?:cannot|can't|could not) be (?:confirmed|proven)|\bunproven\b"
    r"|\bnot (?:yet )?(?:confirmed|proven)\b(?! (?:bacterio|histo|by (?:culture|smear)))|不(?:明显|典型|确切|肯定)"
    # Long ago: whether it is there still is not said.
    r"|\b(?:childhood|remote) (?:(?!history|hx)\w+ ){0,2}\s*#|#\s+(?:in (?:childhood|infancy)|as a child)\b"
    r"|(?<!after )\b(?:completed|finished) (?:\w+ ){0,3}(?:treatment|therapy) for (?:\w+ ){0,2}\s*#"
    r"|\b(?:treatment|therapy) (?:completed|finished) for (?:\w+ ){0,2}\s*#"
    # After an operation: what it was done for, or what came of it.
    r"|术后\W*#"
    r"|(?:幼年|儿时|童年|儿童期|小时候|年轻时)[^,，.。;；曾史]{0,6}#"
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
    r"(?:(?:completed|finished) (?:\w+ ){0,2}(?:treatment|therapy)|(?:treatment|therapy) (?:completed|finished)"
    r"|resolved|cured|in (?:complete )?remission|free\b|survivor|recovered|治愈|痊愈|愈后|恢复(?!不|欠|差|中)|康复|缓解期|完全缓解)"
)
"""Right behind a term: it is over."""
_TREATED = re.compile(
    r"[^.;。；]{0,20}?(?:\b(?:completed|finished) (?:treatment|therapy)|\b(?:treatment|therapy) completed"
    r"|\bquestionable|(?:治疗|疗程)已?(?:完成|结束))"
)
"""Behind a term: it was treated to the end; whether it is there still is not said."""
_AGES = ("year", "years", "yr", "yrs", "y", "month", "months", "week", "weeks", "day", "days")
_OLD = r"(?<![-a-z])" + "".join(rf"(?<!{unit} )" for unit in _AGES) + "old "
"""What is old, and not how old somebody is."""
_PAST = (
    r"\bno (?:\w+ )?(?:relapse|recurrence) (?:of|from)\b"
    r"|已(?:完全)?(?:治愈|痊愈|愈|消失|不明显|纠正|恢复)|(?<!not )(?<!yet )(?<!fully )(?<!completely )\b(?:resolved|cured|recovered)\b"
    r"|resolution of|\bcompared? (?:to|with) [^,]{0,30}\bwhen\b|history of|\bh/o\b|\bhx\b|\bs/p\b|status post|previous|prior|former"
    r"|after (?:completed )?(?:treatment|therapy) (?:for|of)|past |陈旧|既往|病史|史|术后|曾|" + _OLD
)
_MINUS = re.compile(r"[-−](?=\s*$|[,;.)/])")
_ABBREVIATION = 5
"""Letters up to which a minus right behind a term is its sign (`HIV-, HBV-`), and no dash."""
_LIKE = re.compile(r"样(?![本品])|[- ]like\b")
_TO_RULE_OUT = re.compile(
    r"(?:建议|拟|进一步|必要时|需|请|以便|以|待|行|复查|检查|随访|注意|警惕|结合临床"
    r"|\bto|\bfor|recommend\w*|suggest\w*|advise\w*|need\w*)[^。;]{0,60}?(?<!已)(?:排除|除外|\bexclude|\bexcluding|\brule out)\W*$"
)
_RULING_OUT = ("除外", "排除", "exclu", "rule out")
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
_OF_ANY_PATIENT = re.compile(
    r"\W*a negative (?:\w+ ){1,4}(?:(?:does|do|can|may|might) not|cannot) (?:necessarily )?(?:rule out|exclude)"
    r"|\W*if\b[^.;]*\bis (?:strongly )?suspected\W+(?:please )?(?:contact|call|notify)"
)
"""So a laboratory comments on every result of a test: it tells nothing of this patient."""
_DONE_AGAINST_IT = any_of(
    r"vaccin|immun|screen|counsel|prophyla|prevent",
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


def hedged(text: str) -> bool:
    """Whether folded words that name no member of a list leave open what they do name: "pancreatic mass, presumed malignant"."""
    return re.search(_DOUBT, text) is not None


def stance(text: str, start: int, end: int) -> Stance:
    """What folded `text` says of the term at `start`..`end`, judged within its own clause and what leads up to it.

    Where the sentence goes on beyond what is read, nothing in it is certain.
    """
    far = max(0, start - REACH - 1)
    near, start, end = text[far : end + REACH + 1], start - far, end - far
    said = _sentence_says(near, start, end)
    if said not in THERE or "\n" not in near:
        return said
    # What a line leaves open ("Family history"), the one below it may go on with.
    joined = _sentence_says(near.replace("\n", " "), start, end)
    return said if joined is said else Stance.DOUBTFUL


def _sentence_says(text: str, start: int, end: int) -> Stance:
    left, right = sentence(text, start, end)
    said = _stance(text, start, end, left, right)
    cut = 0 < left == start - REACH or end + REACH == right < len(text)
    return Stance.DOUBTFUL if cut and said in (Stance.ASSERTED, Stance.PAST) else said


def _stance(text: str, start: int, end: int, left: int, right: int) -> Stance:
    inner, outer = (left + place for place in between_commas(text[left:right], start - left, end - left))
    before, own, after = text[left:inner], text[inner:start], text[end:outer]
    if of_another(before, own, text[start:end], after, text[end:right]):
        return _as_told(text, start, end, left, right)
    if _OF_ANY_PATIENT.match(text, left, right):
        return Stance.PLANNED
    around = own + " # " + after
    led = before + own
    if _NOT_YET.search(around) or (any(map(led.__contains__, _RULING_OUT)) and _TO_RULE_OUT.search(led)):
        return Stance.DOUBTFUL
    said = denied(before, own, text[start:end], after, text[end:right])
    if said is not None:
        return said
    if end - start <= _ABBREVIATION and text[start:end].isascii() and _MINUS.match(text, end, right):
        return Stance.NEGATED
    first, _ = clause(text, start, end)
    led = text[first:start]
    if re.search(_DOUBT, led + " # " + after) or _LIKE.match(after) or _TREATED.match(text[end:right]):
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


def _as_told(text: str, start: int, end: int, left: int, right: int) -> Stance:
    """What is said of a term beside which another person stands: one who only tells or helps leaves open whose it is."""
    told = without_tellers(text[left:right])
    if told == text[left:right]:
        return Stance.OTHER_PERSON
    said = _stance(text[:left] + told + text[right:], start, end, left, right)
    return Stance.DOUBTFUL if said in THERE else said
