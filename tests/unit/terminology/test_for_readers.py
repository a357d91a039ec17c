"""Readers that treat what nobody can read in other ways: the same value sets, one memory of concepts, other notes."""

from __future__ import annotations

from fhir_screener.terminology.coding import SNOMED, Coding, Concept
from fhir_screener.terminology.terms import Terminology
from fhir_screener.terminology.valueset import Entry, ValueSet

CANCER = Concept((Coding(SNOMED, "363346000", "Malignant neoplasm"),))


def terms() -> Terminology:
    return Terminology([ValueSet("cancer", "Cancer", "condition", codes=(Entry(SNOMED, "363346000", "Cancer"),))])


def test_only_what_is_asked_for_differs() -> None:
    plain = terms()
    noting, keeping = plain.for_readers(note_unread=True), plain.for_readers(keep_unread=True)
    told = [(one.keep_unread, one.note_unread) for one in (plain, noting, keeping)]
    assert told == [(False, False), (False, True), (True, False)]


def test_a_concept_is_looked_up_once_for_all_of_them() -> None:
    plain = terms()
    noting = plain.for_readers(note_unread=True)
    assert noting.classify(CANCER) is plain.classify(CANCER)
    assert plain.classify(CANCER).keys() == {"cancer"}


def test_what_a_reader_has_learnt_is_its_own() -> None:
    plain = terms()
    plain.learnt[str] = "a book"
    assert plain.for_readers(keep_unread=True).learnt == {}
