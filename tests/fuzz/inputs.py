"""The inputs of a fuzz: a worked patient with something spoilt."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.fuzz.mutate import DROPPED, VALUES, changed, damaged, dump, looped, other_types, paths, shape
from tests.fuzz.world import LAYOUTS, Case, World, bundle

TWICE = 2


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
    """Every element of every type in every way, in two cases each; every `step`-th of them, with a chance start."""
    number = rng.randrange(step)
    for case, at, what, how, raw in _all_ways(world.cases):
        number += 1
        if number % step:
            continue
        layout = LAYOUTS[rng.randrange(len(LAYOUTS))]
        kind = case.resources[at]["resourceType"]
        yield Input(
            f"{case.name} {kind} {what}: {how} ({layout})", f"{kind} {what}: {how}", case, _with(case, at, raw), layout
        )


def _all_ways(cases: list[Case]) -> Iterator[tuple[Case, int, str, str, bytes]]:
    """(case, which resource, which element, how it is spoilt, the resource as it then is)."""
    met: Counter[tuple[str, str]] = Counter()
    for case in cases:
        for at, resource in enumerate(case.resources):
            kind = resource["resourceType"]
            for path in paths(resource):
                if met[kind, shape(path)] < TWICE:
                    met[kind, shape(path)] += 1
                    for how, raw in VALUES.items():
                        yield case, at, shape(path), how, changed(resource, path, raw)
            if met[kind, ""] < TWICE:
                met[kind, ""] += 1
                for how, raw in (*other_types(resource), *looped(resource)):
                    yield case, at, "whole", how, raw


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
        return Input(name, "bytes", case, parts, layout, whole=damaged(bundle(parts), rng))
    if layout == "one Bundle":
        whole = damaged(bundle([*parts, *world.neighbour]), rng)
        return Input(name, "bytes", case, parts, layout, shared=True, whole=whole)
    at = rng.randrange(len(parts))
    parts[at] = damaged(parts[at], rng)
    return Input(name, "bytes", case, parts, layout, shared=True)


def _with(case: Case, at: int, raw: bytes) -> list[bytes]:
    return [raw if number == at else dump(one) for number, one in enumerate(case.resources)]
