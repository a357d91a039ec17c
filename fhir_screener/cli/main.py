"""The command line's entry: errors become exit codes here and nowhere else.

Exit codes: 0 done; 1 done, with failures named in the report; 2 wrong use or a mapping error; 3 a server or its
authentication could not be reached; 70 a mistake in the program; 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import Annotated

import typer

from fhir_screener import errors
from fhir_screener.cli.commands import Commands
from fhir_screener.log import describe
from fhir_screener.release import product_version

# Typer brings a click of its own, by another name in each version; these are its classes whatever they are called.
_WRONG_USE = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")
STOPPED = 130
_REPORT = "Please report it; FHIR_SCREENER_LOG_LEVEL=debug shows all of it, which may hold patient data"

app = typer.Typer(
    cls=Commands,
    name="fhir-screener",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _version(asked: bool) -> None:
    if asked:
        sys.stdout.write(f"fhir-screener {product_version()}\n")
        raise typer.Exit


@app.callback()
def _program(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Screens patient charts on a FHIR R4 server against the eligibility criteria of clinical trials.

    Settings come from the environment (FHIR_SCREENER_...); options of a command go before them.
    Exit codes: 0 done, 1 done with failures named in the report, 2 wrong use or mapping error, 3 server unreachable,
    70 a mistake in the program, 130 stopped by Ctrl-C.
    """


def run(argv: list[str] | None = None) -> int:
    """Run a command line; returns the exit code."""
    try:
        done = typer.main.get_command(app).main(args=argv, prog_name="fhir-screener", standalone_mode=False)
    except errors.ScreenerError as error:
        return _say(str(error), error.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        return _say("stopped", STOPPED)
    except BrokenPipeError:
        return _pipe_closed()
    except SystemExit as ending:
        # Typer ends the program by itself for this one error.
        return _pipe_closed() if isinstance(ending.__context__, BrokenPipeError) else int(ending.code or 0)
    except OSError as error:
        return _say(f"{error.filename or 'the system'}: {error.strerror or type(error).__name__}", 2)
    except Exception as error:
        if isinstance(error, _WRONG_USE):
            return _wrong_use(error)
        if os.environ.get("FHIR_SCREENER_LOG_LEVEL") == "debug":
            raise
        return _say(f"a mistake in the program: {describe(error)}. {_REPORT}", 70)
    code = done if isinstance(done, int) else 0
    return _say("stopped", code) if code == STOPPED else code  # Typer makes a code of Ctrl-C


def _wrong_use(error: Exception) -> int:
    """One line: what is wrong, and where help is. A group without a command is answered with its help."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "fhir-screener"
    if type(error).__name__ == "NoArgsIsHelpError":
        sys.stderr.write(f"{error}\n")
        return 2
    from fhir_screener.settings.refusal import plainly

    what = plainly(str(getattr(error, "format_message", lambda: error)()).rstrip("."))
    return _say(f"{what}; see {path} --help", 2)


def _pipe_closed() -> int:
    """Whoever read our output has seen enough; the interpreter must not try to flush it again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _say(what: str, code: int) -> int:
    sys.stderr.write(f"fhir-screener: {what}\n")
    return code


def main() -> None:
    """The `fhir-screener` command."""
    # What is read at the start lives to the end: to look for garbage in it at every turn costs a sixth of a short command.
    gc.set_threshold(50_000, 10, 10)
    sys.exit(run())


if __name__ == "__main__":
    main()
