"""HAPI's own validator accepts what we write, against the profiles of `fhir-package/`."""

from __future__ import annotations

import os
import re
from pathlib import Path

import orjson
import pytest

from fhir_screener.fhir.task.coded import Json
from tests.builders.tasks import examples
from tests.hapi import run_hapi

PACKAGE = Path(__file__).parents[2] / "fhir-package" / "package"
DEFINITIONS = sorted(p for p in PACKAGE.glob("*.json") if p.name != "package.json")
pytestmark = pytest.mark.hapi


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the validator says of ours and of the spoilt ones, at one start. Without Java and Maven a skip on a desk, and
    a failure in CI."""
    if lacking := run_hapi.missing():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"no HAPI here: {lacking}")
    folder = tmp_path_factory.mktemp("tasks")
    valid, said = run_hapi.validate([*DEFINITIONS, *written(examples() | spoilt(), folder)])
    assert not valid
    return said


def written(resources: dict[str, Json], folder: Path) -> list[Path]:
    paths = [folder / f"{name}.json" for name in resources]
    for path in paths:
        path.write_bytes(orjson.dumps(resources[path.stem]))
    return paths


def judged(found: str, verdict: str) -> set[str]:
    return set(re.findall(rf"^(\S+)\.json: {verdict} in", found, re.MULTILINE))


def test_every_task_the_store_writes_is_valid(found: str) -> None:
    assert judged(found, "valid") == examples().keys(), found


def test_the_profile_refuses_what_is_not_one_of_our_tasks(found: str) -> None:
    assert judged(found, "INVALID") == spoilt().keys(), found


def spoilt() -> dict[str, Json]:
    """Tasks with one thing wrong, by what it is."""
    good = examples()["candidate"]
    verdict = orjson.loads(orjson.dumps(good))
    verdict["output"][1]["valueCodeableConcept"]["coding"][0]["code"] = "maybe"
    evidence = orjson.loads(orjson.dumps(good))
    evidence["output"][1]["extension"][1]["extension"][0]["extension"][0]["url"] = "hearsay"
    branch = orjson.loads(orjson.dumps(examples()["review"]))
    deepest = branch["output"][1]["extension"][1]["extension"][-1]["extension"][-1]
    assert deepest["extension"][0] == {"url": "verdict", "valueCode": "unknown"}
    deepest["extension"][0]["valueCode"] = "perhaps"
    return {
        "no-study": {name: value for name, value in good.items() if name != "groupIdentifier"},
        "no-ledger": {**good, "output": good["output"][1:]},
        "no-digest": {**good, "input": good["input"][:3]},
        "other-intent": {**good, "intent": "order"},
        "other-outcome": {
            **good,
            "businessStatus": {"coding": [{**good["businessStatus"]["coding"][0], "code": "maybe"}]},
        },
        "other-verdict": verdict,
        "other-evidence": evidence,
        "other-branch": branch,
        "time-runs-backwards": {**good, "lastModified": "2020-01-01T00:00:00Z"},
    }
