"""Words beside a drug by which it may not be taken now: yet to come, over, refused, another's, a mere topic. English and Chinese.

Each pattern is looked for in the sentence around a drug's name, which stands there as `#`. What fits one is in doubt: a drug on
record may well be taken, whatever else is said of it.
"""

from __future__ import annotations

import re

from fhir_screener.terminology.clauses import sentence
from fhir_screener.terminology.patterns import any_of

_FEW = r"\W+(?:\w+\W+){0,2}#"
_BEGIN = r"(?:(?:re-?)?start|begin|commence|(?:re-?)?initiate|add|introduce|resume|give|use|try|switch to|change to|convert to|add on)"
_HANGS = (
    r"(?:after(?! (?:food|meals?|breakfast|lunch|dinner|supper|eating)\b)|until|pending|following|upon|as soon as"
    r"|once (?!(?:a|per|every|each|or|in|only)\b|daily|weekly|monthly|fortnightly)[a-z]|when (?!eating)|if (?!tolerated|able|possible))"
)
_DOSE = (
    r"(?:\W|\d|\b(?:m?c?g|ml|iu|tab(?:let)?s?|cap(?:sule)?s?|po|iv|sc|im|daily|weekly|monthly|once|twice|a|per|day|week|bid|qd|tid|qw"
    r"|injections?|infusions?|therapy|treatment|oral(?:ly)?|only|dose)\b){0,12}?"
)
_WORSE = r"(?:flar|relaps|recur|fail|no response|wors|exacerbat|insuffic|inadequate|persist|progress|symptom|attack)"
_WISHED = (
    r"\b(?:hop(?:es?|ing)|ask(?:s|ed|ing)? (?:about|for)|interested in|wants?|wish(?:es)?|keen on|discuss\w*|think(?:s|ing)? (?:of|about)"
    r"|advis\w+|offer\w*|suggest\w*|propos\w+|recommend\w*|eligib\w+|options?|alternatives?|back-?up|stand-?by|reserved?|rescue|pending"
    r"|await\w*|appl(?:y|ied)|(?:second|third|2nd|3rd|next)[- ]line|followed by|told to (?:take|start)|would benefit from)"
    + _FEW
)
_YET_TO_COME = any_of(
    rf"\b{_BEGIN}\b[^#,;]{{0,30}}#[^#,;]{{0,40}}\b{_HANGS}",
    rf"\b(?:if|in case|should|unless|once|when|after)\b[^#;]{{0,60}}\b{_BEGIN}{_FEW}",
    r"\b(?:to|will|shall|may|could|would|should|can) (?:be )?(?:re-?)?(?:start|begun|begin|commenc|initiat|resum|add(?:ed)?\b"
    r"|introduc)\w*"
    r"(?: on)?" + _FEW,
    r"#[^#,;]{0,30}\b(?:to|will|shall|may|could|would|should) (?:be )?(?:re-?)?"
    r"(?:start|begun|begin|commenc|initiat|resum|added\b|introduc)",
    rf"#{_DOSE}(?:prn\b|(?:as|if|when|where) (?:needed|required|necessary|indicated)"
    rf"|(?:if|when|should|in case|on)\b[^#,;]{{0,20}}\b{_WORSE}"
    rf"|for {_WORSE}\w* only)",
    rf"\b(?:prn|(?:if|as|when) (?:needed|required|necessary)){_FEW}",
    _WISHED,
    r"#\W*(?:(?:was|is|as|an|a|for|the|not)\W+){0,3}(?:options?|alternatives?|substitute|reserve|back-?up|stand-?by|rescue|next"
    r"|due|overdue"
    r"|tomorrow|tb[cda]|await\w*|approv\w+|appeal|pa|covered|advised|offered|suggest\w*|propos\w*|recommend\w*|discuss\w*|eligib\w*"
    r"|pre-?screen\w*|start date|second[- ]line|third[- ]line|2nd[- ]line|3rd[- ]line)\b",
    r"#\W*(?:from|start(?:s|ing)?|due|in) (?:tomorrow|next\b|(?:mon|tues|wednes|thurs|fri|satur|sun)day)",
    r"\b(?:then|next|later|first|\+/-|and/or)\W*#\W*(?:$|due|next|if|later)|(?:\+/-|±|\band/or)\W*#|#\W*(?:\+/-|±|and/or)",
    r"\bthen\W+#",
)
_OVER = any_of(
    r"\b(?:(?:weaned|came|come|coming|taken) off|used to (?:take|be on|use|have)|quit|r[au]n out of|out of|miss(?:ed|ing)|skip(?:ped)?"
    r"|omit(?:ted)?|paus(?:e|ed|ing)|with-?h[eo]ld(?:ing)?|holding|suspend(?:ed)?|interrupt(?:ed)?|cease|finish(?:ed)?|dc|final"
    r"|last(?: year| dose of)?)" + _FEW,
    r"#\W*(?:(?:therapy|treatment|tablets?|course|dose|was|is|has|been|were|now)\W+){0,3}(?:in the past|dc'?d?\b|with-?held"
    r"|paused|skipped"
    r"|omitted|suspended|interrupted|stop\b|ceased|finished|r[au]n out|missed|lost|stolen|returned|unopened|unused|replaced"
    r"|not (?:required|needed|indicated|appropriate|suitable|done|covered)|last year|(?:until|till) (?:19|20)\d\d)",
    rf"\b(?:switch|chang|convert|replac|swap|transition)\w*(?: from)?{_FEW}\W*(?:\w+\W+){{0,3}}?(?:to|with|by|for)\b",
    r"#[^#,;]{0,20}(?:->|=>|→)\W*[a-z\u4e00-\u9fff]{4}",
    r"#\W*(?:(?:was|is|has|been)\W+){0,2}(?:switched|changed|converted|swapped) (?:to|for) "
    r"(?!\d|sc\b|s/c|subcut|oral|po\b|iv\b|im\b|weekly|daily|inj)",
)
_NOT = any_of(
    r"(?<![a-z])(?:w/o|nil|can'?t (?:have|take|tolerate|use)|cannot (?:have|take|tolerate|use|be given)|unable to (?:take|have"
    r"|use|tolerate)"
    r"|declin\w+|must not|do not|don'?t|should not|shouldn'?t)" + _FEW,
    r"#\W{0,3}(?:n/a\b|false\b|nil\b|unknown\W*$|not applicable|0(?:\.0+)? ?m?g\b|0\W*$)|#\W?:\W?n\b|#\W*(?:x|✗|×)\W*$",
    r"[□☐✗×]\W*#|#\W*[□☐✗×]|\[ ?\]\W*#|#\W*\[ ?\]",
)
_OF_ANOTHER = any_of(
    r"\b(?:another|other|different|wrong) (?:patient|person|pt)\b|\b(?:pt|patient) in bed\b|\bhousehold\b|\bhandl(?:es?|ing)\b"
    r"|\bworks? with\b",
    r"\b(?:dogs?|cats?|pets?|horse|veterinary|friend|neighbou?r|room-?mate|colleague)(?:'s)?\b",
)
_TOPIC = any_of(
    r"#\W*(?:spill|factory|study|trial|arm|group|cohort|blood(?: test)?s|assay|sensitiv\w*|baseline|antidote|rash|pneumon\w*|hepat\w*"
    r"|toxic\w*|adverse|adr|side effect|resistan\w*|inadequate|non-?respon\w*|sparing|desensiti\w*|monitoring (?:bloods|tests?|labs?))\b",
    r"\b(?:rash|reaction|adr|pneumonitis|hepatitis|toxicity|side effects?) (?:from|to|with|on|of)\W+#|\badr\W+#",
    r"\b(?:arm|control arm|study drug|antidote|supplement|rescue|cover)\W+(?:\w+\W+)?#|\bsupplement\W*\(#",
)
_GAP = r"[^#,，。;；\d]{0,6}"
_YET_TO_COME_ZH = any_of(
    rf"(?:必要时|需要时|酌情|视情况|视病情|根据病情|备用|待用|可(?:加用|选用?|予|换用|使用)|宜(?:用|加用|予)|应(?:使用|予|加用)"
    rf"|需(?:要|使用|加用|用)|要求|希望|想用"
    rf"|询问|了解|讨论|推荐|将(?:予|给予|使用|开始|行)|即将|下(?:周|月|次|一步)|明[日天]|后续|随后|继而|然后|申请|等医保|待){_GAP}#",
    r"(?:接种|疫苗|控制|正常|恢复|好转|稳定|排除|批准|评估|筛查|转阴|达标)[^#,，。;；]{0,2}后[^#,，。;；]{0,8}#",
    r"#[^#。;；]{0,4}(?:接种|疫苗|控制|正常|恢复|好转|稳定|排除|批准|评估|筛查|转阴|达标)[^#,，。;；]{0,4}后",
    r"(?:复发|加重|发作|无效|活动|反复)时[^#,，。;；]{0,6}#|(?:(?<![例比诸])如(?![上下])|若|倘若|一旦|万一)[^#。;；]{1,14}#",
    r"#[^#,，。;；\d]{0,4}(?:必要时|需要时|备用|待用|待重启|待审批|审批中|申请|预约|首次)|#\W{0,2}(?:后\d|次日)",
)
_OVER_ZH = any_of(
    r"(?:(?<!未)(?<!没)停服?|暂停|暂缓|中断|漏[服用]|未服|没[用吃]|取消|撤销|拒用|不愿用?|不想用?|不同意用?|不能(?:用|耐受"
    r"|使用)|禁用?|忌用?|慎用|避免使?用?|勿用"
    r"|不用|不宜用?|不需要?|以前[用吃服]?|从前|过去|去年|前年|早年|末次|最后一次|暂不予?|误服)#",
    r"#[片针剂]{0,2}\W{0,2}(?:已?用完|结束|完成|中断|漏[服用]|未领|退费|已退|拒用|没[吃用]|失败|耐药|抵抗|应答不佳|反应差"
    r"|疗效[差不]|代替|序贯|改[为用]|换[为成用]?|转(?!移)|→"
    r"|[:：]?否(?!认)|不详|至(?:19|20)\d\d|未到货|缺货|断货|无货)|代替#|还是\W*#|#\W*还是|[±]#|由#[^#,，。;；]{0,4}[改换转]",
)
_TOPIC_ZH = any_of(
    r"#[片针剂]{0,2}\W{0,2}(?:皮疹|肺炎|肝损|所致|相关性|解救|解毒|增敏|研究|临床试验|对照组|组(?![\u4e00-\u9fff])|筛选|评估"
    r"|谈话|监测|基因|自费同意)",
    r"监测#|解救#|入#|兽用|[犬狗猫]用?#|孩子[^#,，。;；]{0,4}#",
)
_NOT_SURE = re.compile(any_of(_YET_TO_COME, _OVER, _NOT, _OF_ANOTHER, _TOPIC, _YET_TO_COME_ZH, _OVER_ZH, _TOPIC_ZH))
_NEAR = 120
"""Characters on either side of a drug that are looked at."""


def may_not_be_taken(text: str, start: int, end: int) -> bool:
    """Whether the sentence around the drug at `start`..`end` of folded text leaves open that it is taken now."""
    left, right = sentence(text, start, end)
    left, right = max(left, start - _NEAR), min(right, end + _NEAR)
    if left == start and right == end:
        return False
    return _NOT_SURE.search(f"{text[left:start]}#{text[end:right]}") is not None
