"""What the words around a drug say of its being taken: more narrowly than of other terms, for a drug on record is no mere topic.

A denial counts where it is of the drug itself; one of something else beside it leaves the drug in doubt.
"""

from __future__ import annotations

import re

from fhir_screener.terminology.clauses import REACH, clause, sentence
from fhir_screener.terminology.coding import fold
from fhir_screener.terminology.denial_words import NEGATED_AFTER, NEGATED_BEFORE
from fhir_screener.terminology.drug_topics import may_not_be_taken
from fhir_screener.terminology.lines import fold_lines
from fhir_screener.terminology.phrases import stance
from fhir_screener.terminology.stance import Stance
from fhir_screener.terminology.taken_back import ENDED

_TO_DENY = re.compile(
    r"(?:\bno|\bnot|\bnever|\bwithout|\bden(?:y|ies|ied)|\bneither|否认|未|无|没有|非)\W*(?:(?:on|any|current|prior|previous|past|use|usage"
    r"|of|history|hx|treatment|treated|therapy|exposure|taking|taken|received?|receiving|given|started|had|with|to|for|a|the|been"
    r"|使用|应用|服用|用|过|接受|既往|曾|行|予|给予|口服|任何|注射|的|其他)\W*)*$"
)
_CONDITION = r"\b(?:if|in case|should|unless)\b|如果|若|倘若|假如|一旦|万一"
_ASIDE = re.compile(r"\bexpos(?:ure|ed) to\b|prophyla\w*|vaccinat\w*|预防|疫苗|\w{2,3}代[取购领配买开]|" + _CONDITION)
"""What a drug is for, who fetches it, on what condition its dose hangs, that one was exposed to it: no plan, and nobody else's drug."""
_NO_PLAN = re.compile(_CONDITION + r"|\bexpos(?:ure|ed) to\b")
_NOT_OF_IT = re.compile(
    r"stop|discontin|toler|miss|skip|complian|adheren|respon|side effect|adverse|effect|reaction|longer|improv|chang|refill"
    r"|停|耐受|不良反应|副作用|效|依从|规律|漏|减量|加量|反应"
)
_BECAUSE_OF = re.compile(
    r"(?:[a-z\u4e00-\u9fff]{2}[^.;\n]{0,40}?(?<![a-z])(?:(?<!prescription )(?<!order )(?<!rx )(?<!refill )(?<!request )for|(?:day )?after"
    r"|before|prior to|following|during|(?:while|when|whilst) (?:on|taking|receiving)|due to|because of|(?:caused|induced) by"
    r"|secondary to|prophylaxis (?:\(|on)|premed\w*)"
    r"|(?:failure (?:of|on|with)|failed|(?:switch|chang|convert)\w* (?:over )?from|replac(?:es|ing)|refractory to|respon(?:se|d) to))"
    r"\W*(?:(?:the|any|each|every|his|her|your|weekly|monthly|oral|iv|last|next|long[- ]term|(?:low|high)[- ]dose|course of|infusions? of"
    r"|starting|stopping)\W+)*$"
)
"""What leads up to a drug for whose sake, after or before which another one is taken: that it is taken is said in passing."""
_OR_BEFORE = re.compile(r"(?:(?<![a-z])(?:or|oder)\s|或者?)\s*$")
_OR_BEHIND = re.compile(
    r"[^a-z\u4e00-\u9fff,;.]*(?:m?c?g\b|毫?克)?\s*"
    r"(?:(?<![a-z])(?:or|oder)\s+(?!(?:as|more|less|per|until|when|if|other)\b)[a-z]{4}|或者?[\u4e00-\u9fff]{2})"
)
"""One of two drugs: nobody knows which."""
_NOT_NOW_BEFORE = re.compile(
    r"(?<![a-z])(?:contraindicat\w*|avoid\w*|ex|tried|refus\w*|in error|error|cancell?ed|reaction to|unable to tolerate"
    r"|completed|finished|anti|(?:dog|cat)'s)\W*$|(?:暂不用?|(?:\d|十|余|多)年前|[若如]?复发)\W*$"
)
_NOT_NOW_BEHIND = re.compile(
    r"\W{0,3}(?:(?:is|was|are|were|has been) )?(?:contraindicat|avoid|considered|next (?:week|month|year|visit)|held\b|previously"
    r"|(?:\d+ )?(?:years?|months?|yrs?) ago|fail(?:ure|ed)\b|toxicity|overdose|(?:infusion |drug )?(?:reaction|rash)\b|induced"
    r"|ordered in error|pending|referral|trial\b|for (?:the )?(?:dog|cat)\b|free\b|na[iï]ve|expired|not available"
    r"|out of stock|not tolerated|completed\b)"
    r"|\W{0,2}(?:(?:用药|使用|过敏)?史|无效|治疗失败|待用|(?:\d|十|余|多)+年前|中毒|不良反应|退药|未取|缺药|停产)"
)
"""Beside a drug's name: it is not taken now, or nobody knows."""
_TAKEN = frozenset({Stance.ASSERTED, Stance.PAST})
_AGAINST = re.compile(r"allerg|hypersensitiv|intoleran|alternative to|instead of|过敏|不耐受|替代")


def drug_stance(text: str, start: int, end: int) -> Stance:
    """The same where the term is the drug of a record: a denial that is not of the drug itself leaves it in doubt.

    "No refills: methotrexate" and "never daily: methotrexate" are no words of somebody who does not take it.
    """
    far = max(0, start - 2 * REACH)
    text, start, end = text[far : end + 2 * REACH], start - far, end - far
    plain = _ASIDE.sub(_blank, text[:start]) + text[start:end] + _ASIDE.sub(_blank, text[end:])
    said = stance(plain, start, end)
    if said is Stance.NEGATED:
        before = plain[max(0, start - REACH) : start]
        bound = _TO_DENY.search(before) or re.match(rf"\W*(?:{NEGATED_AFTER})", plain[end:])
        return Stance.NEGATED if bound else Stance.DOUBTFUL
    left, right = clause(plain, start, end)
    if said not in _TAKEN:
        return said
    passing = _AGAINST.search(plain, left, right) or _in_passing(text, start, end) or not_given(text, start)
    return Stance.DOUBTFUL if passing or may_not_be_taken(text, start, end) else said


def _in_passing(text: str, start: int, end: int) -> bool:
    """Whether the drug stands there only for another one's sake, as one of two, or as what is not taken now."""
    before = text[max(0, start - REACH) : start]
    if _NOT_NOW_BEFORE.search(before) or _NOT_NOW_BEHIND.match(text, end):
        return True
    return bool(_BECAUSE_OF.search(before) or _OR_BEFORE.search(before) or _OR_BEHIND.match(text, end))


_NOT_GIVEN = re.compile(
    r"(?:未(?:曾|再|同时)?|暂?(?:时)?不|拒绝|谢绝|不同意|不愿意?)(?:予以?|给予|行|加用|联合|联用|应用|接受|使用|启用|采用|口服|服用|注射|输注)?"
    r"(?:过|任何)?$"
)
_OPTION_BEFORE = re.compile(
    r"\b(?:(?:treatment |therapeutic )?options? (?:include|are|would be|being)|(?:check|obtain|test|screen|vaccinat|await)\w*\b[^.;]{0,60}"
    r"\b(?:before|prior to)(?: (?:starting|initiating|any|the|further))?)\b[^.;]{0,30}$"
)
_OPTION_BEHIND = re.compile(r"[^.;]{0,40}\bas (?:an |alternative |possible |future )?options?\b")
_PERHAPS_GIVEN = re.compile(
    r"\b(?:checked|obtained|tested|screened|vaccinated|awaited|received|given|got|began|continu\w+|resum\w+|infus\w+|today|since)\b"
    r"|\b(?:19|20)\d\d\b|\bon \d"
)
"""In the sentence of an option: what was looked at before a drug, or has a day, may well have been followed by it."""


def not_given(text: str, start: int) -> bool:
    """Whether the words right before a treatment say that it was not given, or was refused: 未予, 未加用, 拒绝."""
    return _NOT_GIVEN.search(text, max(0, start - 12), start) is not None


_GIVEN_AFTER_ALL = re.compile(
    r"\b(?:was|were|has been|had been) (?:given|infused|administered|started|begun)\b|\b(?:infusion|dose) (?:was given )?today\b"
)
"""Behind a drug that a sentence only plans by its first words: "screened for TB prior to rituximab infusion today"."""


def told_stance(text: str, start: int, end: int) -> Stance:
    """The same where a narrative names a drug: "has not stopped methotrexate" does not deny it."""
    far = max(0, start - 2 * REACH)
    text, start, end = text[far : end + 2 * REACH], start - far, end - far
    said = stance(text, start, end)
    if said is Stance.PLANNED and _NO_PLAN.search(text, max(0, start - REACH), start):
        said = stance(_NO_PLAN.sub(_blank, text[:start]) + text[start:], start, end)
    if said is Stance.PLANNED and _GIVEN_AFTER_ALL.search(text, end, sentence(text, start, end)[1]):
        return Stance.DOUBTFUL
    if said is Stance.ASSERTED and not_given(text, start):
        return Stance.NEGATED
    if said is Stance.ASSERTED and (_OPTION_BEFORE.search(text[:start]) or _OPTION_BEHIND.match(text, end)):
        return Stance.DOUBTFUL if _PERHAPS_GIVEN.search(text, *sentence(text, start, end)) else Stance.PLANNED
    if said is not Stance.NEGATED:
        return said
    left, _ = clause(text, start, end)
    last = max((found.end() for found in re.finditer(NEGATED_BEFORE, text[left:start])), default=None)
    return Stance.DOUBTFUL if last is not None and _NOT_OF_IT.search(text, left + last, start) else said


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())


_IF = re.compile(r"\b(?:if|when|unless|until|before|after|once)\b|若|如|当|一旦|时")


def says_ended(instruction: str) -> str:
    """The words of an instruction that end what it instructs, where no condition is set; "" for none."""
    plain = fold_lines(instruction)
    for found in ENDED.finditer(plain):
        left, _ = clause(plain, found.start(), found.end())
        if not _IF.search(plain, left, found.start()):
            return found.group()
    return ""


_HERE = (
    r"(?=\W*(?:$|[.;,)。;,]|it\b|this\b|the (?:med|drug)|med|as (?:prescribed|directed)|since|any ?more|now\b|at this time|yet\b"
    r"|because|due))"
)
_STOP = r"(?=\W*(?:$|[,。;,)]))"
_NOT_TAKEN = re.compile(
    r"^\W*do not (?:take|use|start|give|administer)\W*$|^\W*(?:勿|禁止?|不要|请勿)(?:服用?|使用|给药)\W*$|"
    rf"\bnot (?:currently |presently |yet )?(?:taking|using|filled|picked up|started)\b{_HERE}"
    rf"|\bnever (?:filled|picked up|took|used)\b{_HERE}"
    rf"|\b(?:declined|refused)\b{_HERE}|拒绝(?:使用|用药|服用|注射|治疗)?{_STOP}"
    r"|\binsurance den(?:ied|ial)|\bden(?:ied|ial) by (?:the )?insur"
    rf"|未(?:用|服|服用|使用|取药|领药|用药){_STOP}|暂缓(?:用药|使用)?{_STOP}"
)
_HELD = re.compile(
    rf"\bon hold\b|\bhold(?:ing)?\b(?=\W*(?:$|[.;,]|until|pending|further|this\b|it\b|med))|暂停(?:用药|服用|使用)?{_STOP}"
)
_GONE = re.compile(
    r"^\W*(?:history of|h/o|hx of|s/p|status post|past|previous(?:ly)?|prior|former(?:ly)?|off(?!-?label)|stop(?:ped)?|hold|on hold"
    r"|d/c(?:'?d|ed)?|既往|曾)(?![a-z])|\bd/c(?:'d|d|ed)?\b"
    r"|\b(?:if|in case of|when) (?:relaps|recur|flar|no response|not respond|wors)\w*|(?:如|若)?(?:复发|无效|加重)时"
)
"""What is beside a drug's name must be of the drug: "not taking NSAIDs" and "hold for fever" are of something else."""


_REFUSED = re.compile(r"^\W*(?:declined|refused)\b|拒绝")


def says_not_taken(text: str, *, ongoing: bool = False) -> str:
    """The words of a note or an instruction that say it is not taken, or is held where it goes on; "" for none."""
    plain = fold_lines(text)
    for words in (_NOT_TAKEN, _HELD) if ongoing else (_NOT_TAKEN,):
        for found in words.finditer(plain):
            left, _ = clause(plain, found.start(), found.end())
            if not _IF.search(plain, left, found.start()):
                return found.group()
    return ""


def names_refused(name: str) -> str:
    """The words of a drug's name that say it was refused ("declined rituximab"); "" for none."""
    found = _REFUSED.search(fold(name))
    return found.group().strip() if found else ""


def names_gone(name: str) -> str:
    """The words of a drug's name that say it is over ("off methotrexate"); "" for none."""
    found = _GONE.search(fold(name))
    return found.group().strip() if found else ""
