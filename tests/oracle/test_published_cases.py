"""Published test cases of quality measures, where they are at hand (`../shared/corpora`): README.md says what is compared."""

from __future__ import annotations

from functools import cache

import pytest

from tests.oracle.cases import CASES
from tests.oracle.compare import STUDIES, Tally, compare, explanations, load, summary

pytestmark = pytest.mark.skipif(not CASES.is_file(), reason="no corpora at hand")


@cache
def tallies(study: str) -> tuple[Tally, ...]:
    return tuple(compare(study))


def everything() -> list[Tally]:
    return [tally for study in STUDIES for tally in tallies(study)]


@pytest.mark.parametrize("study", STUDIES)
def test_every_difference_is_explained_beside_the_define(study: str) -> None:
    unexplained = [str(one) for tally in tallies(study) for one in tally.differences if not one.why]
    assert unexplained == []


@pytest.mark.parametrize("study", STUDIES)
def test_nothing_is_explained_that_is_no_difference(study: str) -> None:
    kept = {
        key for kind in ("differences", "doubted") for key in explanations(load(study).studies[0], kind)
    }  # fmt: skip
    found = {(tally.criterion, one.case.patient) for tally in tallies(study) for one in tally.differences}
    assert kept - found == set()


@pytest.mark.parametrize("study", STUDIES)
def test_what_is_said_is_right(study: str) -> None:
    """Never met where false was expected, never not met where true was."""
    assert [str(tally) for tally in tallies(study) if tally.false_met or tally.agreed != tally.committed] == []


def test_what_is_true_is_found() -> None:
    """At least 90 % of what was expected true is met, over all and in at least 40 defines by themselves."""
    defines = everything()
    assert all(tally.yes and tally.yes < tally.total for tally in defines), "each has cases of both kinds"
    assert sum(one.met for one in defines) >= 0.9 * sum(one.yes for one in defines), summary(defines)
    assert sum(one.met >= 0.9 * one.yes for one in defines) >= 40


def test_no_define_is_asked_twice() -> None:
    names = [(tally.define, str(load(tally.study).studies[0].source)) for tally in everything()]
    assert len(names) == len(set(names))
