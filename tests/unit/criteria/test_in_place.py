"""What a cream or an inhaler says of the drug beside it."""

import pytest

from fhir_screener.criteria.in_place import is_local_form
from fhir_screener.terminology.coding import RXNORM, Coding
from fhir_screener.terminology.valueset import Hit

CREAM = Hit(None, by_name=True, ingredient="tacrolimus", words="protopic")


@pytest.mark.parametrize(
    ("hit", "local"),
    [
        (Hit(None, by_name=True, ingredient="tacrolimus"), True),  # Protopic (tacrolimus)
        (Hit(None, by_name=True, ingredient="methotrexate"), False),  # Protopic, methotrexate
        (Hit(None, by_name=True, ingredient="class"), True),  # Protopic (calcineurin inhibitor)
        (Hit(Coding(RXNORM, "6851"), ingredient="methotrexate"), True),  # one code, one drug
    ],
)
def test_a_cream_named_beside_another_drug_says_nothing_of_it(hit: Hit, local: bool) -> None:
    assert is_local_form(hit, {"drugs": hit, "creams": CREAM}, frozenset({"creams"})) is local


def test_without_a_local_form_on_record_none_is() -> None:
    hit = Hit(None, by_name=True, ingredient="tacrolimus")
    assert not is_local_form(hit, {"drugs": hit}, frozenset({"creams"}))
