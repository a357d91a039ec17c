"""The ledger in memory."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fhir_screener.screening.memory_ledger import MemoryLedger
from tests.unit.screening.ledger_contract import LedgerContract
from tests.unit.screening.sweep_fakes import Clock


class TestMemoryLedger(LedgerContract):
    @pytest.fixture
    def clock(self) -> Clock:
        return Clock()

    @pytest.fixture
    def ledger(self, clock: Clock) -> MemoryLedger:
        return MemoryLedger(clock.seconds)

    @pytest.fixture
    def wait(self, clock: Clock) -> Callable[[float], None]:
        return clock.forward
