"""A part of the fuzz, the same each time; `python -m tests.fuzz.run` is the whole of it.

Whatever is malformed ends in a verdict with a reason, or a clear error for that patient: no traceback, no definite answer
without a record behind it, and not a byte of another patient's answer changed.
"""

from __future__ import annotations

import random

import pytest

from tests.fuzz.checks import complaints
from tests.fuzz.inputs import at_random, systematic
from tests.fuzz.world import NEIGHBOUR, World

STEP = 200
RANDOM = 80


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("fuzz"))


def test_every_kind_of_malformed_value(world: World) -> None:
    rng = random.Random(2021)
    tried = 0
    for one in (*systematic(world, rng, STEP), *at_random(world, rng, RANDOM)):
        tried += 1
        found = world.read(one.parts, one.case.as_of, one.layout, one.whole)
        usual = world.untouched(one.case.as_of)
        assert not list(complaints(found, usual, one.case.patient, shared=one.shared)), one.name
    assert tried > RANDOM + 100


def test_the_fuzz_would_notice(world: World) -> None:
    case = world.cases[0]
    usual = world.untouched(case.as_of)
    found = world.read([], case.as_of, "two Bundles")
    assert list(complaints(found, usual, case.patient, shared=False)) == ["no answer, and nobody says why"]
    found.lines[NEIGHBOUR] = usual.replace(b"candidate", b"excluded")
    assert "the neighbour's answer changed" in list(complaints(found, usual, case.patient, shared=False))
