"""Days as their reader writes them, in the study's zone."""

from __future__ import annotations

import pytest

from fhir_screener.i18n import translator
from fhir_screener.sentence import render
from fhir_screener.web.dates import as_day, as_moment, as_period, with_days

ENGLISH, CHINESE = translator("en"), translator("zh")
ZONE = "Asia/Shanghai"


@pytest.mark.parametrize(
    ("recorded", "english", "chinese"),
    [
        ("2021-02-20", "20 Feb 2021", "2021年2月20日"),
        ("2021-02-20T20:00:00Z", "21 Feb 2021", "2021年2月21日"),  # it was the next day there
        ("2021-02", "2021-02", "2021-02"),
        ("", "", ""),
        ("soon", "soon", "soon"),
    ],
)
def test_a_day(recorded: str, english: str, chinese: str) -> None:
    assert as_day(recorded, ENGLISH, ZONE) == english
    assert as_day(recorded, CHINESE, ZONE) == chinese


def test_a_moment_is_in_the_zone_or_says_that_it_is_not() -> None:
    assert as_moment("2021-03-01T18:30:00Z", ENGLISH, ZONE) == "2 Mar 2021 02:30"
    assert as_moment("2021-03-01T18:30:00Z", ENGLISH) == "1 Mar 2021 18:30 UTC"


def test_the_days_of_a_record() -> None:
    said = [str(render(as_period(text, ENGLISH), ENGLISH)) for text in ("2021-02-20..", "2020..2021-02-20", "..2021")]
    assert said == ["from 20 Feb 2021", "2020 to 20 Feb 2021", "until 2021"]


def test_dates_in_a_sentence_but_not_in_what_is_quoted() -> None:
    assert with_days("Raised on 2021-02-20.", ENGLISH) == "Raised on 20 Feb 2021."
    assert with_days("Read “seen 2021-02-20” on 2021-03-01", ENGLISH) == "Read “seen 2021-02-20” on 1 Mar 2021"
    assert with_days("Observation/x-2021-02-20 has no date", ENGLISH) == "Observation/x-2021-02-20 has no date"
