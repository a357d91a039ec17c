"""What every Ledger must do; the memory one is held to it here, the Redis one in tests/integration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from fhir_screener.screening.sweep_plan import Chunk, ChunkResult, State, Trouble
from fhir_screener.screening.sweep_ports import Ledger
from tests.unit.screening.sweep_fakes import head


class LedgerContract:
    """Subclasses give `ledger` and `wait`, fixtures; `wait(seconds)` lets so much time pass."""

    def test_a_lock_has_one_holder(self, ledger: Ledger) -> None:
        assert ledger.holder("a") == ""
        assert ledger.lock("a", "one", 60) == "one"
        assert ledger.lock("a", "two", 60) == "one"
        assert ledger.lock("b", "two", 60) == "two"
        assert ledger.lock("a", "one", 60) == "one"
        ledger.unlock("a", "two")
        assert ledger.holder("a") == "one"
        ledger.unlock("a", "one")
        assert ledger.lock("a", "two", 60) == "two"

    def test_a_lock_expires_unless_it_is_renewed(self, ledger: Ledger, wait: Callable[[float], None]) -> None:
        ledger.lock("a", "one", 1)
        ledger.lock("b", "one", 1)
        ledger.lock("b", "one", 60)
        wait(1.2)
        assert ledger.lock("a", "two", 60) == "two"
        assert ledger.lock("b", "two", 60) == "one"
        ledger.unlock("a", "one")
        assert ledger.holder("a") == "two"

    def test_a_sweep_is_open_until_it_is_closed(self, ledger: Ledger) -> None:
        assert ledger.head("s1") is None
        ledger.put(head("s1"))
        ledger.put(head("s2"))
        running = replace(head("s1"), state=State.RUNNING, patients=9, chunks=3, warnings=("one", "two"))
        ledger.put(running)
        assert ledger.head("s1") == running
        assert sorted(ledger.open_sweeps()) == ["s1", "s2"]
        ledger.put(replace(running, state=State.DONE))
        ledger.put(replace(head("s2"), state=State.FAILED))
        assert ledger.open_sweeps() == []
        assert ledger.head("s2") == replace(head("s2"), state=State.FAILED)

    def test_chunks_are_pending_until_they_are_done_once(self, ledger: Ledger) -> None:
        ledger.put(head("s1"))
        chunks = [Chunk.of(head("s1"), number, (f"c{number}",)) for number in range(12)]
        for chunk in chunks:
            ledger.add(chunk)
        ledger.add(chunks[3])
        assert ledger.pending("s1") == list(range(12))
        assert ledger.chunk("s1", 3) == chunks[3]
        assert ledger.chunk("s1", 99) is None
        first = ChunkResult(number=3, read=1, unread={"c3": "404"}, outcomes={"N": {"candidate": 1}})
        assert ledger.done("s1", first, 5.0)
        assert not ledger.done("s1", ChunkResult(number=3, read=99), 6.0)
        assert ledger.done("s1", ChunkResult(number=2), 7.0)
        assert ledger.is_done("s1", 3)
        assert not ledger.is_done("s1", 4)
        assert (ledger.done_count("s1"), 3 in ledger.pending("s1")) == (2, False)
        assert ledger.results("s1") == [ChunkResult(number=2), first]

    def test_beginnings_are_counted_and_signs_of_life_kept(self, ledger: Ledger) -> None:
        ledger.put(head("s1"))
        assert ledger.last_sign("s1") == 0
        ledger.add(Chunk.of(head("s1"), 0, ("c0",)))
        assert ledger.begin("s1", 0, 10.0) == 1
        assert ledger.begin("s1", 0, 11.5) == 2
        ledger.beat("s1", 0, 12.25)
        assert dict(ledger.begun("s1")) == {0: (2, 12.25)}
        assert ledger.last_sign("s1") == 12.25
        ledger.done("s1", ChunkResult(number=0), 13.0)
        assert ledger.last_sign("s1") == 13.0
        assert dict(ledger.begun("s1")) == {}

    def test_a_closed_sweep_keeps_its_results_and_no_ids_to_read(self, ledger: Ledger) -> None:
        ledger.put(head("s1"))
        ledger.add(Chunk.of(head("s1"), 0, ("c0",)))
        ledger.add(Chunk.of(head("s1"), 1, ("c1",)))
        ledger.done("s1", ChunkResult(number=0, read=1), 1.0)
        ledger.forget_chunks("s1")
        assert ledger.pending("s1") == []
        assert ledger.chunk("s1", 1) is None
        assert ledger.results("s1") == [ChunkResult(number=0, read=1)]

    def test_the_last_trouble_of_a_chunk_is_kept_until_the_sweep_is_closed(self, ledger: Ledger) -> None:
        ledger.put(head("s1"))
        assert dict(ledger.troubles("s1")) == {}
        ledger.trouble("s1", 0, Trouble("no connection"))
        ledger.trouble("s1", 0, Trouble("other mappings", refused=True))
        ledger.trouble("s1", 1, Trouble("503"))
        ledger.done("s1", ChunkResult(number=0), 1.0)
        assert dict(ledger.troubles("s1")) == {0: Trouble("other mappings", refused=True), 1: Trouble("503")}
        ledger.forget_chunks("s1")
        assert dict(ledger.troubles("s1")) == {}
