"""Every ledger line of many charts: to compare before and after a change that must change nothing.

    ./dev bench answers [OUT.ndjson [FOLDER ...]]

Without OUT only a checksum is printed. The worked patients, the sample hospital (1,000 patients, two seeds) and each FOLDER, at two days.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from fhir_screener.fhir.files import FolderSource
from fhir_screener.sandbox.hospital import write
from fhir_screener.screening.screen import screen
from fhir_screener.screening.wire import to_line
from fhir_screener.studies.load import Catalog, Loaded

ROOT = Path(__file__).parent.parent
MADE_ON = date(2026, 3, 2)
DAYS = (date(2021, 3, 1), MADE_ON)
SEEDS = (1, 2)


def sources(loaded: Loaded, scratch: Path, folders: list[Path]) -> Iterator[tuple[str, Path]]:
    for path in sorted((ROOT / "tests" / "cases").glob("*/*/bundle.json")):
        yield path.parent.name, path
    for seed in SEEDS:
        folder = scratch / str(seed)
        write(folder, patients=1000, as_of=MADE_ON, seed=seed)
        yield f"hospital {seed}", folder
    for folder in folders:
        yield folder.name, folder


def main() -> None:
    loaded = Catalog(ROOT / "mappings").load(["NCT04660565"])
    told = hashlib.sha256()
    target = Path(sys.argv[1] if len(sys.argv) > 1 else os.devnull)
    with tempfile.TemporaryDirectory() as scratch, target.open("wb") as out:
        for name, path in sources(loaded, Path(scratch), [Path(arg) for arg in sys.argv[2:]]):
            for record in FolderSource(path, loaded.terminology).records():
                for day in DAYS:
                    line = to_line(screen(loaded.studies[0], record, day, loaded.terminology))
                    told.update(line)
                    out.write(name.encode() + b" " + line + b"\n")
    print(f"answers {told.hexdigest()}")


if __name__ == "__main__":
    main()
