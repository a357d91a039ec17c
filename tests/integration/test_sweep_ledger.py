"""The ledger in a real Valkey, and what it says when that is away."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
import redis

from fhir_screener.broker.celery_app import make_celery
from fhir_screener.broker.dispatcher import CeleryDispatcher
from fhir_screener.broker.presence import workers
from fhir_screener.broker.redis_ledger import PREFIX, RedisLedger
from fhir_screener.errors import DataError, Unreachable
from fhir_screener.screening.sweep_plan import Chunk, ChunkResult
from fhir_screener.settings import Settings
from tests.hapi.run_hapi import free_port
from tests.integration.sweep_world import Valkey, valkey
from tests.unit.screening.ledger_contract import LedgerContract
from tests.unit.screening.sweep_fakes import head


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    with valkey(tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.fixture
def ledger(broker: Valkey) -> Iterator[RedisLedger]:
    with redis.Redis.from_url(broker.url) as client:
        client.flushall()
    ledger = RedisLedger(broker.url)
    yield ledger
    ledger.close()


class TestRedisLedger(LedgerContract):
    @pytest.fixture
    def wait(self) -> Callable[[float], None]:
        return time.sleep


def test_everything_but_the_list_of_open_sweeps_expires(ledger: RedisLedger, broker: Valkey) -> None:
    ledger.put(head("s1"))
    ledger.lock("a", "s1", 60)
    for number in range(2):
        ledger.add(Chunk.of(head("s1"), number, ("c1",)))
        ledger.begin("s1", number, 1.0)
    ledger.done("s1", ChunkResult(number=0), 2.0)
    with redis.Redis.from_url(broker.url) as client:
        lasting = [key.decode() for key in client.keys("*") if client.ttl(key) < 0]
        assert len(client.keys("*")) == 8
    assert lasting == [f"{PREFIX}:open"]


def test_what_it_held_is_there_after_a_crash(broker: Valkey, ledger: RedisLedger) -> None:
    ledger.put(head("s1"))
    ledger.add(Chunk.of(head("s1"), 0, ("c1",)))
    time.sleep(1.2)  # the append-only file is flushed once a second
    broker.kill()
    broker.start()
    assert ledger.pending("s1") == [0]


def test_an_absent_ledger_is_unreachable_and_no_password_is_shown() -> None:
    port = free_port()
    ledger = RedisLedger(f"redis://user:very-secret@127.0.0.1:{port}/0", retries=1)
    with pytest.raises(Unreachable) as caught:
        ledger.ping()
    assert str(caught.value) == (
        f"redis://127.0.0.1:{port}/0: the ledger (Redis or Valkey) does not answer (ConnectionError): check that it runs,"
        " and its address in FHIR_SCREENER_LEDGER_URL, or FHIR_SCREENER_BROKER_URL where that is not set"
    )
    assert caught.value.__suppress_context__


def test_a_sweep_of_another_version_is_an_error_of_ours(broker: Valkey, ledger: RedisLedger) -> None:
    """So it costs its own tending only: the other sweeps are looked after."""
    with redis.Redis.from_url(broker.url) as client:
        client.set(f"{PREFIX}:a-newer:head", b'{"sweep": 7}')
    with pytest.raises(DataError, match="another version"):
        ledger.head("a-newer")


def test_a_broker_whose_memory_is_full_says_so(broker: Valkey) -> None:
    """It answers, and refuses: nobody should look for it in the network."""
    settings = Settings.build({"broker_url": broker.url})
    app = make_celery(settings)
    asks: list[Callable[[], object]] = [
        lambda: RedisLedger(broker.url).lock("name", "token", 5),
        lambda: CeleryDispatcher(app).start(["S"]),
        lambda: workers(app, 0.1),
    ]
    with redis.Redis.from_url(broker.url) as client:
        client.config_set("maxmemory", 1)
        try:
            for ask in asks:
                with pytest.raises(Unreachable, match=r"refused a command \(OutOfMemoryError\)"):
                    ask()
        finally:
            client.config_set("maxmemory", 0)
