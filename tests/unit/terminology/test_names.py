"""Names are found in one pass just as by one pattern each."""

from hypothesis import given
from hypothesis import strategies as st

from fhir_screener.terminology.coding import fold
from fhir_screener.terminology.names import Names
from fhir_screener.terminology.valueset import names_pattern

LETTERS = st.text("ab1 -(乙肝é", min_size=1, max_size=4).map(fold).filter(bool)


def found(owners: list[list[str]], text: str) -> list[tuple[int, int, int]]:
    names = Names((fold(word), number) for number, words in enumerate(owners) for word in words)
    return sorted(names.find(text))


def by_pattern(owners: list[list[str]], text: str) -> list[tuple[int, int, int]]:
    places = []
    for number, words in enumerate(owners):
        pattern = names_pattern(words)
        if pattern is not None:
            places += [(number, match.start(), match.end()) for match in pattern.finditer(text)]
    return sorted(places)


@given(st.lists(st.lists(LETTERS, max_size=3), max_size=3), st.text("ab1 -(乙肝é", max_size=14).map(fold))
def test_as_by_patterns(owners, text):
    assert found(owners, text) == by_pattern(owners, text)


def test_whole_words_and_the_longest():
    owners = [["HIV", "HIV infection"], ["乙肝", "慢性乙肝"], ["IgG4-RD"]]
    text = fold("chronic HIV infection; 慢性乙肝; igg4-rd, shiver")
    assert [(owner, text[start:end]) for owner, start, end in found(owners, text)] == [
        (0, "hiv infection"),
        (1, "慢性乙肝"),
        (2, "igg4-rd"),
    ]
