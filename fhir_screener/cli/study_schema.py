"""`study schema`: what an editor completes and checks study files by."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from fhir_screener.cli.options import catalog, read_settings
from fhir_screener.errors import MappingError

FILES = ("schema.json", "valueset.schema.json", "site.schema.json")


def schema(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail where a file is stale.")] = False,
) -> int:
    """Write the schemas of studies, value sets and sites into the mappings folder, for editors to complete and check by."""
    found = catalog(read_settings())
    stale = []
    for name, body in schemas(found.mappings).items():
        path = found.mappings / name
        if path.is_file() and path.read_text("utf-8") == body:
            continue
        stale.append(str(path))
        if not check:
            path.write_text(body, "utf-8")
            sys.stdout.write(f"{path}: written\n")
    if check and stale:
        raise MappingError("stale", file=", ".join(stale), fix="run `study schema`")
    return 0


def schemas(mappings: Path) -> dict[str, str]:
    """{file: its text} of all schemas, for the value sets of this folder."""
    from fhir_screener.studies.schema import study_schema
    from fhir_screener.studies.schema_site import site_schema
    from fhir_screener.studies.schema_valueset import valueset_schema
    from fhir_screener.studies.valuesets import KINDS, ValueSetFolder

    folder = ValueSetFolder(mappings / "valuesets")
    kinds: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for name in sorted(folder.names):
        kinds[folder.get(name).kind].append(name)
    made = (study_schema(kinds), valueset_schema(kinds), site_schema(kinds))
    return {name: _text(body) for name, body in zip(FILES, made, strict=True)}


def _text(body: Any) -> str:
    return json.dumps(body, ensure_ascii=False, indent=1) + "\n"
