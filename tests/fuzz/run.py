"""The full run: python -m tests.fuzz.run [RANDOM INPUTS] [SEED] [STEP]. Prints inputs tried, tracebacks, changed neighbours.

Every element of every type that the cases hold is spoilt in every way, in two cases each (or a STEP-th of that); then, at random, several
elements at once, and damaged bytes. What became definite or a candidate by it is listed, for people to judge.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

from tests.fuzz.checks import complaints, flips
from tests.fuzz.inputs import Input, at_random, systematic
from tests.fuzz.world import World


def try_out(world: World, one: Input) -> tuple[list[str], list[str]]:
    """(complaints, flips) of one input; a traceback is a complaint."""
    try:
        found = world.read(one.parts, one.case.as_of, one.layout, one.whole)
    except Exception:
        return [f"traceback: {traceback.format_exc().strip().splitlines()[-1]}\n{traceback.format_exc()}"], []
    bad = list(complaints(found, world.untouched(one.case.as_of), one.case.patient, shared=one.shared))
    answer = found.answers.get(one.case.patient)
    return bad, list(flips(answer, world.plain(one.case))) if answer else []


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    began, tried = time.monotonic(), 0
    bad: dict[str, list[str]] = {}
    turned: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        for one in _inputs(world, count, rng, int(sys.argv[3]) if len(sys.argv) > 3 else 1):
            tried += 1
            wrong, flipped = try_out(world, one)
            for what in wrong:
                if what not in bad:
                    print(f"{one.name}: {what}", flush=True)
                bad.setdefault(what, []).append(one.name)
            for flip in flipped:
                what, _, how = one.kind.partition(": ")
                turned.setdefault(f"{what}: {flip}", []).append(how or one.name)
            if tried % 2000 == 0:
                print(
                    f"{tried} inputs, {time.monotonic() - began:.0f} s, {sum(map(len, bad.values()))} wrong", flush=True
                )
    for what, names in bad.items():
        print(f"\n{what}\n    {len(names)} times, such as: {'; '.join(names[:5])}")
    print("\nbecame definite, or a candidate:")
    for what, ways in sorted(turned.items()):
        print(f"  {len(ways):5} {what}, by {'; '.join(ways[:4])}")
    traces = sum(len(names) for what, names in bad.items() if what.startswith("traceback"))
    neighbours = sum(len(names) for what, names in bad.items() if "neighbour" in what)
    print(f"\n{tried} inputs tried, {traces} tracebacks, {neighbours} changed neighbours,", end=" ")
    print(
        f"{sum(map(len, bad.values())) - traces - neighbours} other broken promises, {time.monotonic() - began:.0f} s"
    )
    return 1 if bad else 0


def _inputs(world: World, count: int, rng: random.Random, step: int) -> Iterator[Input]:
    yield from systematic(world, rng, step)
    yield from at_random(world, rng, count)


if __name__ == "__main__":
    sys.exit(main())
