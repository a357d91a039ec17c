"""Words that deny what stands beside them, and what a denial is of. English and Chinese."""

from __future__ import annotations

import re

from fhir_screener.terminology.patterns import any_of

NEGATED_BEFORE = any_of(
    r"\bno\b|\bnot\b|\bnil\b|(?<![a-z])w/o\b|\babsent\W*$|\bwithout\b|\bnever\b|\bdenies\b|\bdenied\b|\bneither\b",
    r"\b(?:is|was|has|have|had|did|does|do)n['\u2019]t\b",
    r"\bneg(?:ative)? for\b|no evidence of|no sign of|absence of|free of",
    r"\brather than (?:an? |the )?$|ruled out|rule out negative|\bexclud(?:ed|es)\b|\bexcept\b|\bexcluding\b",
    r"无|非|没有|否认|排除|除外|不支持|不考虑|不是|不像|不符合?|不提示",
    r"未见|未发现|未提示|未使用|未患|未得|从未|未曾|未用|未服用|未能?(?:检|查|找|培养|分离)|未(?:曾|再|(?:行|予|接受|进行|做过?)(?:系统|全身|正规|辅助|任何)?)?$",
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
_PART_OF_A_WORD = any_of(
    r"无(?:明显|显著|著)?(?:诱因|原因)|无(?:创|意中|反应性)|非(?:典型|空洞|复杂|特异)性?|非常|无痛|无力",
    r"无(?:业|偿|效|关(?!节)|论|名指|性生活|家可归|菌(?![血尿])|症状|e抗原)|非(?:洲|甾体|婚)",
)
# Words of negation that deny a change or a complaint, not the term that follows.
_NOT_NEGATION = any_of(_NO_CHANGE, _NO_TREATMENT, _NO_DOUBT, _NO_RELAPSE, _NO_KIND, _PART_OF_A_WORD)
_DENIAL = re.compile(r"(?:\b(?:no|not|without|never|den(?:y|ies|ied))\b|无|未|否认|没有)")
_OF_ANOTHER_THING = (
    r"\b(?:no|without|not)\b(?: \w+){0,2} "
    r"(?:alternative|worsening|side effects?|complications?|cure|treatment|therapy|against)\b"
    r"|\b(?:since|because of)(?: (?:the|his|her|a|an))?\W*$"
)
_BUT_FOR = re.compile(
    any_of(r"\b(?:except(?: for| of)?|other than|than|besides|(?:apart|aside) from)\b", r"除(?:了|外)?")
    + r"\W*(?:\w+ )?$"
)
_SOME_DAY = re.compile(r"\d{4}\W|\d ?(?:年|个?月|周|天)前|\d (?:year|month|week|day)s? ago\b|\d{4}年")
_ONE_WHO_HAS = re.compile(
    r"(?:[无未]|否认|没有)(?!(?:既往|曾|过去|目前|现|患者|本人|家族|家中|家里|家庭|任何|明确|其他|亲属|成员|中|内|\W)*有)"
    r"[^.;。；]+有"
)
_HAS = re.compile(r"(?<![没未无具所含])有\W*\w{0,4}$")
_OF_A_SORT = (
    r"(?:活动|急|慢|恶|良|原发|继发|先天|遗传|家族|器质|陈旧|开放|闭合|病毒|细菌|真菌|感染|免疫|自身免疫|系统|全身|局限?"
    r"|播散|血行播散|粟粒|空洞|浸润)性"
)
_NOT_QUITE = any_of(
    # A kind that is named by what it lacks: 非角化型鼻咽癌, 无色素性黑色素瘤.
    rf"无(?!(?:明[显确]|确切|任何|典型)?(?:的)?{_OF_A_SORT})\w{{1,8}}[性型]\W*$|(?<![并是])非(?!患|有|属|为)\w{{1,8}}$",
    r"未(?:检|查|做|行)(?![出到见及])\w{1,8}$",
    r"无(?:发热|咳嗽|咳痰|盗汗|咯血|胸痛|腹痛|黄疸|腹水|乏力|消瘦|疼痛|肝硬化|并发症)$",
    r"\bnot (?:a )?typical\b|\b(?:no|without) (?:fever|cough|pain|jaundice|weight loss|night sweats) (?!or\b|and\b|nor\b|,)",
    r"非活动性?\W*$|无[^,，。;；、]{0,6}(?:转移|复发|浸润)性?\W*$",
    r"无(?!明[确显]|任何|确切|典型|活动)[^,，。;；、]{1,10}的\W*$",
)
_OF_SOMETHING_ELSE = re.compile(any_of(_NOT_QUITE, _OF_ANOTHER_THING))
"""Before a term: a denial that may be of what stands beside it."""
NEGATED_AFTER = (
    r"(?:has been |was |is |were )?(?:ruled out|excluded(?! from)|refuted|disprove[dn]"
    r"|not found(?! to be)|not seen|not taken|absent(?! from)|neg(?:ative)?\b(?! pressure)|\(-\))"
    r"|(?:was |is |were )?not (?:detected|isolated|identified|grown|present)(?! (?:until|before|till))"
    r"|未能?(?:检|查|找|培养|分离|生长)|无生长"
    r"|(?:is |are |was |were )?lacking\b|none\b(?! the)|no\b(?!\W*\w)|(?:never|denie[sd])\b(?!\W*\w)"
    r"|病?史\W{0,2}(?:无(?!\w)|否认(?!\w)|\(-\))|无(?!\w)|已?被?(?:排除|除外)|不支持|阴性|未见|不考虑|(?:的?诊断)?不(?:能)?(?:成立|符合|相符|符)"
    r"|(?:tests?|screen(?:ing)?|serology|(?:infection )?status)\W*(?:is |was |were )?neg(?:ative)?\b"
    r"|(?:试验|检测|检查|筛查)\W*(?:为|呈)?阴性"
)
_STOPS = re.compile(r"[.;。；]")
NOT_SO = r"\b(?:not|never) (?!(?:been )?(?:ha(?:d|ve|s)|having|diagnosed|known|found|suffer\w*|show\w*|seen|reveal\w*|demonstrat\w*)\b)"
_BESIDE_DISEASES = any_of(
    r"fever|febrile|chill|cough|sputum|dyspn|breath|\bpain|headache|nausea|vomit|diarrh|rash|itch|jaundice|weight|sweat|fatigue",
    r"swelling|bleed|symptom|complain|distress|complicat|smok|tobacco|alcohol|drink|drugs?\b|\bpets?\b|travel|allerg|insur|surg|operat",
    r"biops|transfus|pregnan|vaccin|immuni[sz]|married|\bwork|employ|child|treat|therap|medica|complian|adher|interpret|translat",
    r"发热|咳|痰|气[促短喘]|胸闷|痛|恶心|呕吐|腹泻|皮疹|黄疸|消瘦|盗汗|乏力|水肿|出血|咯血|症状|不适|并发症|烟|酒|嗜好|吸毒|过敏|手术|外伤",
    r"输血|怀孕|妊娠|接种|婚|业|子女|治疗|用药|服药",
)
"""Complaints and circumstances: a disease right behind one of these is as often the next thing said as one of a list of denials."""
_FIRST_DENIED = re.compile(r"(?:\bno|\bnot|\bnever|\bwithout|没有|无)(?![a-z])([^,，、]*)[,，]", re.IGNORECASE)
_BARE = re.compile(
    r"\bwithout (?!any\b|evidence|histor|signs?\b|known|prior|features?\b)[^,]*,\W*$|\bn?or [^,]*,\W*$|(?:或|及|和)[^,，、]*[,，]\W*$"
)
_GOES_ON = re.compile(r"[,，、]|\bn?or\b|及|和|或|等")


def denies(words: str) -> bool:
    """Whether the words deny what follows them, and not a change or a complaint."""
    if not re.search(NEGATED_BEFORE, words):
        return False
    return bool(re.search(NEGATED_BEFORE, re.sub(_NOT_NEGATION, " ", words)))


def is_of_something_else(own: str) -> bool:
    """Whether the denial before a term may be of what stands beside it: of all but the term, of another day."""
    if _OF_SOMETHING_ELSE.search(own):
        return True
    tail = _STOPS.split(own)[-1]
    denial = _DENIAL.search(tail)
    if denial and (_BUT_FOR.search(tail, denial.end()) or _SOME_DAY.search(tail, denial.end())):
        return True
    has = _HAS.search(tail)
    return bool(has and _ONE_WHO_HAS.search(tail, 0, has.start() + 1))


def ends_apart(before: str, rest: str) -> bool:
    """Whether the term behind a comma, with which the sentence ends, may be no more of what was denied: "no fever, TB"."""
    if _GOES_ON.search(rest) or re.search(r"\bden(?:y|ies|ied)\b|否认", before):
        return False
    if _BARE.search(before) or not denies(re.sub(NOT_SO, " ", before)):
        return True
    first = _FIRST_DENIED.search(before)
    return bool(first and re.search(_BESIDE_DISEASES, first[1]))
