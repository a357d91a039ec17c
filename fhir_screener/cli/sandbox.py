"""`sandbox serve`, `sandbox load`, `sandbox write`: the embedded FHIR server and its sample hospital."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from fhir_screener.cli.options import new_app, parse_as_of, read_settings
from fhir_screener.cli.progress import progress
from fhir_screener.cli.serving import until_told
from fhir_screener.errors import UsageError
from fhir_screener.settings import Settings, is_loopback

app = new_app(help="The embedded FHIR server and its sample hospital. For demonstration and tests.", group=True)
NAMED = 10

Patients = Annotated[
    int | None, typer.Option("--patients", min=1, help="Patients in the sample hospital; 1000 if not given.")
]
Seed = Annotated[
    int | None, typer.Option("--seed", min=0, help="The same seed gives the same hospital; 1 if not given.")
]
Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="PATH", help="A folder or file of FHIR to load instead of the hospital."),
]
HospitalDay = Annotated[
    str,
    typer.Option(
        "--as-of", metavar="DAY", help="The day on which the hospital's charts end, YYYY-MM-DD; today if not given."
    ),
]


@app.command("serve", short_help="A FHIR server in memory, with the hospital.")
def serve(
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535, help="0: any free port.")] = None,
    patients: Patients = None,
    seed: Seed = None,
    as_of: HospitalDay = "",
    data: Data = None,
    empty: Annotated[bool, typer.Option("--empty", help="Start without any data.")] = False,
    allow_remote: Annotated[
        bool, typer.Option("--allow-remote", help="Let other machines in. There is no sign-in.")
    ] = False,
) -> int:
    """Serve FHIR R4 from memory until Ctrl-C; the address is the one line on standard output. Nothing is kept."""
    from fhir_screener.sandbox.server import Sandbox, prepare
    from fhir_screener.sandbox.server import serve as run

    if empty and data:
        raise UsageError("--empty and --data: give one of them")
    if not (allow_remote or is_loopback(f"http://{host}")):
        raise UsageError(
            f"--host {host}: the server has no sign-in; --allow-remote opens it to other machines all the same"
        )
    settings = _hospital(patients, seed)
    resources = [] if empty or data else _charts(settings, parse_as_of(as_of) or today())

    def announce(sandbox: Sandbox) -> None:
        sys.stdout.write(f"{sandbox.base_url}\n")
        sys.stdout.flush()

    wanted = settings.sandbox_port if port is None else port
    sandbox = prepare(host, wanted, data=resources, load=[data] if data else [], allow_remote=allow_remote)
    run(sandbox, announce, until_told)
    return 0


@app.command("load", short_help="Put the hospital, or your files, on a server.")
def load(
    url: Annotated[str, typer.Argument(metavar="URL", help="Base address of any FHIR R4 server.")],
    patients: Patients = None,
    seed: Seed = None,
    as_of: HospitalDay = "",
    data: Data = None,
) -> int:
    """Load the sample hospital, or a folder of FHIR, into a server: PUT under the ids they have.

    Sign-in is that of the source in the settings.
    """
    from fhir_screener.bootstrap import Servers
    from fhir_screener.cli.sandbox_load import Item, Loader, folder, hospital

    settings = _hospital(patients, seed, source_url=url)
    servers = Servers(settings)
    problems: dict[str, str] = {}
    items: Callable[[], Iterable[Item]]
    if data is None:
        day = parse_as_of(as_of) or today()
        items = partial(hospital, settings.sandbox_patients, settings.sandbox_seed, day)
    elif data.exists():
        items = partial(folder, data, problems)
    else:
        raise UsageError(f"--data: there is no file or folder {data}")
    with progress("loading", "resources") as step:
        loader = Loader(servers.source, servers.source_capability, step, settings.connections)
        loader.load(items)
    sys.stdout.write(f"{loader.loaded:,} resources loaded into {servers.source_url}\n")
    _tell("could not be read", problems)
    _tell("refused", loader.refused)
    return 1 if problems or loader.refused else 0


@app.command("write", short_help="Write the hospital, and the truth about it.")
def write(
    folder: Annotated[Path, typer.Argument(help="A folder, made where there is none.")],
    patients: Patients = None,
    seed: Seed = None,
    as_of: HospitalDay = "",
    gzip: Annotated[bool, typer.Option("--gzip", help="Compress the files.")] = False,
) -> int:
    """Write the sample hospital: its charts as NDJSON in FOLDER/charts, what was planned of each patient beside them."""
    from fhir_screener.sandbox.hospital import TRUTH
    from fhir_screener.sandbox.hospital import write as write_hospital

    settings, day = _hospital(patients, seed), parse_as_of(as_of) or today()
    charts, truth = folder / "charts", folder / "truth.jsonl"
    with progress("writing") as step:
        made = write_hospital(
            charts, settings.sandbox_patients, settings.sandbox_seed, day, compress=gzip, progress=step
        )
    # Away from the charts: whoever screens these must not take it for one of them.
    (charts / TRUTH).replace(truth)
    (charts / TRUTH).parent.rmdir()
    sys.stdout.write(
        f"{settings.sandbox_patients:,} patients, {made.records.total():,} records as of {day} in {charts};"
        f" the truth about them in {truth}\n"
    )
    return 0


def _tell(what: str, why: dict[str, str]) -> None:
    for place, reason in list(why.items())[:NAMED]:
        sys.stderr.write(f"{what}: {place}: {reason}\n")
    if len(why) > NAMED:
        sys.stderr.write(f"{what}: and {len(why) - NAMED:,} more\n")


def today() -> date:
    return datetime.now(UTC).date()


def _hospital(patients: int | None, seed: int | None, **given: Any) -> Settings:
    """The settings, with size and seed of the hospital as given."""
    settings = read_settings(sandbox_patients=patients, **given)
    return settings if seed is None else settings.but(sandbox_seed=seed)


def _charts(settings: Settings, day: date) -> Iterator[dict[str, Any]]:
    from fhir_screener.sandbox.hospital import generate, shared_resources

    patients, seed = settings.sandbox_patients, settings.sandbox_seed
    with progress("making the hospital") as step:
        yield from shared_resources(patients, seed, day)
        for done, chart in enumerate(generate(patients, seed, day), 1):
            yield from chart.resources
            step(done, patients)
