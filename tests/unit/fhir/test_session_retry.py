"""When a request is made again, and after how long."""

import pytest

from fhir_screener.errors import Busy, NotFound, NotTrusted, ServerFault, Unreachable
from fhir_screener.fhir.retry import NO_RETRY, Retry, retry_after


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def waits(bounds, *errors):
    patience = bounds.begin()
    return [patience.wait(error) for error in errors]


def test_waits_grow_and_end():
    bounds = Retry(attempts=4, first_wait=1, jitter=lambda: 1.0)
    assert waits(bounds, *[Unreachable("x")] * 4) == [1, 2, 4, None]


def test_waits_are_spread_and_have_a_ceiling():
    bounds = Retry(attempts=9, first_wait=1, longest_wait=5, total=1000, jitter=lambda: 0.0)
    assert waits(bounds, *[Unreachable("x")] * 6) == [0.5, 1, 2, 2.5, 2.5, 2.5]


def test_errors_that_asking_again_cannot_mend_are_raised_at_once():
    assert waits(Retry(), NotFound("x")) == [None]
    assert waits(Retry(), NotTrusted("x")) == [None]


def test_a_fault_of_the_server_is_tried_only_twice():
    assert waits(Retry(jitter=lambda: 1.0), ServerFault("x"), ServerFault("x")) == [0.5, None]


def test_retry_after_is_obeyed():
    bounds = Retry(first_wait=1, jitter=lambda: 1.0)
    assert waits(bounds, Busy("x", retry_after=7), Busy("x", retry_after=0)) == [7, 2]


def test_a_retry_after_beyond_the_cap_goes_up_to_the_caller():
    assert waits(Retry(longest_retry_after=60), Busy("x", retry_after=61)) == [None]


def test_the_total_time_is_bounded():
    clock = Clock()
    patience = Retry(attempts=99, total=10, first_wait=4, jitter=lambda: 1.0, clock=clock).begin()
    assert patience.wait(Unreachable("x")) == 4
    clock.now = 7
    assert patience.wait(Unreachable("x")) is None


def test_no_retry():
    assert waits(NO_RETRY, Unreachable("x")) == [None]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "120"}, 120),
        ({"retry-after": " 0.5 "}, 0.5),
        ({"retry-after": "-3"}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "5", "x-ms-retry-after-ms": "1500"}, 1.5),
        ({"retry-after": "Fri, 31 Dec 1999 23:59:59 GMT"}, 0),
        ({"retry-after": "Mon, 01 Mar 2021 10:00:30 GMT", "date": "Mon, 01 Mar 2021 10:00:00 GMT"}, 30),
    ],
)
def test_retry_after_in_all_its_forms(headers, seconds):
    assert retry_after(headers) == seconds
