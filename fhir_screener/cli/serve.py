"""`serve`: the coordinators' pages."""

from __future__ import annotations

import secrets
import socket
import sys
from typing import Annotated

import typer

from fhir_screener.cli.options import SourceOption, TargetOption, new_app, read_settings
from fhir_screener.errors import SettingsError
from fhir_screener.settings import Settings, is_loopback, variable

app = new_app()


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
    import uvicorn

    from fhir_screener.web.app import make_app

    if settings.web_auth == "token" and not is_loopback(f"http://{settings.web_host}"):
        raise SettingsError(
            f"{variable('web_host')} is not this machine: a token is for this machine only. Put an identity proxy or"
            f" OpenID Connect before it, and set {variable('web_auth')}"
        )
    listening = socket.create_server((settings.web_host, settings.web_port))
    place = f"http://{settings.web_host}:{listening.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(make_app(settings, token), log_level="warning", access_log=False))
    sys.stdout.write(f"The worklist is at {place}/sign-in?token={token}\nCtrl-C ends it.\n")
    sys.stdout.flush()
    server.run(sockets=[listening])
    return 0
