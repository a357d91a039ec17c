"""Is anybody there? Asking the broker, and the workers behind it."""

from __future__ import annotations

from typing import Any

import redis
from celery import Celery
from kombu.exceptions import KombuError, OperationalError

from fhir_screener.errors import AuthError, Unreachable
from fhir_screener.settings import Settings, variable

LEAST = (6, 2)
"""The oldest version that has all we use."""


def broker_version(settings: Settings) -> str:
    """Name and version of the broker, as `Redis 7.2.4`. Raises Unreachable or AuthError."""
    assert settings.broker_url is not None
    client = redis.Redis.from_url(
        settings.broker_url.get_secret_value(), socket_connect_timeout=5, socket_timeout=5, decode_responses=True
    )
    try:
        said: Any = client.info("server")
    except redis.AuthenticationError:
        raise AuthError(f"refused our password; check {variable('broker_url')}", where="broker") from None
    except redis.RedisError as error:
        raise silent(error) from None
    finally:
        client.close()
    if "valkey_version" in said:
        return f"Valkey {said['valkey_version']}"
    return f"Redis {said.get('redis_version', '')}"


def workers(app: Celery, seconds: float = 1.0) -> list[str]:
    """The names of the workers that answer within that time. Raises Unreachable."""
    try:
        answers = app.control.ping(timeout=seconds) or []
    except (KombuError, OperationalError, OSError, redis.RedisError) as error:
        raise silent(error) from None
    return sorted(name for answer in answers for name in answer)


def silent(error: Exception) -> Unreachable:
    """The broker's error as ours; its text is not used, for it may hold the address with its password."""
    refused = next((one for one in (error, error.__cause__) if isinstance(one, redis.ResponseError)), None)
    kind = type(refused or error).__name__
    if refused is not None:
        return Unreachable(f"refused a command ({kind}); look at its memory and log", where="broker")
    what = f"does not answer ({kind}); check that it runs, and its address in {variable('broker_url')}"
    return Unreachable(what, where="broker")
