"""A generated hospital as files: one NDJSON file a resource type, the truth in a folder of its own."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

import orjson

from fhir_screener.sandbox.hospital.dates import AS_OF
from fhir_screener.sandbox.hospital.generator import generate
from fhir_screener.sandbox.hospital.shared import shared_resources
from fhir_screener.sandbox.hospital.systems import Json

TRUTH = Path("truth") / "truth.jsonl"


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: records by resource type, patients by planned outcome."""

    records: Counter[str]
    outcomes: Counter[str]


class _Files:
    def __init__(self, folder: Path, compress: bool, stack: ExitStack) -> None:
        self.folder, self.compress, self.stack = folder, compress, stack
        self.open: dict[str, BinaryIO | gzip.GzipFile] = {}
        self.records: Counter[str] = Counter()

    def write(self, record: Json) -> None:
        kind = record["resourceType"]
        if kind not in self.open:
            self.open[kind] = self._file(kind)
        self.open[kind].write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
        self.records[kind] += 1

    def _file(self, kind: str) -> BinaryIO | gzip.GzipFile:
        if not self.compress:
            return self.stack.enter_context((self.folder / f"{kind}.ndjson").open("wb"))
        plain = self.stack.enter_context((self.folder / f"{kind}.ndjson.gz").open("wb"))
        # No name and no time in the header: the same hospital is the same bytes.
        return self.stack.enter_context(gzip.GzipFile("", "wb", 4, plain, mtime=0))


def write(
    folder: Path,
    patients: int = 1000,
    seed: int = 1,
    as_of: date = AS_OF,
    *,
    compress: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Written:
    """Writes `<Type>.ndjson` (or .gz) and `truth/truth.jsonl` under `folder`; `progress` gets (patients done, all)."""
    (folder / TRUTH).parent.mkdir(parents=True, exist_ok=True)
    outcomes: Counter[str] = Counter()
    with ExitStack() as stack:
        files = _Files(folder, compress, stack)
        truths = stack.enter_context((folder / TRUTH).open("wb"))
        for record in shared_resources(patients, seed, as_of):
            files.write(record)
        for done, chart in enumerate(generate(patients, seed, as_of), 1):
            for record in chart.resources:
                files.write(record)
            truths.write(orjson.dumps(chart.truth, option=orjson.OPT_APPEND_NEWLINE))
            outcomes[chart.truth["outcome"]] += 1
            if progress:
                progress(done, patients)
    return Written(files.records, outcomes)
