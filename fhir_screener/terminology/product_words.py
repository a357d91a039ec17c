"""What the words around a drug tell of the product and its purpose: its strength, and that it is given ahead of something."""

from __future__ import annotations

import re
from functools import lru_cache

from fhir_screener.terminology.coding import fold
from fhir_screener.terminology.dose_words import DIGITS, OFTEN, milligrams

_STRENGTH = re.compile(
    rf"(?<!\d)({DIGITS})\s*(mg|毫克|g|克|ug|mcg|μg|微克)(?![a-z])(?:\s*/\s*({DIGITS})?\s*(ml|毫升))?"
)
_RHYTHM = re.compile("|".join(f"(?<![a-z])(?:{pattern})(?![a-z])" for pattern, _, _ in OFTEN) + "|次")


@lru_cache(maxsize=20_000)
def read_strength(name: str) -> tuple[float, str] | None:
    """mg of one piece, or mg/mL, as a product's name states it once ("醋酸泼尼松片 5mg×100片"); None where it does not."""
    plain = fold(name)
    found = _STRENGTH.findall(plain)
    if len(set(found)) != 1 or _RHYTHM.search(plain) or "%" in plain:
        return None
    number, unit, volume, per = found[0]
    amount = milligrams(number, unit)
    if not per:
        return amount, "mg"
    return (amount / float(volume or 1), "mg/mL") if float(volume or 1) else None


_PREMEDICATION = re.compile(
    r"pre-?medicat|(?:before|prior to) (?:iodinated )?contrast|anti-?emetic|术前用药|预处理用药|化疗前|化疗预处理|造影前"
    r"|增强(?:ct|扫描|造影)?前|输注前|输血前|预防(?:输液反应|过敏|呕吐)|止吐"
)


def is_premedication(text: str) -> bool:
    """Whether the words say that a drug is given ahead of something else, and not as a therapy."""
    return bool(_PREMEDICATION.search(fold(text)))


_ABOUT = re.compile(
    r"\beducat|\bteach|\binstruct|counsel|\bconsent|allerg|(?:skin|patch|prick) test|\blevels?\b|\btrough\b|concentration"
    r"|\bassay|measure|\bgenotyp|\bscreen|\btest(?:ing|s)?\b(?! dose)|prior authori[sz]ation|\breferral|\bdiscuss"
    r"|\bnot (?:yet )?(?:performed|done|given|carried out)|\bcancel+ed|\bdeclined|\brefused|\bdeferred|\bpostponed|\babandoned"
    r"|宣教|教育|指导|咨询|知情同意|告知|谈话|皮试|过敏试验|浓度|测定|检测|化验|筛查|基因|预约|会诊"
    r"|未(?:行|做|施行|实施|执行)|取消|拒绝|暂缓|推迟"
)
_WATCHED = re.compile(r"\bmonitor|\breview|\bassess|\bevaluat|监测|评估|复查|随访|观察")
_GIVEN = re.compile(r"infus|inject|administ|\bpulse|输注|滴注|静滴|注射|给药|冲击")


_OTHER_DEED = re.compile(r"(?<![a-z])(?:mmf|rtx)(?![a-z])")
"""Maxillomandibular fixation, and radiotherapy or a transplanted kidney: of a drug's short name only where it is given."""


@lru_cache(maxsize=8192)
def only_named(procedure: str) -> bool:
    """Whether a procedure names a drug or an operation without giving or doing it: teaching, consent, an allergy test, a
    level, its monitoring; or says that it was not done. So too a short name that is also that of another procedure.
    """
    plain = fold(procedure)
    if _ABOUT.search(plain):
        return True
    return bool(_WATCHED.search(plain) or _OTHER_DEED.search(plain)) and not _GIVEN.search(plain)


_TOPIC = re.compile(
    r"\w\W{1,3}(?:injection |trough |drug |patient )?(?:levels?|education|teaching|information (?:leaflet|booklet)|booklet|consent"
    r"|antibod(?:y|ies)|work-?up|prior auth\w*|monitoring)\W*$"
    r"|(?:血药)?浓度(?:监测|测定)?$|知情同意书?$|皮试$|基因检测$|抗体(?:检测)?$"
)


@lru_cache(maxsize=8192)
def names_a_topic(drug: str) -> bool:
    """Whether the name of a drug ends in what is not the drug: its level, its consent form, a leaflet about it."""
    return bool(_TOPIC.search(fold(drug)))


_NO_DISEASE = re.compile(
    r"(?:\W|\b(?:disease|acute|active|activity|flare(?:-?up)?|relapsed?|recurren(?:ce|t)|exacerbation|induction|remission|therapy|treatment"
    r"|maintenance|steroids?|glucocorticoids?|corticosteroids?|immunosuppress(?:ion|ive)|anti-?inflammatory|inflammat(?:ion|ory)"
    r"|autoimmune|control|symptoms?|see notes?|as directed|per|protocol|other|unspecified|diagnostic|trial|new|onset|initial|first"
    r"|of|for|the|and|in|to|start|initiation|continuation)\b"
    r"|疾病|病情|病|活动|期|性|复发|急|加重|诱导|缓解|维持|治疗|免疫抑制|自身免疫|抗炎|糖皮质激素|激素|炎症|控制|症状|对症|遵医嘱|用药|诊断|初治|新发|初发|起始)+"
)


@lru_cache(maxsize=8192)
def names_no_disease(reason: str) -> bool:
    """Whether a stated reason says only that there is something to treat: a flare, an induction, "see note"."""
    return bool(_NO_DISEASE.fullmatch(fold(reason)))
