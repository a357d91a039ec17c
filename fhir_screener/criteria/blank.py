"""Blanks in answers that are otherwise the same for everybody: what only the chart at hand can fill in.

A rule that nothing on record concerns finds the same for each patient, but for how many records were read; a rule about
age or sex finds the same for all of one age group or sex, but for the Patient's own id and birth date. Such findings are
made once, with blanks, and filled in when somebody reads them.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from fhir_screener.criteria.evidence import Evidence, Finding
from fhir_screener.records.facts import Patient
from fhir_screener.records.patient_record import PatientRecord, Seen
from fhir_screener.sentence import Sentence, Text, say

MARK = f"\x01{secrets.token_hex(6)}\x01"
"""Stands around the name of each blank. No recorded text can hold it: it is drawn anew by each process."""

encode = msgspec.json.Encoder(enc_hook=str).encode
"""To JSON, sentences and blanks as their text."""
_SEAM = encode(MARK)[1:-1]


def pieces(body: object) -> list[bytes]:
    """The JSON of something with blanks, parted at them; every second piece is the name of one."""
    return encode(body).split(_SEAM)


class Blank(str):
    """A blank by its name, usable wherever a recorded string is."""

    __slots__ = ()

    def __new__(cls, name: str) -> Blank:
        return super().__new__(cls, f"{MARK}{name}{MARK}")


PATIENT, VERSION, BORN = Blank("patient"), Blank("version"), Blank("born")
"""Of the Patient: `Patient/id`, its version, its birth date."""


class Absence(Sentence):
    """Nothing on record about `what`; how many records of `types` were read, and since when, is a blank.

    `beside`: records about it there are, but none that settles it.
    """

    __slots__ = ("beside", "types")

    def __init__(self, what: Text, types: Iterable[str], *, beside: bool = False) -> None:
        self.types, self.beside = tuple(sorted(types)), beside
        blank = Blank(",".join(self.types))
        # Never said as it stands: `Scope` fills it in and says the sentence anew.
        verb = "settles" if beside else "about"
        super().__init__(f"Nothing on record {verb} {{what}} {{searched}}", {"what": what, "searched": blank})


class Scope:
    """What fills the blanks for one patient."""

    __slots__ = ("_patient", "_seen")

    def __init__(self, record: PatientRecord) -> None:
        self._patient: Patient = record.patient
        self._seen: Mapping[str, Seen] = record.seen

    def text(self, name: str) -> str:
        """The words for a blank, in English."""
        patient = self._patient
        if name == "patient":
            return patient.ref
        if name == "version":
            return patient.version
        if name == "born":
            return patient.birth_date or ""
        count, oldest = self._searched(name.split(","))
        records = "1 record" if count == 1 else f"{count} records"
        return f"({records} read since {oldest[:10]})." if oldest else f"({records} read)."

    def sentence(self, absence: Absence) -> Sentence:
        """The sentence of an absence, to be read in any language."""
        count, oldest = self._searched(absence.types)
        records = say("1 record") if count == 1 else say("{count} records", count=count)
        what = (absence.parts or {})["what"]
        if oldest:
            template = (
                "Nothing on record settles {what} ({records} read since {since})."
                if absence.beside
                else "Nothing on record about {what} ({records} read since {since})."
            )
            return say(template, what=what, records=records, since=oldest[:10])
        template = (
            "Nothing on record settles {what} ({records} read)."
            if absence.beside
            else "Nothing on record about {what} ({records} read)."
        )
        return say(template, what=what, records=records)

    def _searched(self, types: Iterable[str]) -> tuple[int, str]:
        count, oldest = 0, ""
        for kind in types:
            seen = self._seen.get(kind)
            if seen is not None:
                count += seen.count
                if seen.since and (not oldest or seen.since < oldest):
                    oldest = seen.since
        return count, oldest


def filled(finding: Finding, scope: Scope) -> Finding:
    """The finding with every blank filled in."""
    evidence = tuple([_evidence(item, scope) for item in finding.evidence])
    branches = tuple([filled(branch, scope) for branch in finding.branches])
    return finding.but(evidence=evidence, branches=branches)


def _evidence(item: Evidence, scope: Scope) -> Evidence:
    if not isinstance(item.reference, Blank) and MARK not in str(item.note):
        return item
    return msgspec.structs.replace(
        item,
        reference=_part(item.reference, scope),
        version=_part(item.version, scope),
        date=_part(item.date, scope),
        note=_part(item.note, scope),
    )


def _part(part: Any, scope: Scope) -> Any:
    """A part of a sentence, or a sentence, with its blanks filled in."""
    if isinstance(part, Blank):
        return scope.text(part[len(MARK) : -len(MARK)])
    if isinstance(part, Absence):
        return scope.sentence(part)
    if isinstance(part, Sentence) and MARK in str(part):
        return type(part)(part.template, {name: _part(one, scope) for name, one in (part.parts or {}).items()})
    return part


class Blanks(dict[bytes, bytes]):
    """The blanks of one patient as they stand inside JSON strings: {name: text}."""

    def __init__(self) -> None:
        self._scope: Scope | None = None

    def filled(self, pieces: list[bytes], scope: Scope | None) -> list[bytes]:
        """The pieces, every second one the name of a blank, with what fills it."""
        if len(pieces) == 1:
            return pieces
        self._scope = scope
        whole = pieces.copy()
        whole[1::2] = list(map(self.__getitem__, pieces[1::2]))
        return whole

    def __missing__(self, name: bytes) -> bytes:
        text = self._scope.text(name.decode()) if self._scope is not None else ""
        found = self[name] = msgspec.json.encode(text)[1:-1]
        return found
