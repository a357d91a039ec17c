"""Codings, concepts, and the code systems, each spelled once."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache

import msgspec

from fhir_screener.terminology.chinese import simplified

BASE = "urn:fhir-screener"
"""Canonical base of our own codes, extensions and identifiers."""

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC = "http://www.whocc.no/atc"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
ICD9CM = "http://hl7.org/fhir/sid/icd-9-cm"
ICD9CM3_CN = "urn:fhir-screener:icd-9-cm-3-cn"
ICD10PCS = "http://www.cms.gov/Medicare/Coding/ICD10"
CPT = "http://www.ama-assn.org/go/cpt"
ICD11 = "http://id.who.int/icd/release/11/mms"
CVX = "http://hl7.org/fhir/sid/cvx"
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
UCUM = "http://unitsofmeasure.org"
OWN_OBSERVATION = f"{BASE}:observation"

ALIASES = {
    "loinc": LOINC,
    "loinc-answers": LOINC,
    "snomed": SNOMED,
    "icd-10": ICD10,
    "icd-10-cm": ICD10CM,
    "icd-10-pcs": ICD10PCS,
    "icd-11": ICD11,
    "icd-9-cm": ICD9CM,
    "icd-9-cm-3-cn": ICD9CM3_CN,
    "rxnorm": RXNORM,
    "atc": ATC,
    "cpt": CPT,
    "cvx": CVX,
    "interpretation": INTERPRETATION,
    "ucum": UCUM,
    "local": OWN_OBSERVATION,
}
"""What a value set file may write instead of a URI."""

_SAME = {
    "urn:oid:2.16.840.1.113883.6.1": LOINC,
    "https://loinc.org": LOINC,
    "urn:oid:2.16.840.1.113883.6.96": SNOMED,
    "https://snomed.info/sct": SNOMED,
    "urn:oid:2.16.840.1.113883.6.88": RXNORM,
    "urn:oid:2.16.840.1.113883.6.73": ATC,
    "https://www.whocc.no/atc": ATC,
    "http://www.whocc.no/atc_ddd_index": ATC,
    "http://fhir.de/CodeSystem/bfarm/atc": ATC,
    "http://fhir.de/CodeSystem/dimdi/atc": ATC,
    "urn:oid:2.16.840.1.113883.6.3": ICD10,
    "http://hl7.org/fhir/sid/icd-10-cn": ICD10,
    "http://hl7.org/fhir/sid/icd-10-de": ICD10,
    "http://hl7.org/fhir/sid/icd-10-gm": ICD10,
    "http://hl7.org/fhir/sid/icd-10-am": ICD10,
    "http://hl7.org/fhir/sid/icd-10-uk": ICD10,
    "http://fhir.de/CodeSystem/bfarm/icd-10-gm": ICD10,
    "http://fhir.de/CodeSystem/dimdi/icd-10-gm": ICD10,
    "http://id.who.int/icd/release/10": ICD10,
    "urn:oid:2.16.156.10011.2.3.3.11": ICD10,
    "urn:oid:2.16.156.10011.2.3.3.11.3": ICD10,
    "urn:oid:2.16.156.10011.2.3.3.12": ICD9CM3_CN,
    "urn:oid:2.16.840.1.113883.6.90": ICD10CM,
    "http://hl7.org/fhir/sid/icd-10-us": ICD10CM,
    "http://mimic.mit.edu/fhir/mimic/CodeSystem/mimic-diagnosis-icd10": ICD10CM,
    "http://mimic.mit.edu/fhir/mimic/CodeSystem/mimic-diagnosis-icd9": ICD9CM,
    "urn:oid:2.16.840.1.113883.6.103": ICD9CM,
    "urn:oid:2.16.840.1.113883.6.103.1": ICD9CM,
    "urn:oid:2.16.840.1.113883.6.104": ICD9CM,
    "http://www.cms.gov/medicare/coding/icd10": ICD10PCS,
    "http://hl7.org/fhir/sid/icd-10-pcs": ICD10PCS,
    "http://www.icd10data.com/icd10pcs": ICD10PCS,
    "urn:oid:2.16.840.1.113883.6.4": ICD10PCS,
    "urn:oid:2.16.840.1.113883.6.12": CPT,
    "http://hl7.org/fhir/sid/icd-11": ICD11,
    "http://id.who.int/icd11/mms": ICD11,
    "urn:oid:2.16.840.1.113883.12.292": CVX,
    "urn:oid:2.16.840.1.113883.5.83": INTERPRETATION,
    "http://hl7.org/fhir/v3/ObservationInterpretation": INTERPRETATION,
    "http://hl7.org/fhir/observation-interpretation": INTERPRETATION,
    "http://terminology.hl7.org/CodeSystem/v2-0078": INTERPRETATION,
    "http://hl7.org/fhir/v2/0078": INTERPRETATION,
    "urn:oid:2.16.840.1.113883.12.78": INTERPRETATION,
}

BY_PREFIX = frozenset({ICD10, ICD10CM, ICD9CM, ICD9CM3_CN, ICD11, ATC})
"""Systems whose codes match by prefix after normalising."""

STANDARD = frozenset(ALIASES.values()) - {OWN_OBSERVATION, UCUM, ICD10PCS, CPT}
"""Systems in which an unknown code is taken to mean something else, so that its display decides nothing. Of procedures coded
in ICD-10-PCS and CPT lists hold a few alone, and their displays are read."""


class Coding(msgspec.Struct, order=True, frozen=True, gc=False):
    """One code of one system, as recorded, but for the system's URI, which is normalised."""

    system: str
    code: str
    display: str = ""

    def __str__(self) -> str:
        return f"{self.system}|{self.code}" if self.system else self.code


class Concept(msgspec.Struct, order=True, frozen=True, gc=False):
    """A FHIR CodeableConcept: its codings in their order, and its text."""

    codings: tuple[Coding, ...] = ()
    text: str = ""

    @property
    def label(self) -> str:
        """What a person would call it: the text, else a display, else a code."""
        if self.text:
            return self.text
        for coding in self.codings:
            if coding.display:
                return coding.display
        return self.codings[0].code if self.codings else ""

    @property
    def code(self) -> str:
        """The first coding as `system|code`, else the text."""
        return str(self.codings[0]) if self.codings else self.text


NOTHING = Concept()


_BY_NAME = {
    **dict.fromkeys(("loinc", "ln"), LOINC),
    **dict.fromkeys(("snomed", "snomed-ct", "snomed ct", "snomedct", "sct"), SNOMED),
    "rxnorm": RXNORM,
    "atc": ATC,
    **dict.fromkeys(("icd-10", "icd10", "i10"), ICD10),
    **dict.fromkeys(("icd-10-cm", "icd10cm", "icd10-cm", "i10c"), ICD10CM),
    **dict.fromkeys(("icd-9-cm", "icd9cm", "icd9-cm", "i9c", "i9cdx"), ICD9CM),
    "cvx": CVX,
    "ucum": UCUM,
}
"""Names that records give a system instead of its URI; the short ones are those of HL7 v2's table 0396."""

_SPELLINGS = {
    **{uri.lower(): uri for uri in ALIASES.values()},
    **{uri.lower().replace("https://", "http://"): known for uri, known in _SAME.items()},
    **_BY_NAME,
    "http://www.loinc.org": LOINC,
    "http://snomed.info/id": SNOMED,
    "http://purl.bioontology.org/ontology/rxnorm": RXNORM,
    "http://purl.bioontology.org/ontology/snomedct": SNOMED,
    "http://terminology.hl7.org/codesystem/icd10cm": ICD10CM,
    "http://terminology.hl7.org/codesystem/icd10": ICD10,
    "http://terminology.hl7.org/codesystem/icd9cm": ICD9CM,
    "http://hl7.org/fhir/sid/icd-9-cm/diagnosis": ICD9CM,
}
_EDITION = re.compile(
    r"(?P<snomed>http://snomed\.info/sct/.+)|(?P<icd11>http://id\.who\.int/icd/release/11/.+)"
    r"|(?P<icd10>http://hl7\.org/fhir/sid/icd-10-(?!cm$|pcs$)[a-z]{2,3})"
    r"|http://twcore\.mohw\.gov\.tw/ig/twcore/codesystem/icd-(?:(?P<icd10cm>10)|(?P<icd9cm>9))-cm-\d{4}-tw"
)
_EDITIONS = {"snomed": SNOMED, "icd11": ICD11, "icd10": ICD10, "icd10cm": ICD10CM, "icd9cm": ICD9CM}
"""Editions of a system, by country or by release."""


def normal_system(system: str | None) -> str:
    """The URI by which we know a code system: OIDs, names, national editions and other spellings folded into one."""
    if not system:
        return ""
    return _spelled(system.strip().rstrip("/"))


@lru_cache(maxsize=4096)
def _spelled(plain: str) -> str:
    """The same in whatever case, with a version, of an edition, or as a bare OID."""
    bare = plain.partition("|")[0].rstrip("/").lower().replace("https://", "http://")
    found = _SPELLINGS.get(bare) or _SPELLINGS.get(f"urn:oid:{bare}")
    edition = None if found else _EDITION.fullmatch(bare)
    return found or (_EDITIONS[edition.lastgroup or ""] if edition else plain)


_WITH_TERM = re.compile(r"\s*\|[^|]*\|$")
"""SNOMED CT writes a code and its term as `363358000 |Malignant tumor of lung|`."""
_ICD_TAIL = re.compile(r"[†*+!#&/].*$")


def normal_code(system: str, code: str) -> str:
    """The code as it is compared: ICD and ATC without dots, blanks and case, SNOMED CT without its term, others as they stand."""
    plain = code.strip()
    if not plain.isascii():
        plain = unicodedata.normalize("NFKC", plain)
    if system == SNOMED and plain.endswith("|"):
        return _WITH_TERM.sub("", plain)
    if system in BY_PREFIX:
        return _ICD_TAIL.sub("", plain).replace(".", "").replace(" ", "").upper()
    return plain


_DISEASE = re.compile(r"(?:[A-EG-OQR]\d[0-9A-Z]|Z22)(?:[0-9X](?P<own>\d\d(?:X\d+)?)?)?")


_DISEASE_9 = re.compile(r"(?:0\d\d|1\d\d|2[0-8]\d|3[2-9]\d|[4-6]\d\d|7[0-58-9]\d)\d{0,2}")
_PROCEDURE_9 = re.compile(r"\d\d\.\d[\dxX]*")


def is_rubric(coding: Coding) -> bool:
    """Whether it is a code of ICD-10 or ICD-9-CM for diseases of many kinds, of which the words beside it may say more.

    Not in the chapters of the mind (F; 290 to 319), the newborn (P; 760 to 779), injuries and contacts with care (S to Z; 800
    on, E and V): their words are of diseases that the patient fears, has not, or is kept from; but a carrier (Z22) has what is
    named.
    """
    diseases = {ICD10: _DISEASE, ICD9CM: _DISEASE_9}.get(coding.system)
    return diseases is not None and bool(diseases.fullmatch(normal_code(coding.system, coding.code)))


def is_procedure(coding: Coding) -> bool:
    """Whether it is a code of ICD-9-CM's volume of procedures: two digits before the dot, where diagnoses have three."""
    return coding.system == ICD9CM and bool(_PROCEDURE_9.fullmatch(coding.code.strip()))


def is_finer(coding: Coding) -> bool:
    """Whether it is such a code with digits of China's own edition, whose meaning only its display tells.

    K11.800x003 is Mikulicz disease, of which the K11.8 of WHO says nothing.
    """
    found = _DISEASE.fullmatch(normal_code(ICD10, coding.code)) if coding.system == ICD10 else None
    return found is not None and bool(found["own"])


_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8}\d{0,2});", re.IGNORECASE)
_UNSEEN = dict.fromkeys(
    [0xAD, 0x34F, 0x61C, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)]
)
"""Characters that nobody sees: soft hyphens, joiners, marks of direction. They may stand in the middle of a word."""


def fold(text: str) -> str:
    """Text as it is compared: NFKC, lower case, simplified Chinese, one blank between words, no entities or unseen characters."""
    if "&" in text:
        text = _ENTITY.sub(lambda found: html.unescape(found.group()), text)
    if text.isascii():
        return " ".join(text.lower().split())
    return " ".join(simplified(unicodedata.normalize("NFKC", text.translate(_UNSEEN))).lower().split())


_NAMES = {
    LOINC: "LOINC",
    SNOMED: "SNOMED CT",
    RXNORM: "RxNorm",
    ATC: "ATC",
    ICD10: "ICD-10",
    ICD10CM: "ICD-10-CM",
    ICD9CM: "ICD-9-CM",
    ICD9CM3_CN: "ICD-9-CM-3 (CN)",
    ICD11: "ICD-11",
    CVX: "CVX",
    ICD10PCS: "ICD-10-PCS",
    CPT: "CPT",
}


def system_name(uri: str) -> str:
    """The usual name of a code system; its URI where it has none here."""
    return _NAMES.get(uri, uri)
