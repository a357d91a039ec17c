"""What charts and coordinators write is text, whatever it looks like: no script of theirs runs."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Seats
from tests.browser.coordinator import Coordinator
from tests.browser.ward import STUDY, Json, Ward, chart

ATTACKS = (
    "<script>window.struck = 1</script>",
    "<img src=x onerror='window.struck = 1'>",
    '"><svg onload=window.struck=1>',
    "{{ 7 * 7 }}{% raw %}",
    "</title></main><iframe srcdoc='<script>top.struck=1</script>'>",
    "javascript:window.struck=1",
)


def hostile(patient: str, number: int) -> dict[str, Json]:
    """A chart with markup wherever a person or a machine may write."""
    found, attack = chart(patient, f"Eve {ATTACKS[number]}"), ATTACKS[number]
    found["patient"]["identifier"][0]["value"] = attack
    found["dx"]["code"]["text"] = f"IgG4-related disease {attack}"
    found["dx"]["code"]["coding"][0]["display"] = f"IgG4-related disease {attack}"
    found["dx"]["note"] = [{"text": attack}]
    found["ct"]["conclusion"] += f" {attack}"
    found["pred"]["dosage"][0]["text"] += f" {attack}"
    found["score"]["valueQuantity"]["unit"] = f"points{attack}"
    found["crea"]["code"]["coding"].append({"system": "urn:local", "code": attack.replace(" ", ""), "display": attack})
    found["tspot"]["note"] = [{"text": attack}]
    return found


@pytest.fixture(scope="module")
def struck(ward: Ward) -> Ward:
    ward.admit(*(hostile(f"eve{number}", number) for number in range(len(ATTACKS))))
    ward.sweep()
    return ward


def nothing_ran(person: Coordinator) -> None:
    assert person.page.evaluate("() => window.struck") is None
    assert person.page.locator("main script, main iframe, main img, main object, [onerror], [onload]").count() == 0
    assert person.troubles == []


def test_lists_show_names_as_they_are_written(struck: Ward, seat: Seats) -> None:
    anna = seat("Anna")
    anna.go(f"/study/{STUDY}/candidates")
    for attack in ATTACKS:
        expect(anna.page.get_by_role("link", name=f"Eve {attack}", exact=True)).to_be_visible()
    nothing_ran(anna)


@pytest.mark.parametrize("number", range(len(ATTACKS)))
def test_a_candidate_shows_everything_as_it_is_written(struck: Ward, seat: Seats, number: int) -> None:
    anna, attack = seat(f"Anna {ATTACKS[number]}"), ATTACKS[number]
    task = struck.task(f"eve{number}")["id"]
    anna.candidate(task)
    expect(anna.heading).to_contain_text(attack)
    for act in (lambda: anna.note(attack), lambda: anna.assign(attack)):
        act()
        expect(anna.standing).to_contain_text(attack)
    expect(anna.page.locator(".note").first).to_contain_text(attack)
    nothing_ran(anna)
    for reference in range(3):
        anna.go(f"/candidate/{task}/record/{reference}")
        nothing_ran(anna)


@pytest.mark.parametrize("attack", ATTACKS)
def test_addresses_and_forms_are_text_too(seat: Seats, attack: str) -> None:
    anna = seat("Anna", signed_in=False)
    anna.page.goto(f"{anna.place}/sign-in?next=//elsewhere.example/{attack}&name={attack}")
    nothing_ran(anna)
    anna.sign_in()
    assert anna.page.url.startswith(anna.place)
    anna.troubles.clear()
    anna.page.goto(f"{anna.place}/study/{STUDY}/new?page={attack}&lang={attack}")
    assert anna.page.evaluate("() => window.struck") is None
