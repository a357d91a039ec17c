"""`serve`: the coordinators' pages."""

from __future__ import annotations

import os
import secrets
import socket
import sys
from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING, Annotated

import typer

from fhir_screener.bootstrap import Servers
from fhir_screener.cli.options import SourceOption, TargetOption, new_app, read_settings
from fhir_screener.cli.serving import until_told
from fhir_screener.errors import ServerError, SettingsError
from fhir_screener.settings import Settings, variable

if TYPE_CHECKING:
    import uvicorn

app = new_app()
LONGEST_WARMING = 5.0
"""Seconds."""
UNAUDITED = "The FHIR server offers no AuditEvent: who looked at which chart is in this program's log only.\n"


@app.command()
def serve(
    source: SourceOption = "",
    target: TargetOption = "",
    port: Annotated[int | None, typer.Option("--port", min=0, help="Port to listen on; 0: any that is free.")] = None,
) -> int:
    """Serve the coordinators' pages until Ctrl-C, and say where they are."""
    settings = read_settings(source_url=source, target_url=target)
    settings = settings if port is None else settings.but(web_port=port)
    return run(settings, settings.web_token.get_secret_value() or secrets.token_urlsafe(24))


def run(settings: Settings, token: str) -> int:
    """Serve; raises SettingsError where the pages would be open to others than they should."""
    if settings.source_url is None:
        raise SettingsError(f"{variable('source_url')} is not set: name the FHIR server whose charts the pages show")
    server, place = made(settings, token)
    audited = unaudited(settings)
    server.await_warmth()
    with until_told(server.stop):
        sys.stdout.write(f"{audited}The worklist is at {place}\nCtrl-C ends it.\n")
        sys.stdout.flush()
        server.run()
    return 0


@dataclass
class Pages:
    """A server that listens already. `run` serves until it is told to stop, or by Ctrl-C in the main thread."""

    server: uvicorn.Server
    listening: socket.socket
    warming: Thread

    def await_warmth(self) -> None:
        """Until the first page will be as quick as the others; not for ever, where a server does not answer."""
        self.warming.join(LONGEST_WARMING)

    def run(self) -> None:
        self.server.run(sockets=[self.listening])

    def stop(self) -> None:
        self.server.should_exit = True


def made(settings: Settings, token: str) -> tuple[Pages, str]:
    """The pages, and the address at which to sign in."""
    import uvicorn

    from fhir_screener.web.app import make_app
    from fhir_screener.web.warm import warmed

    app = make_app(settings, token)
    try:
        family = socket.AF_INET6 if ":" in settings.web_host else socket.AF_INET
        listening = socket.create_server((settings.web_host, settings.web_port), family=family)
    except OSError as error:
        where = f"{settings.web_host}:{settings.web_port}"
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise SettingsError(
            f"the pages cannot listen on {where} ({reason}): give another --port, or set {variable('web_port')}"
        ) from None
    warming = warmed(app)
    # Its peers' addresses decide who is believed, so no header may change them; and its log is ours, without addresses.
    config = uvicorn.Config(
        app, log_config=None, access_log=False, proxy_headers=False, server_header=False, timeout_keep_alive=5
    )
    return Pages(uvicorn.Server(config), listening, warming), _place(settings, token, listening.getsockname()[1])


def _place(settings: Settings, token: str, port: int) -> str:
    if settings.web_auth != "token":
        return f"{settings.web_public_url}/"
    host = f"[{settings.web_host}]" if ":" in settings.web_host else settings.web_host
    return f"http://{host}:{port}/sign-in?token={token}"


def unaudited(settings: Settings) -> str:
    """A line where looks at charts will not be recorded, or it cannot be told yet; else ""."""
    servers = Servers(settings)
    try:
        refused = servers.target_capability.can("AuditEvent", "create") is False
    except ServerError as error:
        return f"The FHIR server cannot be asked yet: {error}\n"
    finally:
        servers.close()
    return UNAUDITED if refused else ""
