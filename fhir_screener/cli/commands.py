"""The visible list of commands."""

from __future__ import annotations

import typer

from fhir_screener.cli import screen, study, why


def register(app: typer.Typer) -> None:
    """Add every command to the app."""
    app.command("screen")(screen.screen)
    app.command("why")(why.why)
    app.add_typer(study.app, name="study")
