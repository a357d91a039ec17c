"""Charts that nobody here wrote, where they are at hand (`../shared/corpora`): no crash, each Patient once."""

from pathlib import Path

import msgspec
import pytest

from fhir_screener.fhir.file_lines import batches
from fhir_screener.fhir.files import FolderSource
from fhir_screener.studies.load import Catalog

ROOT = Path(__file__).parents[2]
CORPORA = ROOT.parent / "shared" / "corpora"
FOLDERS = [
    *sorted(one for one in (CORPORA / "dev").glob("*") if one.is_dir()),
    *sorted(CORPORA.glob("odbl-mimic-demo")),
]


class Head(msgspec.Struct):
    resourceType: str | None = None
    id: str | None = None


@pytest.mark.skipif(not FOLDERS, reason="no corpora at hand")
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_patient_once_and_the_nameless_named(folder):
    heads = [
        msgspec.json.decode(line, type=Head)
        for path in folder.rglob("*Patient.ndjson.gz")
        for _, lines in batches(path)
        for line in lines
        if line.strip()
    ]
    loaded = Catalog(ROOT / "mappings").load(["NCT04660565"])
    source = FolderSource(folder, loaded.terminology)
    records = list(source.records())
    found = [record.patient.id for record in records]
    assert sorted(found) == sorted({head.id for head in heads if head.id})
    nameless = [line for line in source.problems if "a Patient without an id" in line]
    assert len(nameless) == sum(1 for head in heads if not head.id)
    assert [line for record in records for line in record.problems if "could not be understood" in line] == []
