"""Routes and dose forms: does the drug reach the whole body? Codes first, then words, English and Chinese.

Systems: SNOMED CT route of administration, HL7 v3 RouteOfAdministration, EDQM Standard Terms (20xxxxxx).
"""

from __future__ import annotations

import re
from functools import lru_cache

from fhir_screener.terminology.coding import Concept, fold

_SYSTEMIC = frozenset(
    # SNOMED CT: oral, IV, peripheral IV, IM, SC, sublingual, enteral, nasogastric, gastrostomy, transdermal
    """26643006 47625008 255560000 419993007 78421000 34206005 37839007 417985001 127492001 127490009 45890007"""
    # HL7 v3
    """ PO IVINJ IV IVP IVPB IVSOL IVFLUSH IVINJBOL IVBOLUS IVPUSH IVINFUS IVDRIP IM IMINJ IMIDINJ SQ SC SQINJ SCINJ SUBQ
    SL NGT GT GJT JJTINSTL OGT NASOGASINSTL GASTRO CHEW DISSOLVE TRNSDERMD TRANSDERMAL ENTINSTL PEGT"""
    # EDQM: oral, intravenous, intramuscular, subcutaneous, sublingual, transdermal, gastroenteral
    " 20053000 20045000 20035000 20066000 20067000 20070000".split()
)
_LOCAL = frozenset(
    # SNOMED CT: topical, ophthalmic, otic, nasal, inhalation, respiratory tract, rectal, vaginal, intra-articular,
    # intralesional, cutaneous, dental, gingival, intravitreal, ocular, intravesical, oromucosal, intradermal
    """6064005 54485002 10547007 46713006 18679011000001101 447694001 37161004 16857009 12130007 372466002 448598008
    372449004 372457001 418401004 372468001 372471009 372473007 372464004"""
    # HL7 v3
    """ TOPICAL SKIN DERMAL CUTANEOUS OPTHALTA OPHTHALTA OPHTHALMIC OTICDROP OTICINSTL OTIC NASINHL NASALSPR NASAL NASINSTL
    NASSPRAY IPINHL ORINHL INHL INHAL NEB RESPINHL RECINSTL RECTAL PR VAGINSTL VAGINAL PV VAG IARTINJ IA INTRAARTICULAR
    ILESINJ IVITINJ IDINJ IBURSINJ ISINJ SUBCONJTA GARGLE SWISHSPIT SWISHSWAL SUCK BUC MUCTA DENTAL"""
    # EDQM: auricular, cutaneous, dental, inhalation, intraarticular, intralesional, intraocular, intravitreal, nasal,
    # ocular, oromucosal, oropharyngeal, rectal, subconjunctival, vaginal
    """ 20001000 20003000 20004000 20020000 20024000 20036000 20047000 20049000 20051000 20054000 20055000 20061000
    20065000 20072000""".split()
)
_LOCAL_WORDS = re.compile(
    r"topical|ophthalm|\beye\b|eye drop|ocular|\botic\b|\bear\b|nasal|intranasal|inhal|nebuli[sz]|respimat|turbuhaler|aerosol"
    r"|(?<!colo)rectal|enema|suppositor|vaginal|intra-?articular|intra-?lesional|intravitreal|intraocular|subconjunctival|cream"
    r"|ointment|\blotion|\bgel\b|shampoo|scalp|\bfoam\b|(?<!sub)(?<!per)cutaneous|on the skin|oral paste|orabase|\bdental|mouthwash"
    r"|\bophth?\b|\bopth\b|\boint\b"
    r"|\beyes\b|affected area|sub-?tenon|peri-?bulbar|retro-?bulbar|intra-?tympanic|intradermal|\bimplant\b|eluting"
    r"|drug-coated|\brektal|intraartikul|\bauge|\bohren|auf die haut|salbe\b|zäpfchen"
    r"|mouth rinse|gargle|\bdrops?\b.*\b(?:eye|ear|nose)|metered dose|dry powder|\bspray\b"
    r"|外用|软膏|乳膏|霜剂|凝胶|洗剂|搽剂|贴膏|滴眼|眼用|眼膏|滴耳|滴鼻|鼻喷|鼻用|喷鼻|经鼻|吸入|雾化|气雾|喷雾|灌肠|直肠|栓剂|阴道"
    r"|关节腔|关节内|皮损内|病灶内|玻璃体|结膜下|含漱|漱口|口腔糊|涂|局部|患处|双眼|球后|球旁|球周|鼓室|皮内|植入|洗脱"
    r"|纳肛|塞肛|(?<![血溶抗])栓(?!塞)"
)
# What one reads in an instruction alone: how the drug goes in, whatever else the sentence speaks of.
_WARNED = re.compile(
    r"not for oral|do not (?:swallow|take by mouth)|(?:external|topical) use only|[勿禁][^,。;]{0,3}[服口]|不[可得能宜](?:口服|内服)"
)
_BY_BODY = re.compile(
    r"by mouth|\btake\b(?! (?:\d|one|two|three) (?:puff|spray|drop))|\borally\b"
    r"|\boral\b(?! (?:rinse|paste|gel|inhal))|\bpo\b|\bp\.o\.|\bper os\b|swallow|intraven|\biv\b|\bi\.v\."
    r"|ivgtt|intramusc|\bim\b(?! (?:auge|ohr))|\bi\.m\.|subcut|\bsc\b|\bsq\b|\bs\.c\.|sublingual|nasogastric|\bng tube"
    r"|口服|内服|静脉|静滴|静推|静注|肌肉|肌注|皮下|舌下|含服|鼻饲|胃管|顿服|吞服|冲服|嚼服|送服|晨服|餐后服|饭后服"
)
_IN_PLACE = re.compile(
    r"(?:\d|\bone|\btwo) ?(?:drops?\b|gtts?\b(?!/))|\bdrops? (?:in|into|to) (?:the|each|both|left|right|affected)\b"
    r"|\binstil|\bapply|\bapplied\b|thin(?:ly\b| layer)"
    r"|\bpuffs?\b|\bsprays?\b|inhale|nebuli|\brinse|gargle|\bswish|suppositor|enema|per rectum|\bpr\b|\bp\.r\.|rectally"
    r"|vaginally|(?:each|both|left|right) (?:eyes?|ears?|nostrils?)\b|affected area|\bto (?:the |your )?(?:face|skin|hands|feet|scalp)\b"
    r"|\b(?:in|into) (?:the |each |left |right )*(?:eyes?|ears?|nose|knees?|joints?|shoulders?|hips?|elbows?|vagina|rectum)\b"
    r"|\d ?滴(?!/|每分)|滴[入眼鼻耳]|点眼|[双左右患]眼|[喷揿]|\d ?吸|吸入|雾化|含漱|漱口|灌肠|塞肛|肛塞|纳肛|外用|外敷|敷|涂|抹|擦|患处"
    r"|创面|关节腔|关节内|结膜|玻璃体|球旁|球后|阴道给药"
)
_MASS = re.compile(r"\d ?(?:mg|毫克|片|粒|tab|cap)")
_REGIONAL = re.compile(
    r"intrathecal|epidural|intra-?synovial|intra-?bursal|infiltrat|nerve block|trigger point|tendon sheath"
    r"|鞘内|椎管|硬膜外|封闭|痛点|腱鞘|滑囊|神经阻滞"
)
_SYSTEMIC_WORDS = re.compile(
    r"\boral\b|\bpo\b|by mouth|orally|swallow|tablet|\btabs?\b|capsule|\bcaps?\b|intraven|\biv\b|\bi\.v\.|infusion|intramusc"
    r"|\bim\b|subcut|\bsc\b|\bsq\b|\bs\.c\.|sublingual|injection|injectable|\binj\b|parenteral|enteral|nasogastric|syrup"
    r"|\bvial\b|prefilled|pre-filled|transdermal|for injection|disintegrating|extended release|delayed release"
    r"|口服|静脉|静滴|静推|静注|肌肉|肌注|皮下|舌下|鼻饲|胃管|注射|输注|滴注|片|胶囊|丸|颗粒|糖浆|口服液|冻干|粉针|透皮"
)


def by_codes(route: Concept) -> bool | None:
    """Systemic or not, by the codes of a route; None where no code is known."""
    for one in route.codings:
        code = one.code.upper()
        if code in _SYSTEMIC:
            return True
        if code in _LOCAL:
            return False
    return None


@lru_cache(maxsize=8192)
def by_words(text: str) -> bool | None:
    """Systemic or not, by the words of a route, a dose form or a product's name; what is local is looked for first."""
    folded = fold(text)
    if _LOCAL_WORDS.search(folded):
        return False
    return True if _SYSTEMIC_WORDS.search(folded) else None


@lru_cache(maxsize=8192)
def by_instruction(text: str) -> bool | None:
    """The same for a whole instruction, which may speak of an eye or a nose though tablets are swallowed.

    None where words of a place stand beside an amount by mass or in tablets: they may tell of anything.
    """
    folded = fold(text)
    plain = _WARNED.sub(" ", folded)
    if _BY_BODY.search(plain):
        return True
    if plain != folded:
        return False
    found = False if _IN_PLACE.search(plain) else by_words(text)
    return None if found is False and _MASS.search(plain) else found


@lru_cache(maxsize=8192)
def is_in_place(text: str) -> bool:
    """Whether words put a drug on or into one place of the body, as an eye, a joint or the spine, and not into the whole."""
    plain = fold(text)
    return bool((_IN_PLACE.search(plain) or _REGIONAL.search(plain)) and not _BY_BODY.search(_WARNED.sub(" ", plain)))


def systemic_route(route: Concept) -> bool | None:
    """Systemic or not, by a route's codes, else its words; None where neither is known."""
    found = by_codes(route)
    if found is not None:
        return found
    for text in (route.text, *(one.display for one in route.codings)):
        found = by_words(text) if text else None
        if found is not None:
            return found
    return None
