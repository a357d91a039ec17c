"""Names of ordinary drugs keep apart from those of drugs that suppress immunity: neither is taken for the other."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from fhir_screener.terminology.coding import fold
from fhir_screener.terminology.names import Names
from fhir_screener.terminology.ordinary import stem_pattern
from fhir_screener.terminology.valueset import ValueSet, names_pattern
from tests.spec.plain_patient import loaded

ASKED_ELSEWHERE = (
    "anticoagulants",
    "hepatitis-b-antivirals",
    "hepatitis-b-treatment",
    "hiv-treatment",
    "tuberculosis-",
)
"""Drug sets whose drugs suppress no immunity: they are asked about for another reason, and may be ordinary too."""
IN_THEIR_NAMES = {
    "红霉素": "柔红霉素 and 去甲氧柔红霉素 are cytotoxic, and listed as such",
    "gentamicin": "Dexa-Gentamicin holds a steroid, and is listed as a local one",
    "克霉唑": "复方克霉唑乳膏 holds a steroid, and is listed as a local one",
    "康唑": "复方酮康唑 holds a steroid, and is listed as a local one",
    **dict.fromkeys(
        ("minocycline", "minocyclin", "minociclina", "环素"), "the one tetracycline that is asked about, by its names"
    ),
}
"""Names and stems of ordinary drugs that stand within a name of another drug, and why nobody takes the one for the other."""


@cache
def ordinary() -> tuple[ValueSet, ...]:
    return tuple(one for one in loaded().terminology.sets.values() if one.kind == "ordinary")


@cache
def asked() -> tuple[ValueSet, ...]:
    drugs = [one for one in loaded().terminology.sets.values() if one.kind == "drug"]
    return tuple(one for one in drugs if not one.name.startswith(ASKED_ELSEWHERE))


def words(sets: tuple[ValueSet, ...]) -> Iterator[tuple[str, str]]:
    """(set, folded name) of every name."""
    for one in sets:
        for names in one.names.values():
            yield from ((one.name, fold(name)) for name in names)


def finder(sets: tuple[ValueSet, ...]) -> Names:
    return Names((name, 0) for _, name in words(sets))


def test_the_sets_that_are_compared_are_those_of_biologics_immunosuppressants_steroids_and_cancer() -> None:
    assert len(ordinary()) == 1
    assert {one.name for one in asked()} == {
        *("b-cell-depleting", "biologic-immunomodulators", "infused-biologics", "other-biologics", "biologic-words"),
        *("nonbiologic-dmards", "dmard-doubtful", "dmard-words", "nonsystemic-immunosuppressants", "cancer-drugs"),
        *("systemic-glucocorticoids", "nonsystemic-glucocorticoids"),
    }


def test_no_ordinary_drug_has_the_name_or_the_stem_of_one_that_is_asked_about() -> None:
    names, stems = finder(asked()), stem_pattern({stem for one in asked() for stem in one.stems})
    unlike = names_pattern(word for one in asked() for word in one.unlike)
    assert stems is not None
    assert unlike is not None
    found = [name for _, name in words(ordinary()) if any(names.find(name)) or stems.search(unlike.sub(" ", name))]
    assert not found


def test_no_drug_that_is_asked_about_has_the_name_or_the_stem_of_an_ordinary_one() -> None:
    """But where what is left of its name still names it ("nystatin and triamcinolone"), or it has a stem that goes before."""
    names, own = finder(ordinary()), finder(asked())
    stems, first = (stem_pattern({stem for one in sets for stem in one.stems}) for sets in (ordinary(), asked()))
    assert stems is not None
    assert first is not None
    found = set()
    for name, word in words(asked()):
        places = [*((start, end) for _, start, end in names.find(word)), *(one.span() for one in stems.finditer(word))]
        rest = word
        for start, end in places:
            rest = rest[:start] + " " * (end - start) + rest[end:]
        if places and not any(own.find(rest)) and not first.search(word):
            found |= {(name, word, word[start:end]) for start, end in places}
    assert {taken for *_, taken in found} == IN_THEIR_NAMES.keys()


def test_names_of_ordinary_drugs_are_long_enough_to_mean_one_drug() -> None:
    short = {name for _, name in words(ordinary()) if name.isascii() and name.isalpha() and len(name) < 5}
    assert short == {"iron", "zinc", "zink", "nacl"}
    assert all(len(name) > 1 for _, name in words(ordinary()))
