"""The Dispatcher that sends Celery tasks by name: who queues work need not know who does it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis
from celery import Celery
from kombu.exceptions import KombuError, OperationalError

from fhir_screener.broker.celery_app import CHUNKS, RUN_CHUNK, SWEEP
from fhir_screener.broker.presence import silent
from fhir_screener.screening.sweep_plan import Chunk, Head, to_wire


class CeleryDispatcher:
    """See `Dispatcher`. Raises Unreachable when the broker does not answer."""

    def __init__(self, app: Celery) -> None:
        self._app = app

    def send(self, chunk: Chunk) -> None:
        """Queue the chunk: one argument, its JSON form."""
        with _asking():
            # Without these, the message would hold the ids a second time, for display.
            self._app.send_task(RUN_CHUNK, args=[to_wire(chunk)], argsrepr="(chunk,)", kwargsrepr="{}")

    def restart(self, head: Head) -> None:
        """Queue the same sweep again, under its next name."""
        self.start(list(head.studies), as_of=head.as_of.isoformat(), tries=head.tries + 1)

    def start(self, studies: list[str], *, as_of: str | None = None, tries: int = 1) -> None:
        """Queue a sweep of these studies (none: all), listed by a worker."""
        with _asking():
            self._app.send_task(SWEEP, kwargs={"studies": studies, "as_of": as_of, "tries": tries})

    def waiting(self) -> int:
        """How many chunks no worker has fetched yet."""
        with _asking(), self._app.connection_for_write() as connection:
            channel: Any = connection.default_channel
            return int(channel.queue_declare(queue=CHUNKS).message_count)


@contextmanager
def _asking() -> Iterator[None]:
    try:
        yield
    except (KombuError, OperationalError, OSError, redis.RedisError) as error:
        raise silent(error) from None
