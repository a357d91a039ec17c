"""A ward for the pages: charts that end today on a FHIR server, swept in this process, and the pages in one of their own."""

from __future__ import annotations

import json
import os
import re
import sys
import urllib.request
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fhir_screener.bootstrap import build_screener
from fhir_screener.sandbox.processes import child
from fhir_screener.screening.report import SweepReport
from fhir_screener.settings import Settings, variable
from tests.hapi.run_hapi import free_port

STUDY = "NCT04660565"
ZONE = ZoneInfo("Asia/Shanghai")
KEY = "a key for tests only, long enough"
GRANTS = "coordinators=coordinator:*;trial=study-team:*;ops=operator:*"
TOKEN = "letmein-letmein-letmein"
PATTERN = Path(__file__).parents[1] / "cases" / "nct04660565" / "B00" / "bundle.json"
"""A worked patient who is a plain candidate; everybody here is like him but for what a test says."""
MADE = date(2021, 3, 1)
"""The day on which the pattern's chart ends."""
POSITIVE = {"coding": [{"system": "http://snomed.info/sct", "code": "10828004", "display": "Positive"}]}

Json = dict[str, Any]


def today() -> date:
    """Today where the study is."""
    return datetime.now(UTC).astimezone(ZONE).date()


def chart(patient: str, name: str) -> dict[str, Json]:
    """{what it is, such as `hbsag`: the resource}: a plain candidate of this id and name, whose chart ends today."""
    moved = today() - MADE
    text = (
        PATTERN.read_text().replace("b00-pt", patient).replace("b00-", f"{patient}-").replace('"B00"', f'"{patient}"')
    )
    text = re.sub(r"20\d\d-\d\d-\d\d", lambda found: _later(found[0], moved), text)
    found = [entry["resource"] for entry in json.loads(text)["entry"]]
    found[0]["name"] = [{"text": name}]
    return {one["id"].removeprefix(f"{patient}-").replace(patient, "patient"): one for one in found}


def in_hospital(patient: str) -> list[Json]:
    """A stay of this patient that goes on, on a ward with a telephone, and another trial."""
    who = {"reference": f"Patient/{patient}"}
    where = {"reference": "Location/ward"}
    return [
        {"resourceType": "Location", "id": "ward", "name": "Ward 4", "telecom": [{"system": "phone", "value": "4711"}]},
        {
            "resourceType": "Encounter",
            "id": f"{patient}-stay",
            "status": "in-progress",
            "class": {"code": "IMP"},
            "subject": who,
            "period": {"start": str(today())},
            "location": [{"location": where}],
        },
        {
            "resourceType": "ResearchSubject",
            "id": f"{patient}-elsewhere",
            "status": "screening",
            "individual": who,
            "study": {"display": "HEART-1"},
        },
    ]


def _later(day: str, moved: timedelta) -> str:
    return (date.fromisoformat(day) + moved).isoformat()


class Ward:
    """Charts on a server, and what sweeps make of them."""

    def __init__(self, base: str, **more: Any) -> None:
        self.base = base
        self.settings = Settings.build({"source_url": base, "cohort": "all", "attempts": 2, **more})

    def admit(self, *people: dict[str, Json]) -> None:
        self.put(one for person in people for one in person.values())

    def put(self, resources: Iterable[Json]) -> None:
        entries = [
            {"resource": one, "request": {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"}}
            for one in resources
        ]
        ask(self.base, {"resourceType": "Bundle", "type": "transaction", "entry": entries})

    def sweep(self, as_of: date | None = None) -> SweepReport:
        (report,) = build_screener(self.settings).sweep([STUDY], as_of or today())
        assert report.exit_code == 0
        return report

    def find(self, query: str) -> list[Json]:
        entries: list[Json] = ask(f"{self.base}/{query}").get("entry", [])
        return [entry["resource"] for entry in entries]

    def task(self, patient: str) -> Json:
        """The patient's candidate Task as it is now."""
        (found,) = [
            one
            for one in self.find(f"Task?patient={patient}&_count=20")
            if one.get("intent") == "proposal" and one["status"] != "entered-in-error"
        ]
        whole: Json = ask(f"{self.base}/Task/{found['id']}")
        return whole

    def versions(self, patient: str) -> list[Json]:
        """All versions of that Task."""
        entries = ask(f"{self.base}/Task/{self.task(patient)['id']}/_history?_count=200")["entry"]
        return [entry["resource"] for entry in entries]

    def fault(self, **fault: Any) -> None:
        """The sandbox commits this fault (fhir_screener/sandbox/faults.py) with the next request that it fits."""
        ask(f"{self.base.removesuffix('/fhir')}/_faults", fault)

    def mend(self) -> None:
        ask(f"{self.base.removesuffix('/fhir')}/_faults", method="DELETE")


def ask(url: str, body: Any = None, method: str | None = None) -> Any:
    """The JSON that a server answers with."""
    data = None if body is None else json.dumps(body).encode()
    kind = "application/json" if "_faults" in url else "application/fhir+json"
    headers = {"Content-Type": kind, "Cache-Control": "no-cache"}
    with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method), timeout=60) as answer:
        return json.loads(answer.read() or b"null")


@contextmanager
def pages_for_roles(ward: Ward, log: Path) -> Iterator[str]:
    """The same behind an identity proxy, which here is whoever sends its headers: groups `coordinators`, `trial`, `ops`."""
    port = free_port()
    public = {"web_public_url": f"http://127.0.0.1:{port}", "web_port": str(port)}
    with pages(ward, log, web_auth="proxy", web_proxies="127.0.0.1", web_grants=GRANTS, **public) as place:
        yield place


@contextmanager
def pages(ward: Ward, log: Path, **more: str) -> Iterator[str]:
    """The address of `fhir-screener serve` over the ward's server."""
    given = {
        "source_url": ward.base,
        "web_token": TOKEN,
        "studies": STUDY,
        "web_port": "0",
        "log_level": "info",
        **more,
    }
    if key := ward.settings.installation_key:
        given["installation_key"] = key.get_secret_value()
    env = {**os.environ, **{variable(name): value for name, value in given.items()}}
    command: Sequence[str] = [sys.executable, "-m", "fhir_screener", "serve"]
    with child(command, env=env, log=log, announces=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                yield found[0]
                return
        raise AssertionError(f"the pages did not say where they are:\n{log.read_text()[-2000:]}")
