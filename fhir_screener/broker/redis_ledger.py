"""The Ledger in Redis or Valkey: shared by all workers, gone after some days, rebuilt by the next sweep.

fhir-screener:open               set    sweeps that are planning or running
fhir-screener:lock:NAME          string token of the holder, expires
fhir-screener:SWEEP:head         string JSON of the Head
fhir-screener:SWEEP:chunks       hash   number -> JSON of a Chunk that is not done
fhir-screener:SWEEP:results      hash   number -> JSON of the ChunkResult
fhir-screener:SWEEP:times, :seen hash   number -> times begun, last sign of life (seconds since the epoch)
fhir-screener:SWEEP:troubles     hash   number -> JSON of the Trouble a chunk last met
fhir-screener:SWEEP:sign         string last sign of life of the whole sweep
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import urlsplit

import msgspec
import redis
from redis.backoff import ExponentialBackoff
from redis.retry import Retry

from fhir_screener.errors import AuthError, DataError, Unreachable
from fhir_screener.screening.sweep_plan import (
    Chunk,
    ChunkResult,
    Head,
    Trouble,
    chunk_from_json,
    head_from_json,
    result_from_json,
    to_json,
    trouble_from_json,
)
from fhir_screener.settings import variable

P = ParamSpec("P")
R = TypeVar("R")
PREFIX = "fhir-screener"
DAY = 86_400
_SETTING = f"its address in {variable('ledger_url')}, or {variable('broker_url')} where that is not set"

# Taken, renewed or refused in one step: between a look and a write the lock could change hands.
_LOCK = """
local holder = redis.call('GET', KEYS[1])
if not holder or holder == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
  return ARGV[1]
end
return holder
"""
_UNLOCK = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"
_DONE = """
local first = redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2])
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('HDEL', KEYS[3], ARGV[1])
redis.call('HDEL', KEYS[4], ARGV[1])
redis.call('SET', KEYS[5], ARGV[3], 'EX', ARGV[4])
redis.call('EXPIRE', KEYS[1], ARGV[4])
return first
"""


def _asks(method: Callable[Concatenate[RedisLedger, P], R]) -> Callable[Concatenate[RedisLedger, P], R]:
    """Errors of the client leave as ours; their text is not used, for it may hold the address with its password."""

    @wraps(method)
    def asked(ledger: RedisLedger, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(ledger, *args, **kwargs)
        except redis.AuthenticationError:
            raise AuthError(f"refused our password: check {_SETTING}", where=ledger.where) from None
        except redis.ResponseError as error:
            # It answers, and will not: most often its memory is full.
            what = (
                f"the ledger (Redis or Valkey) refused a command ({type(error).__name__}): look at its memory and log"
            )
            raise Unreachable(what, where=ledger.where) from None
        except redis.RedisError as error:
            kind = type(error).__name__
            what = f"the ledger (Redis or Valkey) does not answer ({kind}): check that it runs, and {_SETTING}"
            raise Unreachable(what, where=ledger.where) from None
        except msgspec.DecodeError:
            what = "holds a sweep of another version of this program: give all workers the same version"
            raise DataError(what, where=ledger.where) from None

    return asked


class RedisLedger:
    """See `Ledger`. `url` as redis-py takes it; `days` until a sweep is forgotten; `retries` a call, about a second
    apart: a broker that restarts is waited for."""

    def __init__(self, url: str, days: int = 14, retries: int = 6) -> None:
        parts = urlsplit(url)
        self.where = f"{parts.scheme}://{parts.hostname or ''}" + (f":{parts.port}" if parts.port else "") + parts.path
        self._seconds = days * DAY
        self._redis: Any = redis.Redis.from_url(
            url,
            socket_connect_timeout=5,
            socket_timeout=30,
            health_check_interval=30,
            retry=Retry(ExponentialBackoff(cap=2, base=0.1), retries),
            retry_on_error=[redis.ConnectionError, redis.TimeoutError],
        )
        self._lock = self._redis.register_script(_LOCK)
        self._unlock = self._redis.register_script(_UNLOCK)
        self._done = self._redis.register_script(_DONE)

    @_asks
    def ping(self) -> None:
        """Raises Unreachable or AuthError when the ledger cannot be used."""
        self._redis.ping()

    @_asks
    def lock(self, name: str, token: str, seconds: int) -> str:
        return _text(self._lock(keys=[_lock_key(name)], args=[token, seconds]))

    @_asks
    def holder(self, name: str) -> str:
        return _text(self._redis.get(_lock_key(name)))

    @_asks
    def unlock(self, name: str, token: str) -> None:
        self._unlock(keys=[_lock_key(name)], args=[token])

    @_asks
    def put(self, head: Head) -> None:
        pipe = self._redis.pipeline()
        pipe.set(_key(head.sweep, "head"), to_json(head), ex=self._seconds)
        (pipe.sadd if head.state.open else pipe.srem)(f"{PREFIX}:open", head.sweep)
        pipe.execute()

    @_asks
    def head(self, sweep: str) -> Head | None:
        body = self._redis.get(_key(sweep, "head"))
        return head_from_json(body) if body else None

    @_asks
    def open_sweeps(self) -> list[str]:
        return sorted(_text(name) for name in self._redis.smembers(f"{PREFIX}:open"))

    @_asks
    def add(self, chunk: Chunk) -> None:
        pipe = self._redis.pipeline()
        pipe.hset(_key(chunk.sweep, "chunks"), str(chunk.number), to_json(chunk))
        pipe.expire(_key(chunk.sweep, "chunks"), self._seconds)
        pipe.execute()

    @_asks
    def chunk(self, sweep: str, number: int) -> Chunk | None:
        body = self._redis.hget(_key(sweep, "chunks"), str(number))
        return chunk_from_json(body) if body else None

    @_asks
    def begin(self, sweep: str, number: int, at: float) -> int:
        pipe = self._redis.pipeline()
        pipe.hincrby(_key(sweep, "times"), str(number), 1)
        pipe.expire(_key(sweep, "times"), self._seconds)
        times = pipe.execute()[0]
        self.beat(sweep, number, at)
        return int(times)

    @_asks
    def beat(self, sweep: str, number: int, at: float) -> None:
        pipe = self._redis.pipeline()
        pipe.hset(_key(sweep, "seen"), str(number), at)
        pipe.expire(_key(sweep, "seen"), self._seconds)
        pipe.set(_key(sweep, "sign"), at, ex=self._seconds)
        pipe.execute()

    @_asks
    def begun(self, sweep: str) -> Mapping[int, tuple[int, float]]:
        times, seen = self._redis.hgetall(_key(sweep, "times")), self._redis.hgetall(_key(sweep, "seen"))
        return {int(number): (int(count), float(seen.get(number, 0))) for number, count in times.items()}

    @_asks
    def trouble(self, sweep: str, number: int, trouble: Trouble) -> None:
        pipe = self._redis.pipeline()
        pipe.hset(_key(sweep, "troubles"), str(number), to_json(trouble))
        pipe.expire(_key(sweep, "troubles"), self._seconds)
        pipe.execute()

    @_asks
    def troubles(self, sweep: str) -> Mapping[int, Trouble]:
        bodies = self._redis.hgetall(_key(sweep, "troubles"))
        return {int(number): trouble_from_json(body) for number, body in bodies.items()}

    @_asks
    def done(self, sweep: str, result: ChunkResult, at: float) -> bool:
        keys = [_key(sweep, part) for part in ("results", "chunks", "times", "seen", "sign")]
        return bool(self._done(keys=keys, args=[str(result.number), to_json(result), at, self._seconds]))

    @_asks
    def is_done(self, sweep: str, number: int) -> bool:
        return bool(self._redis.hexists(_key(sweep, "results"), str(number)))

    @_asks
    def done_count(self, sweep: str) -> int:
        return int(self._redis.hlen(_key(sweep, "results")))

    @_asks
    def pending(self, sweep: str) -> list[int]:
        return sorted(int(number) for number in self._redis.hkeys(_key(sweep, "chunks")))

    @_asks
    def last_sign(self, sweep: str) -> float:
        return float(self._redis.get(_key(sweep, "sign")) or 0)

    @_asks
    def results(self, sweep: str) -> list[ChunkResult]:
        bodies = self._redis.hvals(_key(sweep, "results"))
        return sorted((result_from_json(body) for body in bodies), key=lambda result: result.number)

    @_asks
    def forget_chunks(self, sweep: str) -> None:
        self._redis.delete(*(_key(sweep, part) for part in ("chunks", "times", "seen", "sign", "troubles")))

    def close(self) -> None:
        """Give the connections back."""
        self._redis.close()


def _key(sweep: str, part: str) -> str:
    return f"{PREFIX}:{sweep}:{part}"


def _lock_key(name: str) -> str:
    return f"{PREFIX}:lock:{name}"


def _text(value: bytes | None) -> str:
    return value.decode() if value else ""
