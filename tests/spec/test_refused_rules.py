"""Rules that no chart could keep, or that ask for nothing, are refused: with file, line, path, and what to do."""

from __future__ import annotations

import pytest

from fhir_screener.errors import MappingError
from tests.spec.conftest import read_rule


@pytest.mark.parametrize(
    ("rule", "path", "what"),
    [
        ("regimen: {of: [], for: P3M}", "regimen.of", "an empty list finds nothing"),
        ("regimen: {of: [prednisone]}", "regimen", "asks for a dose or a time"),
        ("regimen: {of: [prednisone], for: P99999Y}", "regimen.for", "longer than a life"),
        ("regimen: {of: [prednisone], for: P99999999999999999999D}", "regimen.for", "longer than a life"),
        ("regimen: {of: [prednisone], dose: {at_least: {}}}", "regimen.dose.at_least", "no limit is given"),
        ("regimen: {of: [prednisone], dose: {at_least: {mg: 10}}}", "regimen.dose", "of mass by time"),
        (
            "regimen: {of: [prednisone], dose: {at_least: {mg/d: 20}, at_most: {mg/d: 10}}}",
            "regimen.dose",
            "no number keeps both `at_least: 20` and `at_most: 10`",
        ),
        ("regimen: {of: [prednisone], dose: {above: {mg/d: 20}, below: {mg/d: 20}}}", "regimen.dose", "no number"),
        ("study_participation: {within: 90}", "study_participation.within", "is no duration"),
        ("result: {of: [egfr], between: {mL/min: [60, 30]}, within: P90D}", "result.between.mL/min", "nothing lies"),
        ("result: {of: [egfr], between: {mL/min: [true, 60]}, within: P90D}", "result.between.mL/min", "two numbers"),
        ("result: {of: [egfr], between: {}, within: P90D}", "result.between", "no limit is given"),
        (
            "result: {of: [egfr], between: {mL/min: [3, 6]}, detection: true, within: P90D}",
            "result.between",
            "goes with no other limit",
        ),
        ("condition: {in: [cancer], for: P6M, onset_within: P3M}", "condition", "exclude each other"),
        ("score: {of: [score], above: 5, below: 3}", "score", "no number keeps both"),
        ("score: {of: [score], at_least: 5, at_most: 3}", "score", "no number keeps both"),
        ("score: {of: [score], in: [organs], not_in: [organs]}", "score.not_in", "stands in both"),
        ("score: {of: [score], not_in: [organs]}", "score", "a score needs a limit or answers"),
    ],
)
def test_it_is_refused(rule: str, path: str, what: str) -> None:
    with pytest.raises(MappingError) as refused:
        read_rule(rule)
    said = str(refused.value)
    assert said.startswith(f"study.yaml:1: {path}: ")
    assert what in said


@pytest.mark.parametrize(
    "rule",
    [
        "result: {of: [egfr], between: {mL/min: [30, 30]}, within: P90D}",
        "score: {of: [score], at_least: 3, at_most: 3}",
        "regimen: {of: [prednisone], dose: {at_least: {mg/d: 10}, at_most: {mg/d: 10}}}",
    ],
)
def test_one_number_can_be_asked_for(rule: str) -> None:
    assert read_rule(rule)
