"""Where the demo ends: at the coordinators' pages, with a link that signs in, until Ctrl-C."""

from __future__ import annotations

import secrets
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from fhir_screener.cli.console import BOLD, Page
from fhir_screener.cli.serve import made
from fhir_screener.sandbox.processes import Process
from fhir_screener.settings import Settings


@contextmanager
def pages_of(settings: Settings) -> Iterator[str]:
    """The coordinators' pages in a thread of this process; the address at which to sign in."""
    pages, place = made(settings, settings.web_token.get_secret_value() or secrets.token_urlsafe(24))
    thread = threading.Thread(target=pages.run, name="pages", daemon=True)
    thread.start()
    pages.await_warmth()
    try:
        yield place
    finally:
        pages.stop()
        thread.join(2)


def stay(settings: Settings, study: str, place: str, server: Process, heed: Callable[[], None]) -> None:
    """Stay until Ctrl-C, or until the server ends. `heed` raises KeyboardInterrupt where one was asked for before."""
    page, url = Page(), settings.source_url
    page.line()
    page.line("The coordinators' pages, signed in by this link:", BOLD)
    page.verbatim(place)
    page.line()
    page.line(f"The FHIR server is at {url} until Ctrl-C.", BOLD)
    page.line("From another terminal (in a checkout, each with ./dev run before it):")
    for command in (
        f"fhir-screener worklist list --source {url}",
        f"fhir-screener worklist show PATIENT --source {url}",
        f"fhir-screener sweep --study {study} --site {settings.site} --cohort all --source {url} --inline",
        f"curl '{url}/Task?code=screening-candidate&_count=1'",
    ):
        page.verbatim(command)
    sys.stdout.write(str(page))
    sys.stdout.flush()
    while server.poll() is None:
        heed()
        time.sleep(0.3)
