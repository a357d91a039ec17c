"""The inputs of a fuzz: a worked patient with something spoilt."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from tests.fuzz.mutate import DROPPED, VALUES, Path, changed, damaged, dump, looped, other_types, paths, shape
from tests.fuzz.world import LAYOUTS, Case, World, bundle

TWICE = 2
"""Cases in which each element of each type is tried."""


@dataclass(frozen=True)
class Input:
    """`name` finds it again, `kind` is what it has in common with others; `shared` as in `checks.complaints`."""

    name: str
    kind: str
    case: Case
    parts: list[bytes]
    layout: str
    shared: bool = False
    whole: bytes | None = None


def systematic(world: World, rng: random.Random, step: int = 1) -> Iterator[Input]:
    """Every element of every type in every way, in two cases each, drawn anew by each seed; every `step`-th of them."""
    number = rng.randrange(step)
    for case, at, what, how, raw in _all_ways(world.cases, rng):
        number += 1
        if number % step:
            continue
        layout = LAYOUTS[rng.randrange(len(LAYOUTS))]
        kind = case.resources[at]["resourceType"]
        name = f"{case.name} {kind} {what}: {how} ({layout})"
        # Without a Patient of its own a record that names nobody passes for the other patient's.
        yield Input(name, f"{kind} {what}: {how}", case, _with(case, at, raw()), layout, shared=kind == "Patient")


Way = tuple[Case, int, str, str, Callable[[], bytes]]
"""(case, which resource, which element, how it is spoilt, the resource as it then is)."""


def _all_ways(cases: list[Case], rng: random.Random) -> Iterator[Way]:
    places: dict[tuple[str, str], list[tuple[Case, int, Path]]] = {}
    for case in cases:
        for at, resource in enumerate(case.resources):
            for path in ((), *paths(resource)):
                places.setdefault((resource["resourceType"], shape(path)), []).append((case, at, path))
    for (_, what), known in places.items():
        for case, at, path in rng.sample(known, min(TWICE, len(known))):
            resource = case.resources[at]
            if path:
                for how, raw in VALUES.items():
                    yield case, at, what, how, partial(changed, resource, path, raw)
            else:
                for how, made in (*other_types(resource), *looped(resource)):
                    yield case, at, "whole", how, partial(bytes, made)


def at_random(world: World, rng: random.Random, count: int) -> Iterator[Input]:
    """Several elements at once, the same record twice, or bytes damaged; the same seed gives the same inputs."""
    for number in range(count):
        case, layout = rng.choice(world.cases), rng.choice(LAYOUTS)
        name = f"random {number} {case.name} ({layout})"
        if rng.random() < 0.3:
            yield _bytes(name, case, layout, rng, world)
            continue
        parts = [dump(one) for one in case.resources]
        for _ in range(rng.choice((1, 2, 3, 8))):
            at = rng.randrange(len(parts))
            parts[at] = _spoilt(case.resources[at], rng)
        if rng.random() < 0.2:
            parts.append(parts[rng.randrange(len(parts))])
        yield Input(name, "random", case, parts, layout)


def _spoilt(resource: dict[str, Any], rng: random.Random) -> bytes:
    path = rng.choice(list(paths(resource)))
    raw = rng.choice(list(VALUES.values()))
    return changed(resource, path, raw if rng.random() < 0.9 else DROPPED)


def _bytes(name: str, case: Case, layout: str, rng: random.Random, world: World) -> Input:
    parts = [dump(one) for one in case.resources]
    if layout == "two Bundles":
        # Cut at its beginning it names nobody, and may be anybody's.
        return Input(name, "bytes", case, parts, layout, shared=True, whole=damaged(bundle(parts), rng))
    if layout == "one Bundle":
        whole = damaged(bundle([*parts, *world.neighbour]), rng)
        return Input(name, "bytes", case, parts, layout, shared=True, whole=whole)
    at = rng.randrange(len(parts))
    parts[at] = damaged(parts[at], rng)
    return Input(name, "bytes", case, parts, layout, shared=True)


def _with(case: Case, at: int, raw: bytes) -> list[bytes]:
    return [raw if number == at else dump(one) for number, one in enumerate(case.resources)]
