"""HAPI's own validator accepts what we write, against the profiles of `fhir-package/`."""

from __future__ import annotations

import os
from pathlib import Path

import orjson
import pytest

from fhir_screener.fhir.task.coded import Json
from tests.builders.tasks import examples
from tests.hapi import run_hapi

PACKAGE = Path(__file__).parents[2] / "fhir-package" / "package"
DEFINITIONS = sorted(p for p in PACKAGE.glob("*.json") if p.name != "package.json")
pytestmark = pytest.mark.hapi


@pytest.fixture(scope="module", autouse=True)
def validator() -> None:
    """Without Java and Maven a skip on a desk, and a failure in CI."""
    if lacking := run_hapi.missing():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"no HAPI here: {lacking}")


def written(resources: dict[str, Json], folder: Path) -> list[Path]:
    paths = [folder / f"{name}.json" for name in resources]
    for path in paths:
        path.write_bytes(orjson.dumps(resources[path.stem]))
    return paths


def test_every_task_the_store_writes_is_valid(tmp_path: Path) -> None:
    files = written(examples(), tmp_path)
    valid, found = run_hapi.validate([*DEFINITIONS, *files])
    assert valid, found
    assert found.count(": valid in") == len(files), found
    assert " ERROR " not in found, found


def test_the_profile_refuses_what_is_not_one_of_our_tasks(tmp_path: Path) -> None:
    good = examples()["candidate"]
    verdict = orjson.loads(orjson.dumps(good))
    verdict["output"][1]["valueCodeableConcept"]["coding"][0]["code"] = "maybe"
    evidence = orjson.loads(orjson.dumps(good))
    evidence["output"][1]["extension"][1]["extension"][0]["extension"][0]["url"] = "hearsay"
    branch = orjson.loads(orjson.dumps(examples()["review"]))
    deepest = branch["output"][1]["extension"][1]["extension"][-1]["extension"][-1]
    assert deepest["extension"][0] == {"url": "verdict", "valueCode": "unknown"}
    deepest["extension"][0]["valueCode"] = "perhaps"
    spoilt = {
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
    valid, found = run_hapi.validate([*DEFINITIONS, *written(spoilt, tmp_path)])
    assert not valid
    accepted = [name for name in spoilt if f"{name}.json: INVALID" not in found]
    assert accepted == [], found
