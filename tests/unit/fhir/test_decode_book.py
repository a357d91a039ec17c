"""The memory of a reader forgets when it is full, and means the same afterwards."""

from __future__ import annotations

from fhir_screener.fhir.decode.book import UNKNOWN, Book
from fhir_screener.terminology.terms import Terminology


def test_a_record_without_code_stays_one_without_code_when_the_memory_was_emptied() -> None:
    book = Book(Terminology([]))
    assert book.concept[b""] is UNKNOWN
    book.concept.clear()
    assert book.concept[b""] is UNKNOWN
