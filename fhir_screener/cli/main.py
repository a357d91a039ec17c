"""The command line's entry: errors become exit codes here and nowhere else.

Exit codes: 0 done; 1 done, with failures named in the report; 2 wrong use or a mapping error; 3 a server or its
authentication could not be reached; 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import os
import sys

import click
import typer

from fhir_screener import errors
from fhir_screener.cli.commands import register

app = typer.Typer(
    name="fhir-screener",
    help="Screens patient charts on a FHIR R4 server against the eligibility criteria of clinical trials.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
register(app)


def run(argv: list[str] | None = None) -> int:
    """Run a command line; returns the exit code."""
    command = typer.main.get_command(app)
    try:
        done = command.main(args=argv, prog_name="fhir-screener", standalone_mode=False)
    except errors.ScreenerError as error:
        return _say(str(error), error.exit_code)
    except click.exceptions.Exit as stop:
        return int(stop.exit_code)
    except click.ClickException as error:
        error.show()
        return 2
    except (click.exceptions.Abort, KeyboardInterrupt):
        return _say("stopped", 130)
    except BrokenPipeError:
        # Whoever read our output has seen enough; the interpreter must not try to flush it again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return done if isinstance(done, int) else 0


def _say(what: str, code: int) -> int:
    sys.stderr.write(f"fhir-screener: {what}\n")
    return code


def main() -> None:
    """The `fhir-screener` command."""
    sys.exit(run())


if __name__ == "__main__":
    main()
