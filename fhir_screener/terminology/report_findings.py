"""Whether a clause of a chest report says that nothing was found, and of what. English and Chinese."""

from __future__ import annotations

import re

from fhir_screener.terminology.lines import fold_lines
from fhir_screener.terminology.patterns import any_of
from fhir_screener.terminology.phrases import stance
from fhir_screener.terminology.result_words import Polarity, read_words
from fhir_screener.terminology.stance import Stance

_CLAUSES = re.compile(r"[.;。；\n，,]")
_PART = re.compile(
    any_of(
        r"\b(?:left|right|upper|lower|bases?|basal|apex|apices|apical)\b|左|右|肺底|肺尖",
        r"\b(?:abdom\w*|bone|fracture|brain|head|neck)\b|腹|骨",
    )
)
_PLACES = any_of(
    r"双肺|两肺|肺野|肺门|纵隔|淋巴结|胸腔|胸膜|胸廓|气管|支气管|膈肌?|肋膈角",
    r"心影|心脏|心包|大血管|食管",
    r"及|和|与|、",
)
_NOTHING = re.compile(
    any_of(
        r"(?:no|without)\b(?! (?:change|old|longer|(?:new|interval|doubt|question|treatment|therapy)\b))",
        rf"{_PLACES}*(?:未见|均未见)(?!陈旧)",
        rf"{_PLACES}*(?:无|均无)(?!.{{0,4}}变化)",
    ),
    re.IGNORECASE,
)
_WELL = re.compile(
    r"\b(?:normal|negative|unremarkable|clear|within normal limits)$|(?:正常|清晰|锐利|光整|居中)$", re.IGNORECASE
)
_NOT_WELL = re.compile(r"\bnot\b|不|欠", re.IGNORECASE)
_COMPARED = re.compile(
    any_of(
        r"\b(?:changed?|unchanged|improve\w*|resol\w*|regress\w*|differ\w*|stable|compar\w*|previous|prior)\b",
        r"变化|改变|吸收|好转|相仿|相似|对比|比较|新发|新增|新出现",
    ),
    re.IGNORECASE,
)
"""That something is as it was says nothing of what it was."""
_LOOKED_FOR = re.compile(
    any_of(
        r"abnormal|\bfindings?\b|disease|process|lesion|patholog|infiltrat|consolidat|opacit|nodul|cavit|pneumoni|infect",
        r"异常|病变|病灶|实变|渗出|空洞|斑片|浸润|结节|炎",
    )
)
"""What a report must have looked for to find nothing: that there is no embolism, fluid or bleeding does not speak of it."""
_BESIDE_THE_LUNGS = re.compile(
    r"heart|cardiac|aort|mediastin|hil(?:um|ar|a)\b|diaphragm|trachea|vessel|心|主动脉|纵隔|膈|气管|血管"
)
_LUNGS = re.compile(r"lung|pulmonary(?! (?:arter|embol|vessel|vein))|cardiopulm|chest|thora|肺(?!动脉|静脉|门|栓)|胸")
_LEFT_OPEN = re.compile(
    any_of(
        r"\b(?:early|subtle|active|infect\w+|disease)\b(?:\W+\w+){0,3}\W+"
        r"(?:cannot|can not|can't) be (?:\w+ )?(?:excluded|ruled out)",
        r"(?:感染|活动|早期)(?:性)?(?:病变|病灶)?(?:尚)?不能?(?:完全)?(?:除外|排除)",
    ),
    re.IGNORECASE,
)


_NO_ACTIVITY = re.compile(
    any_of(
        r"(?:双|两)(?:侧)?肺(?:野)?纹理(?:稍|略|轻度)?(?:增[多粗强重浓]|紊乱|[、及])+",
        r"心影(?:大小)?(?:不大|未见增大|稍大|略大|增大|饱满)|主动脉(?:弓|结|壁)?(?:迂曲|硬化|增宽|突出|可见|钙化|斑块|[、及])+",
        r"冠(?:状动)?脉(?:走行区)?(?:多发)?(?:可见)?钙化(?:斑块?)?|(?:胸椎|脊柱)(?:骨质)?(?:退行性|增生|侧弯|改变|变|[、及])+",
        r"(?:mildly )?(?:increased|prominent) (?:broncho)?(?:vascular|pulmonary|lung) markings(?: in both lungs| bilaterally)?",
        r"(?:mild )?cardiomegaly|(?:tortuous|unfolded|calcified|atherosclerotic)(?: and calcified)? (?:thoracic )?aorta",
        r"(?:aortic|coronary)(?: artery)? (?:atherosclerosis|calcifications?)",
        r"(?:mild )?degenerative changes (?:of|in) the (?:thoracic )?spine",
    ),
    re.IGNORECASE,
)
_SIGN = re.compile(r"\bcavit\w+|tree[- ]in[- ]bud|\bmiliary\b|空洞|树芽征|粟粒")
_THERE = frozenset({Stance.ASSERTED, Stance.DOUBTFUL})


_NO_ITEM = (
    r"is|are|was|were|has|have|seen|noted|present|show\w*|found|can\w*|may|might|could|not|exclud\w*|suspect\w*|possib\w*|probab\w*"
    r"|likely|concern\w*|suggest\w*|consistent|stable|unchanged|new|known"
)
_ITS_WORD = rf"(?!(?:{_NO_ITEM})\b)[a-z/-]+"
# A word ends where its blank is: could it be cut anywhere, a list without "or" would be tried in billions of ways.
_ITEM = rf"(?!(?:no|but|however|with)\b){_ITS_WORD}(?: {_ITS_WORD}){{0,4}} ?"
_LIST = re.compile(rf"\b(?:no|without) [^.;,:]{{1,200}}(?:, {_ITEM})*,? n?or {_ITEM}(?=[.;\n]|$)", re.IGNORECASE)
"""What is denied together: "no nodules, consolidation, or cavities"."""
_REGION = re.compile(
    r"(?:(?<=[.;\n])|^)\s*(?:lungs?(?: and (?:airways?|pleura))?|pleura|airways?|mediastinum): ?", re.IGNORECASE
)


def clauses_of(text: str) -> list[str]:
    """The clauses of a report that have words; a list of what is denied is one, a region that it begins with is left out."""
    plain = _LIST.sub(lambda found: found.group().replace(",", ""), _REGION.sub(" ", text))
    return [clause for clause in _CLAUSES.split(plain) if clause.strip(" .")]


def is_of_a_part(clause: str) -> bool:
    """Whether it speaks of one side, one lobe, or another region."""
    return bool(_PART.search(clause.lower()))


def finds_nothing(clause: str) -> bool:
    """Whether it says that nothing was found, or that all is well; what is only as it was is neither."""
    if _COMPARED.search(clause):
        return False
    plain = clause.strip()
    if read_words(clause) is Polarity.NEGATIVE or _NOTHING.match(plain):
        return True
    return bool(_WELL.search(plain)) and not _NOT_WELL.search(clause)


def is_beside_the_point(clause: str) -> bool:
    """Whether it tells only of what is seen in many a chest and is no sign of an infection: markings, vessels, the heart."""
    return bool(_NO_ACTIVITY.fullmatch(clause.strip()))


def is_of_the_whole(clause: str) -> bool:
    """Whether a clause that finds nothing speaks of the lungs and of what could be in them."""
    plain = clause.strip().lower()
    if _BESIDE_THE_LUNGS.search(plain) and not _LUNGS.search(plain):
        return False
    return bool(_LOOKED_FOR.search(plain) or _WELL.search(plain))


def leaves_open(text: str) -> bool:
    """Whether a denial takes itself back: an infection that cannot be excluded, a sign of one that is there."""
    return bool(_LEFT_OPEN.search(text)) or _shows_a_sign(fold_lines(text))


def _shows_a_sign(plain: str) -> bool:
    """Whether it asserts what tuberculosis looks like, whatever it is then called."""
    return any(stance(plain, found.start(), found.end()) in _THERE for found in _SIGN.finditer(plain))
