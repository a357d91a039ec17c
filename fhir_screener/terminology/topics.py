"""Words beside a disease by which it may be a mere topic: a leaflet, a work-up, somebody met, long ago. English and Chinese.

Each pattern is looked for in the words around a term, which stands there as `#`. What fits one is in doubt, neither told nor denied.
"""

from __future__ import annotations

import re

from fhir_screener.terminology.clauses import between_commas, clause, sentence
from fhir_screener.terminology.patterns import any_of
from fhir_screener.terminology.phrases import stance
from fhir_screener.terminology.stance import Stance

_NOT_FOUND = r"(?!.{0,20}(?:pos|react|detected|\+|阳|有反应|示|发现))"
_TAUGHT = any_of(
    r"#\s+(?:awareness|education|information|leaflet|handout|protocol|guidelines?|pathway|support group|charity|fundrais\w+)\b",
    r"\b(?:education|leaflet|handout|information|support group)\b(?: \w+){0,2}\W*#",
    r"#\s+(?:mdt|nurses?|ward|research|walk|lab|cell lines?|genes?|service|team|specialist)\b",
    r"#(?:健康)?(?:教育|知识|科普|宣传|讲座|指南|诊疗|规范|路径|共识|保险|险(?:理赔|种)|基金|互助|捐|供体|志愿者|临床试验|研究"
    r"|协会|学会|病房|mdt)",
    r"从事[^#,，。;；]{0,4}#",
)
_LOOKED_FOR = any_of(
    r"#\s+(?:check|surveillance|work[- ]?up|panel|carrier test\w*|scores?\b|risk\b|(?:pathway )?referral|study|trial|mimic\w*)",
    rf"#\s+(?:serology|antibod(?:y|ies)|antigens?|markers?|tests?|testing)\b{_NOT_FOUND}",
    r"work[- ]?up\W+(?:of |for )?#|\b(?:test(?:s|ed|ing)?|monitor\w*|watch\w*|look\w*|observ\w+|investigat\w+|check(?:s|ed"
    r"|ing)?|biops(?:y|ied)|ix|inv) for\W*(?:an? |any )?#",
    r"\b(?:evaluation|assessment|investigation) of\W*#|\b(?:2 ?ww|two[- ]week wait|fast[- ]track)\b",
    r"\b(?:referred|referral|refer) (?:for|to|re)\b[^#,;]{0,20}#|\b(?:declined|refused|consent(?:ed)? (?:for|to))\b[^#,;]{0,20}#",
    r"要求(?:检查|检测|查)?#|(?:检测|检查|拒绝|注意|[预提]?防治?|抗|恐|惧|如|查|普查)\W?#",
    rf"#(?:检查|检测|抗原|抗体|标志物?|指标|体检|普查|评估|评分|待?复查|术前|门诊|科){_NOT_FOUND}",
    rf"#(?:随访|防治|预防|基因|遗传|低风险|危险因素|相关){_NOT_FOUND}",
)
_MET = any_of(
    r"\bcontacts? (?:of|to)\b|\b(?:care ?giver|carer|care-?taker|bereave\w*|anxi(?:ety|ous))\b",
    r"(?:接触|陪护|照顾|照料|护理|看护|探视)(?:(?!后|诊)[^#,，。;；]){0,6}#|#[^,，。;；]{0,4}(?:密接|接触)",
    r"(?:同事|同学|室友|邻居|朋友|同伴|病友|岳[父母]|公公|婆婆|[表堂][兄弟姐妹哥叔]|儿媳|女婿)[^#,，。;；]{0,6}#",
    r"(?<![\u4e00-\u9fff])[父母夫妻兄弟姐妹妈](?:患|有|因|曾|得)?[^#,，。;；]{0,3}#",
    r"\b(?:friend|neighbou?r|colleague|coworker|co-worker|boss|room-?mate|flat-?mate|classmate|teacher|widow(?:er)?)\b"
    r"|\b(?:child(?:ren)?|kids?)(?::|\W{1,2}(?:has|had|have|with|died))|\b(?:cares?|caring) for\b",
    r"\b(?:dogs?|cats?|pets?|horse|cattle|cows?)\b(?![- ]?(?:bite|scratch|allerg|dander|hair|scan|eye))|宠物|[狗犬猫](?!抓|咬|毛)",
    r"(?:好友|师傅|老板|领导|工友|战友|舍友)[^#,，。;；]{0,4}#|死于#",
)
_LONG_AGO = any_of(
    r"\bago\b|#\W*(?:(?:in|since|dx|diagnosed) )*'\d\d(?!\d)",
    r"#\W*(?:(?:at|when|diagnosed|dx) )*aged? (?:of )?\d|#\W*(?:at \d|as child)|\bpost[- ]$|\bpost[- ]#",
    r"(?<![a-z])(?<!never )(?<!not )(?<!ously )treated #|\bcleared? of #",
    r"#\W{0,2}(?:[1-9]\d|[二三四五]?十)[余多几]?年|(?:\d|几|十|余|多)个?[年月]前|早年|上世纪|[五六七八九]十年代",
    r"(?<!\d)[4-9]\d年#|(?:儿童时期|[幼儿]时)[^#,，。;；]{0,3}#|岁(?:时|患|得)[^#,，。;；]{0,3}#",
)
_NOT_SETTLED = any_of(
    r"\bnot confirmed|\bunconfirmed|never confirmed|\bquestion(?:able| of)|false[- ]positive|\bin error\b|#\W*error\b|#\W*non-?immune",
    r"^\W*neg #|#\W{0,3}-ve\b|#\W{0,3}(?:nil|n)\W*$|^\W*dd\W*#",
    r"(?:\b(?:or|either)|或者?|还是)\W*(?:an? )?#|#\s+or\s+(?!(?:more|later|above|earlier|other|unspecified|previous"
    r"|prior)\b)[a-z]|#\W*(?:或|还是)"
    r"|[\u4e00-\u9fff]/#",
    r"\[ ?\]\W*#|#\W*\[ ?\]\W*$|[□☐×✗]\W*#|#\W*[□☐×✗]|#\W{0,3}[-—－−]\W*$|#\W*not diagnosed|\b(?:pre|cf)\W*#|\bborderline #",
    r"未确诊|未诊断|未明确|不明确|不能诊断|确诊试验|没得|#(?:误诊|否认|不像|暂不|未发现|未查见|待复查|0期|\W{0,2}否)",
)
_TOPIC = re.compile(any_of(_TAUGHT, _LOOKED_FOR, _MET, _LONG_AGO, _NOT_SETTLED))


def disease_stance(text: str, start: int, end: int) -> Stance:
    """`stance` where the term is a disease that a record names in words alone: one that may be a mere topic is in doubt."""
    said = stance(text, start, end)
    return Stance.DOUBTFUL if said is Stance.ASSERTED and _is_topic(text, start, end) else said


def _is_topic(text: str, start: int, end: int) -> bool:
    """Whether the words around a term, within its clause, leave open that it is this patient's, and there now."""
    first, _ = clause(text, start, end)
    left, right = sentence(text, start, end)
    last = left + between_commas(text[left:right], start - left, end - left)[1]
    led, tail = text[first:start].rstrip(), text[end:last].lstrip()
    before, behind = " " * (first + len(led) < start), " " * (len(tail) < last - end)
    return _TOPIC.search(f"{led}{before}#{behind}{tail}") is not None
