"""What time alone will change is said criterion by criterion."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from fhir_screener.criteria.evidence import Evidence, not_met, unknown
from fhir_screener.screening.ahead import ahead
from fhir_screener.verdict import Reason
from tests.builders.screenings import criterion, screening

CLEAR = Evidence("Observation/1", "1", code="loinc|1", value="negative", date="2021-01-01", note="negative")
DAY = date(2021, 4, 2)
STAYS = criterion(not_met(CLEAR), "E2")
NOW = screening(criteria=(criterion(not_met(CLEAR), "E1"), STAYS), next_change_on=DAY)
THEN = replace(NOW, as_of=DAY, criteria=(criterion(unknown(Reason.NO_DATA), "E1"), STAYS))


def test_only_what_answers_otherwise_is_told() -> None:
    (one,) = ahead(NOW, lambda day: THEN if day == DAY else NOW)
    assert str(one) == "E1: ruled out, from then on open (not enough on record)"


def test_nothing_is_judged_where_nothing_will_change() -> None:
    assert ahead(replace(NOW, next_change_on=None), lambda day: 1 / 0) == ()
