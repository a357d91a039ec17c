"""The coordinators' pages over a small hospital that was swept, and browsers without a window to look at them."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from fhir_screener.bootstrap import build_screener
from fhir_screener.cli.serve import made
from fhir_screener.sandbox.hospital import write
from fhir_screener.sandbox.processes import fhir_server
from fhir_screener.settings import Settings

STUDY, OTHER = "NCT04660565", "NCT00000001"
DAY = date(2026, 3, 2)
KEY = "a key for tests only, long enough"
GRANTS = f"coordinators=coordinator:*;trial=study-team:{STUDY};ops=operator:*;other=coordinator:{OTHER};north=coordinator:*@north"
TOKEN = "a-token-for-tests"


@dataclass
class Hospital:
    """Where the charts are, whose they are, and the Tasks a sweep left. `secrets`: what identifies anybody there."""

    base: str
    tasks: list[Any]
    secrets: frozenset[str]
    sweeps: tuple[str, ...] = ()

    def settings(self, **changes: Any) -> Settings:
        given = {"source_url": self.base, "cohort": "all", "site": "example", "installation_key": KEY, "web_port": 0}
        return Settings.build({**given, "studies": (STUDY,), **changes})

    def behind_a_proxy(self, **changes: Any) -> Settings:
        given = {"web_auth": "proxy", "web_proxies": "127.0.0.1", "web_grants": GRANTS}
        return self.settings(**{**given, "web_public_url": "http://127.0.0.1", **changes})


@contextmanager
def hospital(folder: Path, patients: int = 60) -> Iterator[Hospital]:
    """A hospital of so many patients on a sandbox server, swept twice."""
    write(folder / "hospital", patients, 1, DAY)
    with fhir_server(load=[folder / "hospital"], log=folder / "server.log") as server:
        there = Hospital(server.base_url, [], frozenset())
        for day in (DAY, DAY + timedelta(days=40)):  # in which tests run out: rows say what changed
            build_screener(there.settings()).sweep([STUDY], day)
        there.tasks = [task for task in found(there.base, "Task") if task["intent"] == "proposal"]
        there.sweeps = tuple(task["id"] for task in found(there.base, "Task") if task["intent"] == "plan")
        there.secrets = frozenset(secrets_of(found(there.base, "Patient")))
        assert there.tasks
        assert there.secrets
        yield there


def found(base: str, kind: str, query: str = "_count=1000") -> list[Any]:
    bundle = requests.get(f"{base}/{kind}?{query}", timeout=60).json()
    return [entry["resource"] for entry in bundle.get("entry", [])]


def secrets_of(patients: list[Any]) -> Iterator[str]:
    """Ids, identifiers and names of patients, each long enough not to be a word of a page."""
    for patient in patients:
        yield patient["id"]
        yield from (one["value"] for one in patient.get("identifier", []))
        for name in patient.get("name", []):
            yield from (part for part in (name.get("text"), name.get("family")) if part and len(part) > 3)


@contextmanager
def serving(settings: Settings, token: str = TOKEN) -> Iterator[str]:
    """The pages as `serve` makes them; the address they are at."""
    pages, _ = made(settings, token)
    thread = threading.Thread(target=pages.run, daemon=True)
    thread.start()
    place = f"http://127.0.0.1:{pages.listening.getsockname()[1]}"
    try:
        for _ in range(200):
            if pages.server.started:
                break
            time.sleep(0.05)
        yield place
    finally:
        pages.stop()
        thread.join(20)


class Browser:
    """Keeps cookies, follows nothing by itself, and fills in forms as they are."""

    def __init__(self, place: str, **headers: str) -> None:
        self.place, self.session = place, requests.Session()
        self.session.trust_env = False
        self.session.headers.update({name.replace("_", "-"): value for name, value in headers.items()})

    def get(self, path: str, **more: Any) -> requests.Response:
        address = path if urlsplit(path).scheme else self.place + path
        return self.session.get(address, allow_redirects=False, timeout=60, **more)

    def post(self, path: str, data: Any = None, **more: Any) -> requests.Response:
        return self.session.post(self.place + path, data=data or {}, allow_redirects=False, timeout=60, **more)

    def sign_in(self, token: str = TOKEN, name: str = "Anna") -> requests.Response:
        return self.get(f"/sign-in?token={token}&name={name}")

    def csrf(self, path: str) -> str:
        text = self.get(path).text
        match = re.search(r'name="csrf" value="([^"]+)"', text)
        assert match, text[:500]
        return match[1]


def as_role(place: str, group: str, name: str = "anna") -> Browser:
    """Somebody of this group, as the identity proxy says."""
    return Browser(place, X_Forwarded_User=name, X_Forwarded_Groups=group)
