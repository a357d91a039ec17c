"""Words for other people beside a term: whose it is, and who only tells of the patient. English and Chinese."""

from __future__ import annotations

import re

from fhir_screener.terminology.patterns import any_of

_AT_HOME = r"(?:mum(?:my)?|mom(?:my)?|dad(?:dy)?|nan|twin|kids?|child(?:ren)?)"
"""Some of these are abbreviations too (DAD, MoM), or the patient, so only beside what one says of relatives."""
_OTHER = any_of(
    r"family (?:history|hx|h/o|member)|\bfam hx\b|\bfamily\W*#|in the family\b|\bfh\b|\bfhx\b|contact with|donor",
    r"\b(?:step)?(?:mother|father)|\b(?:sister|brother|sibling|maternal|paternal|daughter)|\bson\b",  # chemotherapy is no mother
    r"husband|wife|partner|spouse|girlfriend|\bboyfriend|\bfianc[eé]",
    r"\b(?:aunt|uncle)(?:ie|s)?\b|\bgrand(?:mother|father|parent|dad|ma\b|pa\b|son|daughter)|\bgrann(?:y|ies)\b|cousin|relatives?\b",
    rf"\bnephew|\bniece|\bin-laws?\b|\b(?:his|her|my|'s) {_AT_HOME}\b",
    rf"\b(?!kid|child){_AT_HOME}(?:(?:'s)? (?:has|had|have|died|passed)\b|:? {{1,3}}#)",
    r"家族(?!性)|家属|亲属|供者|献血",
    r"其父|其母|其妻|其夫|其子|其女|其兄|其弟|其姐|其妹|之父|之母",
    r"父亲|母亲|父母|儿子|女儿|子女|哥哥|弟弟|姐姐|妹妹|兄弟|姐妹|爱人|丈夫|妻子|配偶|老公|老婆|老伴",
    r"祖父|祖母|外公|外婆|爷爷|奶奶|姥姥|姥爷|爸|妈(?!富隆|咪爱)|叔叔|[大叔伯]伯|伯[父母]|姑[姑妈父母]|[舅姨婶][舅妈父母姨]?",
    r"嫂|弟媳|侄[子女]|外甥|孙[子女](?!士)|胞[兄弟姐妹]|[大二三四][哥姐弟妹叔舅姨]|小[弟妹叔舅姨]|[长次幼][子女](?![宫性方士])",
)
_FED = re.compile(r"feeding$|nursing$|哺乳$|喂养$")
_CHILD = re.compile(r"^\W*(?:(?:her|his|a|the|of|\d+[- ]\w+|old|newborn|infant)\W+)*(?:daughter|son)\b")
"""Whom somebody feeds: the child is hers."""
_SELF = re.compile(r"患者|本人|自述|\bpatient\b|\bpt\b")
_TELLER = (
    r"(?:(?:the|his|her|my|patient's|pt's) )?(?:(?:step)?(?:mother|father)|sister|brother|daughter|son|husband|wife|partner|spouse"
    r"|girlfriend|boyfriend|mum|mom|dad|relatives?|family(?: members?)?)(?!\w)"
)
_TELLER_ZH = r"(?:其?(?:家属|亲属|父母|母亲|父亲|妻子?|丈夫|爱人|配偶|儿子|女儿|子女|家人)|其[父母妻夫子女兄弟姐妹])"
_TOLD_BY = re.compile(
    rf"\b(?:per|according to|with the help of|(?:told|informed|reported|stated|accompanied|given|administered|injected) by) {_TELLER}"
    r"(?:'s)?(?: (?:report|account)\b)?(?! (?:history|hx))"
    rf"|\b{_TELLER} (?:also )?(?:reports?|reported|states?|stated|says?|notes|confirms?|confirmed|mentions?|mentioned|tells us|told us"
    r"|administers?|administered|injects?|injected|helps?|helped)\b(?! to (?:be|have)\b)"
    rf"|\b(?:tak(?:es?|ing)|took|us(?:es|ed|ing)|ingested|swallowed|borrow\w*) {_TELLER}'s\b|误服{_TELLER_ZH}的?"
    rf"|由?{_TELLER_ZH}(?:代|补充|转)?(?:诉|述|述称|称|反映|陈述|告知)其?|由?{_TELLER_ZH}(?:喂服?|协助|给予|注射|代[服注取购领配买开])"
)
"""Somebody else who tells of the patient, or hands over what the patient takes."""


def of_another(before: str, own: str, term: str, after: str, rest: str) -> bool:
    """Whether the term is another person's, by the words of its own clause or by those that lead up to it."""
    if _FED.search(term):
        after, rest = (_CHILD.sub("", words, count=1) for words in (after, rest))
    if re.search(_OTHER, own + " # " + after):
        return True
    return bool(re.search(_OTHER, before + " # " + rest)) and not _SELF.search(own)


def without_tellers(text: str) -> str:
    """The text, as long as it was, without those who only tell of the patient: "wife reports", 家属代诉."""
    return _TOLD_BY.sub(lambda found: " " * len(found.group()), text)
