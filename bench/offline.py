"""Offline screening against a bare parse of the same bytes: one core, each measure in a process of its own.

    ./dev bench offline [FOLDER | PATIENTS ...]      a folder of FHIR, or a sample hospital of so many patients

Without arguments: hospitals of 1,000, 10,000 and 100,000 patients. For each source:

orjson    `orjson.loads` of each line, its result thrown away
msgspec   `msgspec.json.decode` of each line to plain objects
ours      from the folder to the ledger: every file read, all criteria with full evidence, each line of JSON made;
          `first` is the first time in a process, when every concept is looked up and every unit learnt
judging   `screen` alone, on charts already in memory (of the first 10,000 patients)

Times are CPU seconds of the process, the best of some rounds: other work on the machine disturbs them least. The
collector of cycles runs as it does in the program. Memory is the peak of a fresh process that does nothing else.
"""

from __future__ import annotations

import gzip
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from itertools import islice
from pathlib import Path

import msgspec
import orjson

from fhir_screener.criteria.model import Study
from fhir_screener.fhir.file_lines import batches
from fhir_screener.fhir.files import FolderSource
from fhir_screener.sandbox.hospital import write
from fhir_screener.screening.screen import screen
from fhir_screener.screening.wire import to_line
from fhir_screener.studies.load import Catalog
from fhir_screener.terminology.terms import Terminology

AS_OF = date(2026, 3, 2)
STUDY = "NCT04660565"
HOSPITALS = ("1000", "10000", "100000")
SMALL = 200e6
"""Bytes up to which a measure is repeated."""


def files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file())


def parsed(folder: Path, parse: Callable[[bytes], object]) -> dict[str, float]:
    """CPU seconds of `parse` alone, line by line."""
    spent, size, lines_read = 0.0, 0, 0
    for path in files(folder):
        for _, lines in batches(path):
            lines = [line for line in lines if line.strip()]
            began = time.process_time()
            for line in lines:
                parse(line)
            spent += time.process_time() - began
            size += sum(map(len, lines))
            lines_read += len(lines)
    return {"seconds": spent, "bytes": size, "records": lines_read}


def ours(folder: Path) -> dict[str, float]:
    """CPU seconds from the folder to all lines of the ledger; `first`: with all that a process looks up only once."""
    study, terms = catalogue()
    spent = []
    for _ in range(rounds(folder)):
        patients = 0
        began = time.process_time()
        for record in FolderSource(folder, terms).records():
            to_line(screen(study, record, AS_OF, terms))
            patients += 1
        spent.append(time.process_time() - began)
    return {"seconds": min(spent), "first": spent[0], "patients": patients}


def judging(folder: Path) -> dict[str, float]:
    """CPU seconds of `screen`, and how many patients were judged."""
    study, terms = catalogue()
    charts = list(islice(FolderSource(folder, terms).records(), 10_000))
    spent = []
    for _ in range(3):
        began = time.process_time()
        for record in charts:
            screen(study, record, AS_OF, terms)
        spent.append(time.process_time() - began)
    return {"seconds": min(spent), "patients": len(charts)}


def catalogue() -> tuple[Study, Terminology]:
    loaded = Catalog(Path(__file__).parent.parent / "mappings").load([STUDY])
    return loaded.studies[0], loaded.terminology


def rounds(folder: Path) -> int:
    return 5 if sum(path.stat().st_size for path in files(folder)) < SMALL else 1


MEASURES: dict[str, Callable[[Path], dict[str, float]]] = {
    "orjson": lambda folder: parsed(folder, orjson.loads),
    "msgspec": lambda folder: parsed(folder, msgspec.json.Decoder().decode),
    "ours": ours,
    "judging": judging,
}


def measured(what: str, folder: Path) -> dict[str, float]:
    """One measure in a fresh process on one core; `peak` in MB."""
    command = [sys.executable, __file__, "--measure", what, str(folder)]
    found: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return found


def report(name: str, folder: Path) -> None:
    size = sum(path.stat().st_size for path in files(folder))
    # Turn by turn, so that a busy moment of the machine meets all of them.
    runs = [{what: measured(what, folder) for what in MEASURES} for _ in range(3 if size < SMALL else 1)]
    best = {what: min((run[what] for run in runs), key=lambda one: one["seconds"]) for what in MEASURES}
    bare, mine, judged = best["orjson"], best["ours"], best["judging"]
    patients = int(mine["patients"])
    print(
        f"{name:22} {patients:8,} {size / 1e6:8.1f} {bare['records'] / max(patients, 1):8.0f}"
        f" {bare['seconds']:8.3f} {best['msgspec']['seconds']:8.3f} {mine['seconds']:8.3f} {mine['first']:8.3f}"
        f" {mine['seconds'] / bare['seconds']:6.2f} {patients / mine['seconds']:8,.0f}"
        f" {judged['patients'] / judged['seconds']:10,.0f} {bare['peak']:8.0f} {mine['peak']:8.0f}",
        flush=True,
    )


def sources(wanted: list[str], stack: ExitStack) -> Iterator[tuple[str, Path]]:
    """(name, folder of plain files): hospitals are made, packed files unpacked."""
    for one in wanted:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if one.isdigit():
            write(folder, patients=int(one), as_of=AS_OF)
            # What the hospital knows of its patients is no FHIR: neither side reads it.
            shutil.rmtree(folder / "truth")
            yield f"hospital of {int(one):,}", folder
            continue
        for path in files(Path(one)):
            target = folder / path.relative_to(one).with_name(path.name.removesuffix(".gz"))
            target.parent.mkdir(parents=True, exist_ok=True)
            with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as packed, target.open("wb") as plain:
                shutil.copyfileobj(packed, plain)
        yield "/".join(Path(one).parts[-2:])[-22:], folder


def main() -> None:
    if sys.argv[1:2] == ["--measure"]:
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        found = MEASURES[sys.argv[2]](Path(sys.argv[3]))
        found["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(found))
        return
    print(
        f"{'':22} {'patients':>8} {'MB':>8} {'records':>8} {'orjson':>8} {'msgspec':>8} {'ours':>8} {'first':>8} {'ratio':>6}"
        f" {'a second':>8} {'judging':>10} {'orjson':>8} {'ours':>8}\n"
        f"{'':22} {'':>8} {'':>8} {'each':>8} {'s':>8} {'s':>8} {'s':>8} {'s':>8} {'':>6}"
        f" {'patients':>8} {'patients/s':>10} {'peak MB':>8} {'peak MB':>8}"
    )
    with ExitStack() as stack:
        for name, folder in sources(sys.argv[1:] or list(HOSPITALS), stack):
            report(name, folder)


if __name__ == "__main__":
    main()
