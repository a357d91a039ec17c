"""The drugs that one text names: "Lantus + Enbrel", "metformin, Humira", 二甲双胍、益赛普 name two."""

from __future__ import annotations

import re

_UNIT = r"(?:mg|m?cg|[µμu]?g|mikrogramm|micrograms?|m?l|i\.?[eu]\.?|un?t?s?|units?|mmol|meq|%|毫克|微克|克|毫升|单位)"
_JOINED = re.compile(
    r"(?<!\b[a-z])\+|[;；、，&\n]|联合|,(?!\d)"
    r"|/(?!\s*(?:woche|week|monat|month|hour|stunde|actuat|inhal|tablet|puff|spray|patch|capsul|每|日|次))(?=\s*(?:[a-z]{4}|[\u4e00-\u9fff]{2}))"
    r"|(?<![a-z])(?:and|or|with|plus|und|oder|mit|et)(?![a-z])"
    rf"|(?<=\d)\s*{_UNIT}\s+(?=[a-z]{{5,}} (?:[a-z]+ )?\d[\d.,]*\s*{_UNIT}(?![a-z]))"
)
"""Between two drugs; not in K+."""
_WORD = re.compile(r"[^\W\d_]{4}|[\u4e00-\u9fff]{2}")
_INSTRUCTION = re.compile(
    r"\W*(?:(?:take|use|give|apply|inject|inhale|chew|swallow|place|insert|instil|one|two|three|half|by|for|as|to|in|on|at|per|every|each"
    r"|once|twice|before|after|until|during|only|not|do|if|when|then|may|max|morgens|mittags|abends|nach|vor|bei|zur?|bis)(?![a-z])"
    r"|[\[(]|each\b|每|一[次日天]|早|晚|睡前|餐|饭|必要时|需要时|遵医嘱)"
)
"""So begins what tells how a drug is taken."""
_AMOUNT = rf"\d+(?:[.,]\d+)?\s*(?:{_UNIT}|[片粒支袋瓶盒])(?![a-z])"
_FORM = (
    r"film|(?:film|enteric|sugar)?[- ]?coated|oral|tab(?:let(?:te)?)?s?|(?:film)?tabletten|cap(?:sule)?s?|kapseln?"
    r"|inj(?:ect(?:ion|able|or))?|solutions?|infusion|suspension|emulsion|syrup|drops?|sachets?|powder|granules|cream|ointment|gel|lotion"
    r"|patch|spray|inhal(?:er|ation|ant)"
    r"|nebuli[sz]er|suppositor(?:y|ies)|comprim\w*|compresse|cápsulas?|topical|ophthalmic|nasal|rectal|intravenous|subcutaneous"
    r"|vials?|amp(?:oule|ule)s?|syringes?|pens?|cartridges?|needles?|bottles?|bags?|packs?|handihaler|respimat|diskus|spacer|device|prefilled"
    r"|(?:extended|delayed|modified|sustained|prolonged|immediate|slow)[- ]release|release|retard|chewable|dispersible|soluble|micronized"
)
_FORM_ABROAD = (
    r"comprim\w*|pellicul\w*|(?:quadri)?s[ée]cables?|effervescent\w*|orodispersible\w*|gastro-?r[ée]sistant\w*|enrob\w*|dragéifi\w*"
    r"|g[ée]lules?|molles?|dures?|poudre|buvables?|sachet-doses?|sirop|collyre|gouttes|pommade|crème|seringues?|pr[ée]rempli\w*"
    r"|stylos?|flacons?|perfusion|injectable\w*|diluer|lyophilisat\w*|usage|parent[ée]rale?|libération|prolongée|modifiée"
    r"|croquer|sucer|mâcher|pour|dans|microgrammes?|pulvérisation|nasale|aérosol|suppositoires?|concentré|verre|boîte|voie|orale"
    r"|filmtabl\w*|brausetabl\w*|retardtabl\w*|hartkapsel\w*|weichkapsel\w*|magensaftresistent\w*|retardiert\w*|überzogen\w*"
    r"|fertigspritze\w*|fertigpen\w*|(?:injektions|infusions)\w*|konzentrat|herstellung|einer|pulver|trockensubstanz|lösung"
    r"|tropfen|augentropfen|salbe|zäpfchen|beutel|ampullen|stück"
    r"|(?:film|bruis|disper|kauw)tablet\w*|omhuld\w*|drank|stroop|druppels|zalf|injvlst|infvlst|inj(?:ectie)?vloeistof"
    r"|infusie(?:poeder|vloeistof)|wegwerpspuit|pdr|stuks?"
)
"""French, German and Dutch, as their registers end the name of a product: "comprimé pelliculé"."""
_MANNER = (
    r"only|mucosal|metered|osmotic|microcrystals|macrocrystals|isophane|formulations?|lubricant|virus|daily|weekly|monthly|hourly|hours?|actuat(?:ion)?s?|puffs?|doses?|strength|single|unit|units|combinations?|derivatives|mixtures?|minerals?"
    r"|electrolytes|supplies|salts?|zouten|human|regular|porcine|bovine|conjugated|anhydrous|food|meals?|water|milk|breakfast|lunch|dinner|supper"
    r"|(?:chemo|immuno)?therapy|treatment|prophylaxis|course|pulse|taper|cycles?|regimen|protocol|biosimilar|generic|brand"
    r"|sodium|potassium|hydrochloride|product|medicinal"
    r"|(?:sugar|preservative|cfc|gluten|lactose|alcohol)[- ]free|low|high|adults?|children|pa?ediatric"
)
_REMARK = (
    r"hctz|name|necessary|medically|inr|target|goal|range|dispense|as written|refills?|substitut\w*|notes?"
    r"|pharma\w*|lab(?:oratorie)?s|limited|gmbh|ratiopharm|hexal|stada|sandoz|teva|mylan|viatris|zentiva|heumann|aliud"
    r"|pfizer|bayer|novartis|sanofi|roche|merck|msd|astrazeneca|lilly|novo nordisk|cipla|lupin|zydus|torrent"
    r"|reddy'?s|apotex|accord|aurobindo|actavis"
)
"""What is said beside a drug, and makers; hydrochlorothiazide by its short name."""
_NO_NAME = re.compile(
    rf"{_AMOUNT}|(?<![a-z])(?:{_FORM}|{_FORM_ABROAD}|{_MANNER}|{_REMARK})(?![a-z])"
    r"|批号\w*|国药准字\w*|规格\w*|厂家|产地|进口|国产|自备|自费|医保|有限公司|制药"
    r"|拜耳|辉瑞|诺华|赛诺菲|罗氏|默沙东|阿斯利康|诺和诺德|礼来|葛兰素史克|齐鲁|恒瑞|正大天晴|石药|扬子江"
    r"|每[日天]|治疗|方案|化疗|疗程|冲击|口服|静脉|皮下|肌肉|外用|滴注|注射[用液]|缓释|控释|肠溶|分散|胶囊|颗粒|软膏|乳膏|溶液|滴眼液|喷雾剂|吸入|[糖包薄]?[衣膜]?片剂?"
)
"""Amounts, forms and times."""
_MAKER = re.compile(r"\([^()]*\)")
"""Behind a form in brackets: who makes it."""


def joined_drugs(text: str) -> list[str]:
    """The parts of folded `text` that name something; the text itself where none does, or nothing is joined."""
    first, *more = _JOINED.split(text)
    named = [one for one in more if not _INSTRUCTION.match(one) and _names_something(_MAKER.sub(" ", one))]
    return [one for one in (first,) if _names_something(one)] + named or [text]


def _names_something(part: str) -> bool:
    return _WORD.search(_NO_NAME.sub(" ", part)) is not None
