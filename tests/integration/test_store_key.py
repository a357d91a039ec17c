"""One patient and study, two installation keys: the second is refused, and nothing is doubled."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fhir_screener.bootstrap import build_screener
from fhir_screener.sandbox.hospital import write
from fhir_screener.sandbox.server import running
from fhir_screener.settings import Settings

AS_OF = date(2026, 3, 2)


@pytest.mark.timeout(120)
def test_a_second_key_doubles_nothing(tmp_path: Path) -> None:
    write(tmp_path, patients=60, as_of=AS_OF)
    with running(load=sorted(tmp_path.glob("*.ndjson"))) as server:
        made = {"FHIR_SCREENER_SOURCE_URL": server.base_url, "FHIR_SCREENER_COHORT": "all"}
        (first,) = build_screener(Settings.from_env(made)).sweep(["NCT04660565"], AS_OF)
        other = {**made, "FHIR_SCREENER_INSTALLATION_KEY": "another-key-of-sixteen-and-more"}
        (second,) = build_screener(Settings.from_env(other)).sweep(["NCT04660565"], AS_OF)
        created = first.studies[0].actions["created"]
        assert created
        assert "created" not in second.studies[0].actions
        assert len(second.studies[0].unwritten) == created
        assert "another installation key" in next(iter(second.studies[0].unwritten.values()))
