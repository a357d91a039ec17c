"""A sweep of the sample hospital on the sandbox server: first, again, and a bare download of the same pages.

    python bench/sweep.py [PATIENTS] [URL]      URL: a server that already holds a hospital, instead of the sandbox

Prints seconds and requests of each, milliseconds a Task written, and the ratio of the second sweep to the bare download.
"""

from __future__ import annotations

import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import date
from pathlib import Path

from fhir_screener.bootstrap import build_screener
from fhir_screener.sandbox.hospital import write
from fhir_screener.sandbox.processes import fhir_server
from fhir_screener.settings import Settings

AS_OF = date(2026, 3, 2)


def sweep(base: str) -> tuple[float, int, dict[str, int]]:
    """(seconds, requests, what became of the Tasks)."""
    screener = build_screener(Settings.from_env({"FHIR_SCREENER_SOURCE_URL": base, "FHIR_SCREENER_COHORT": "all"}))
    began = time.perf_counter()
    (report,) = screener.sweep(["NCT04660565"], AS_OF)
    seconds = time.perf_counter() - began
    actions = {name: count for study in report.studies for name, count in study.actions.items()}
    return seconds, screener.servers.requests, actions


def download(base: str) -> float:
    """Seconds to fetch every page of the types a sweep reads, without looking at them; one connection."""
    import requests

    http = requests.Session()
    began = time.perf_counter()
    for kind in (
        "Patient",
        "Condition",
        "Observation",
        "MedicationStatement",
        "MedicationRequest",
        "MedicationAdministration",
        "MedicationDispense",
        "Procedure",
        "DiagnosticReport",
        "Immunization",
        "Consent",
        "ResearchSubject",
    ):
        url: str | None = f"{base}/{kind}?_count=500"
        while url:
            body = http.get(
                url, headers={"Accept": "application/fhir+json", "Cache-Control": "no-cache"}, timeout=120
            ).json()
            url = next((link["url"] for link in body.get("link", []) if link["relation"] == "next"), None)
    return time.perf_counter() - began


def _hospital(stack: ExitStack, patients: int) -> Path:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    write(folder, patients=patients, as_of=AS_OF)
    return folder


def main() -> None:
    patients = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    given = sys.argv[2] if len(sys.argv) > 2 else ""
    with ExitStack() as stack:
        server = None if given else stack.enter_context(fhir_server(load=[_hospital(stack, patients)]))
        base = server.base_url if server else given
        bare = min(download(base) for _ in range(2))
        first, asked, actions = sweep(base)
        written = sum(count for name, count in actions.items() if name not in ("left", "unchanged"))
        again, asked_again, actions_again = sweep(base)
        rewritten = sum(count for name, count in actions_again.items() if name not in ("left", "unchanged"))
    each = max(first - again, 0) / written * 1000 if written else 0
    print(f"bare download      {bare:6.2f} s")
    print(f"first sweep        {first:6.2f} s  {asked} requests  {written} Tasks written, about {each:.1f} ms each")
    print(
        f"again              {again:6.2f} s  {asked_again} requests  {rewritten} Tasks written  {again / bare:.2f} x download"
    )


if __name__ == "__main__":
    main()
