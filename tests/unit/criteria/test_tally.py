"""Of many records beside the point the latest are shown: who reads them asks what is so today."""

from __future__ import annotations

from fhir_screener.criteria.evidence import Evidence
from fhir_screener.criteria.tally import CONTEXT_SHOWN, Tally


def beside(*dates: str) -> list[str]:
    tally = Tally(beside=[Evidence(reference=f"Observation/{day}", date=day, decides=False) for day in dates])
    return [item.date for item in tally.around() if item.reference]


def test_the_latest_are_shown_in_the_order_of_the_chart() -> None:
    days = [f"2021-02-{day:02}" for day in range(1, 10)]
    assert beside(*days) == days[-CONTEXT_SHOWN:]
    assert beside(*reversed(days)) == days[: -CONTEXT_SHOWN - 1 : -1]


def test_a_period_counts_by_its_end_and_what_is_still_going_on_by_its_beginning() -> None:
    shown = beside("2019", "2020-01", "2020-02", "2020-03", "2018-01-01..2021-02-01", "2021-01-01..", "", "2017")
    assert shown == ["2020-01", "2020-02", "2020-03", "2018-01-01..2021-02-01", "2021-01-01.."]


def test_few_are_all_shown_and_the_rest_is_counted() -> None:
    assert beside("2021", "", "2019") == ["2021", "", "2019"]
    many = Tally(beside=[Evidence(date=str(2000 + n), reference="Observation/x") for n in range(8)])
    assert str(many.around()[-1].note) == "3 further records beside the point."
