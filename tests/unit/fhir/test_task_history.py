"""What a Provenance tells: one of another shape costs no page."""

from __future__ import annotations

from typing import Any

import pytest

from fhir_screener.fhir.task.history import happened


@pytest.mark.parametrize(
    "agent", [[{"who": "somebody"}], [{"who": {"identifier": ["x"]}}], [{"who": ["x"]}], "x", [None], [{"type": 5}]]
)
def test_an_agent_of_another_shape_is_nobody(agent: Any) -> None:
    told = happened({"resourceType": "Provenance", "recorded": "2021-03-01", "agent": agent})
    assert (told.by, told.by_id, told.owner, told.when) == ("", "", "", "2021-03-01")
