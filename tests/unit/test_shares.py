"""Which tests stay together when several processes share them."""

import pytest

from tests.shares import HAPI, share

FILE = "tests/integration/test_desk.py"


def test_a_file_stays_whole() -> None:
    assert share(f"{FILE}::test_a") == share(f"{FILE}::TestB::test_c[sandbox-1]") == FILE
    assert share("tests/unit/test_log.py::test_a") != FILE


@pytest.mark.parametrize("parameters", ["hapi", "hapi-500", "html-hapi", "a-hapi-b"])
def test_all_that_asks_hapi_stays_together(parameters: str) -> None:
    assert share(f"{FILE}::test_a[{parameters}]") == HAPI


@pytest.mark.parametrize("parameters", ["sandbox", "hapi.json", "no hapi", "hapiness"])
def test_a_name_that_is_like_it_is_another(parameters: str) -> None:
    assert share(f"{FILE}::test_hapi[{parameters}]") == FILE
