"""The time line: what is drawn from evidence, where a day lies, and the bands of the protocol's windows."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from fhir_screener.criteria.evidence import Evidence, met, unknown
from fhir_screener.criteria.model import Study
from fhir_screener.screening.timeline import Shape, ticks, timeline
from fhir_screener.studies.load import Catalog
from fhir_screener.verdict import Reason
from tests.builders.screenings import criterion, screening

AS_OF = date(2021, 3, 1).toordinal()
DRUG = Evidence("MedicationStatement/1", display="rituximab", date="2020-10-01..2020-11-15")
OPEN = Evidence("MedicationStatement/2", display="prednisone", value="30 mg", date="2021-02-20..")
TEST = Evidence("Observation/3", display="HBsAg", value="negative", date="2021-01")
GONE = Evidence("Condition/4", display="lymphoma", date="2015", decides=False)


@cache
def study() -> Study:
    return Catalog(Path(__file__).parents[3] / "mappings").study("NCT04660565")


def lanes(*criteria: object) -> dict[str, list[object]]:
    line = timeline(study(), screening(criteria=criteria))
    return {lane.criterion.id: [(i.shape, i.open, i.decides) for i in lane.items] for lane in line.lanes}


def test_each_kind_of_record_has_its_shape() -> None:
    found = lanes(criterion(met(DRUG, OPEN), "E5"), criterion(met(TEST), "E8a"), criterion(met(GONE), "E4"))
    assert found["E5"] == [(Shape.COURSE, False, True), (Shape.COURSE, True, True)]
    assert found["E8a"] == [(Shape.POINT, False, True)]
    assert found["E4"] == [(Shape.MARK, False, False)]


def test_what_has_no_date_or_no_record_is_not_drawn() -> None:
    nothing = Evidence(note="Nothing on record.")
    undated = Evidence("Observation/5", display="HIV", value="negative")
    person = Evidence("Patient/p1", date="1962")
    assert lanes(criterion(unknown(Reason.NO_DATA, nothing, undated, person), "E8b")) == {}


def test_a_window_is_a_band_that_ends_on_the_day() -> None:
    (lane,) = timeline(study(), screening(criteria=(criterion(met(DRUG), "E5"),))).lanes
    assert [(date.fromordinal(band.first), band.length) for band in lane.bands] == [(date(2020, 9, 1), "P6M")]


@pytest.mark.parametrize(
    "pair", [("2015-01-01", "2018-01-01"), ("2020-10-01", "2021-02-28"), ("2021-02-27", "2021-03-01")]
)
def test_later_days_lie_further_right(pair: tuple[str, str]) -> None:
    line = timeline(study(), screening(criteria=(criterion(met(GONE), "E4"),)))
    early, late = (line.place(date.fromisoformat(day).toordinal()) for day in pair)
    assert 0 <= early < late <= 1
    assert line.place(AS_OF) <= 1


def test_the_axis_has_marks_as_far_back_as_it_goes() -> None:
    line = timeline(study(), screening(criteria=(criterion(met(DRUG), "E5"),)))
    assert [text for _, text in ticks(line)] == ["P1M", "P3M", "P6M"]
