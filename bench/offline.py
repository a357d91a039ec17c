"""Offline screening: bytes to ledger, against what orjson needs merely to parse the same bytes. One core, one process.

    python bench/offline.py [FOLDER ...]      folders of NDJSON; without any: the sample hospital, 1,000 patients

Prints one line a folder: patients, MB, seconds of orjson's parse, of reading, of judging, of the ledger as JSON, the ratio of
all ours to orjson's, patients a second, and the peak memory of the process.
"""

from __future__ import annotations

import gzip
import resource
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import orjson

from fhir_screener.fhir.files import FolderSource
from fhir_screener.sandbox.hospital import write
from fhir_screener.screening.screen import screen
from fhir_screener.screening.wire import to_wire
from fhir_screener.studies.load import Catalog, Loaded

AS_OF = date(2026, 3, 2)
ROUNDS = 3


def lines_of(folder: Path) -> list[bytes]:
    """Every line of every NDJSON file, unpacked."""
    found: list[bytes] = []
    for path in sorted(p for p in folder.rglob("*") if ".ndjson" in p.name):
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        found += data.splitlines()
    return found


def parse(lines: list[bytes]) -> float:
    """Seconds of a bare parse, the best of some rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for line in lines:
            orjson.loads(line)
        best = min(best, time.perf_counter() - began)
    return best


def ours(folder: Path, loaded: Loaded) -> tuple[int, float, float, float]:
    """(patients, seconds of reading, of judging, of writing the ledger), the best of some rounds."""
    best = (0, float("inf"), 0.0, 0.0)
    for _ in range(ROUNDS):
        began = time.perf_counter()
        records = list(FolderSource(folder, loaded.terminology).records())
        read = time.perf_counter()
        found = [screen(loaded.studies[0], record, AS_OF, loaded.terminology) for record in records]
        judged = time.perf_counter()
        for one in found:
            orjson.dumps(to_wire(one))
        done = time.perf_counter()
        if done - began < sum(best[1:]):
            best = (len(records), read - began, judged - read, done - judged)
    return best


def report(name: str, folder: Path, loaded: Loaded) -> None:
    lines = lines_of(folder)
    floor = parse(lines)
    patients, read, judged, written = ours(folder, loaded)
    total = read + judged + written
    size = sum(map(len, lines)) / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{name:28} {patients:6} patients {size:7.1f} MB  orjson {floor:6.3f} s  read {read:6.3f}  judge {judged:6.3f}"
        f"  ledger {written:6.3f}  ratio {total / floor:5.2f}  {patients / total:7.0f} patients/s  {peak:5.0f} MB peak"
    )


def main() -> None:
    loaded = Catalog(Path(__file__).parent.parent / "mappings").load(["NCT04660565"])
    folders = [Path(name) for name in sys.argv[1:]]
    if folders:
        for folder in folders:
            report(folder.name, folder, loaded)
        return
    with tempfile.TemporaryDirectory() as made:
        write(Path(made), patients=1000, as_of=AS_OF)
        report("sample hospital", Path(made), loaded)


if __name__ == "__main__":
    main()
