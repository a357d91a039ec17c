"""Help, wrong use, and what becomes of errors."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import pytest

from fhir_screener.cli import commands, study
from fhir_screener.errors import (
    AuthError,
    DataError,
    MappingError,
    ScreenerError,
    SweepBusy,
    Unreachable,
    UsageError,
)

Call = Callable[..., tuple[int, str, str]]
HEAVY = ("celery", "fhir.resources", "pydantic", "requests", "rich.table", "yaml", "starlette", "orjson")


def test_help_names_every_command_and_imports_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "from fhir_screener.cli.main import run\n"
        "code = run(['--help'])\n"
        f"print('imported', [name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)\n"
        "raise SystemExit(code)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0
    assert "imported []" in done.stderr
    for entry in commands.COMMANDS:
        assert f"\n  {entry.name} " in done.stdout


@pytest.mark.parametrize("entry", commands.COMMANDS, ids=lambda entry: entry.name)
def test_every_command_has_help(entry: commands.Entry, call: Call) -> None:
    assert import_module(f"fhir_screener.cli.{entry.module}").app is not None
    code, out, err = call(entry.name, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(f"Usage: fhir-screener {entry.name} ")


HELPED = """screen, why, sweep, demo, worklist list, worklist decide, study take, study explain, codes survey, sandbox serve,
 sandbox load, log"""


@pytest.mark.parametrize("command", [name.strip() for name in HELPED.split(",")])
def test_help_speaks_no_programming_language(command: str, call: Call) -> None:
    """What to put where stands in capitals; choices stand as they are written."""
    code, out, _ = call(*command.split(), "--help")
    assert code == 0
    assert not re.search(r"<|list\[|\{|x>=|<=x", out), out
    assert re.search(r"^  (--[a-z-]+|[A-Z_]+(\.\.\.)?) +\S", out, re.MULTILINE)


def test_usage_names_what_is_asked_for(call: Call) -> None:
    assert "Usage: fhir-screener worklist decide [OPTIONS] PATIENT MOVE\n" in call("worklist", "decide", "-h")[1]
    assert "Usage: fhir-screener study take [OPTIONS] [SETS]...\n" in call("study", "take", "-h")[1]


def test_no_command_gets_help_and_is_wrong_use(call: Call) -> None:
    for arguments in ((), ("study",), ("worklist",)):
        code, out, err = call(*arguments)
        assert (code, out) == (2, "")
        assert "Commands:" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("screen",), ("source", "fhir-screener screen --help")),
        (("screen", "x"), ("--study", "fhir-screener screen --help")),
        (("bogus",), ("bogus", "fhir-screener --help")),
        (("screen", "x", "--study", "NCT04660565", "--bogus"), ("--bogus",)),
        (("screen", "x", "--study", "NCT04660565", "--format", "xml"), ("xml", "ndjson")),
        (("screen", "/nowhere", "--study", "NCT04660565"), ("/nowhere", "no such file")),
        (("screen", ".", "--study", "NCT1"), ("NCT1", "NCT04660565", "study list")),
        (("screen", ".", "--study", "NCT04660565", "--as-of", "2021-02-30"), ("--as-of", "2021-02-30", "YYYY-MM-DD")),
        (("why", "x", "--study", "NCT04660565"), ("--source", "FHIR_SCREENER_SOURCE_URL")),
        (("sweep",), ("--study", "--all")),
        (("sweep", "--all", "--source", "ftp://x"), ("--source", "http")),
        (("sweep", "--all", "--source", "http://u:secret@x/fhir"), ("--source", "password")),
        (
            ("sweep", "--all", "--source", "http://localhost/fhir", "--since", "2021-01-01"),
            ("--since", "not there yet"),
        ),
        (("sweep", "--all", "--source", "http://localhost/fhir", "--patients", "/no"), ("--patients", "/no")),
        (("sweep", "--all", "--cohort", "file:/no"), ("--cohort", "/no")),
        (("sweep", "--all", "--source", "http://localhost/fhir", "--cohort", "some"), ("--cohort", "group:ID")),
        (("sweep", "--all", "--cohort", "all", "--patients", "pyproject.toml"), ("--cohort and --patients", "one of")),
        (("plan", "--study", "NCT04660565", "--cohort", "some"), ("--cohort", "group:ID")),
        (("sweep", "--all", "--dry-run", "--end-abandoned"), ("--end-abandoned", "--dry-run writes nothing")),
        (("sweep", "--all", "--source", "http://localhost/fhir", "--queue"), ("FHIR_SCREENER_BROKER_URL", "--inline")),
        (("sweep", "--all", "--source", "http://localhost/fhir", "--site", "nowhere"), ("nowhere", "example")),
        (("worklist", "list", "--outcome", "nice"), ("nice", "candidate")),
        (("sandbox", "serve", "--patients", "0"), ("--patients", "must be 1 or more")),
        (("demo", "--patients", "many"), ("'--patients': must be a whole number;",)),
        (("study", "explain", "--study", "NCT04660565", "--lang", "fr"), ("'--lang': 'fr' is not one of 'en', 'zh'",)),
        (("worklist", "decide", "p", "jump", "--study", "NCT04660565"), ("'move': 'jump' is not one of 'accept'",)),
        (("study", "check", "NCT04660565", "--study", "NCT1"), ("NCT04660565 and --study NCT1", "name one")),
        (("sandbox", "serve", "--host", "10.1.1.1"), ("10.1.1.1", "--allow-remote")),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(arguments: tuple[str, ...], words: tuple[str, ...], call: Call) -> None:
    code, out, err = call(*arguments)
    assert (code, out) == (2, "")
    (line,) = err.splitlines()
    assert line.startswith("fhir-screener: ")
    assert "secret" not in line
    for word in words:
        assert word in line


def test_a_study_is_checked_by_id_or_file_with_or_without_its_option(call: Call) -> None:
    file = "mappings/studies/nct04660565.yaml"
    by_option = call("study", "check", "--study", "NCT04660565")
    assert by_option[0] == 0
    assert call("study", "check", "NCT04660565") == call("study", "check", file) == by_option


def test_the_version_is_the_installed_one(call: Call) -> None:
    assert call("--version") == (0, f"fhir-screener {version('fhir-screener')}\n", "")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ScreenerError("x"), 1),
        (DataError("x"), 1),
        (SweepBusy("x"), 1),
        (UsageError("x"), 2),
        (MappingError("x", file="f.yaml", line=3), 2),
        (Unreachable("x"), 3),
        (AuthError("x"), 3),
        (KeyboardInterrupt(), 130),
        (FileNotFoundError(2, "No such file or directory", "there"), 2),
    ],
)
def test_each_error_has_its_exit_code(
    error: BaseException, code: int, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing() -> None:
        raise error

    monkeypatch.setattr(study, "read_settings", failing)
    found, out, err = call("study", "list")
    assert (found, out) == (code, "")
    assert len(err.splitlines()) == 1


def test_a_mistake_in_the_program_says_where_and_quotes_nothing(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing() -> None:
        raise KeyError("Li Si, born 1955-01-10")

    monkeypatch.setattr(study, "read_settings", failing)
    code, out, err = call("study", "list")
    assert (code, out) == (70, "")
    assert "KeyError at " in err
    assert "Li Si" not in err
    assert "Traceback" not in err


def test_the_readme_names_commands_and_options_that_exist(call: Call) -> None:
    text = (Path(__file__).parents[3] / "README.md").read_text("utf-8")
    named = re.findall(r"fhir-screener ((?:[a-z]+ ?)+)([^`\n#]*)", text)
    known = {entry.name for entry in commands.COMMANDS}
    asked = [(words.split(), re.findall(r"--[a-z-]+", rest)) for words, rest in named if words.split()[0] in known]
    assert {words[0] for words, _ in asked} >= known - {"demo"}
    for words, options in asked:
        group = words[:2] if words[0] in ("study", "worklist", "sandbox", "codes") else words[:1]
        code, out, _ = call(*group, "--help")
        assert code == 0
        for option in options:
            assert option in out


@pytest.mark.parametrize("group", ["study", "codes", "sandbox", "worklist"])
def test_a_groups_help_says_each_command_in_full(group: str, call: Call) -> None:
    _, out, _ = call(group, "--help")
    assert "Commands:" in out
    assert "..." not in out.partition("Commands:")[2]


def test_the_library_is_listed_with_titles(call: Call) -> None:
    code, out, _ = call("study", "take")
    assert code == 0
    assert ["egfr", "Estimated glomerular filtration rate"] in [line.split(None, 1) for line in out.splitlines()]


def test_pages_without_a_server_are_told_which_setting_names_it(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FHIR_SCREENER_SOURCE_URL", raising=False)
    for given in ((), ("--target", "http://127.0.0.1:9/fhir")):
        code, _, err = call("serve", *given)
        assert code == 2
        assert err.startswith("fhir-screener: FHIR_SCREENER_SOURCE_URL is not set: name the FHIR server ")
        assert err.count("\n") == 1
