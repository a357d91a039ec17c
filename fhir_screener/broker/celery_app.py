"""The Celery application: how messages travel. The tasks themselves are in `workers`; here are only their names.

Messages are JSON and hold ids. They are acknowledged when the work is done, and results are not kept: what is done is
in the ledger. `task_reject_on_worker_lost` stays off: the ledger knows what a dead worker left undone, and tending
sends it again; redelivery by the broker has been seen to bring the same message twice at once.
"""

from __future__ import annotations

from typing import Any

from celery import Celery
from kombu import Exchange, Queue

from fhir_screener.settings import Settings

SWEEP, RUN_CHUNK, TEND = "fhir_screener.sweep", "fhir_screener.run_chunk", "fhir_screener.tend"
CONTROL, CHUNKS = "fhir-screener.control", "fhir-screener.chunks"
"""Two queues, for tending must not wait behind a hundred thousand patients."""


def make_celery(settings: Settings) -> Celery:
    """The application with these settings; needs `broker_url` (without one it can be built, but not used)."""
    broker = settings.broker_url.get_secret_value() if settings.broker_url else None
    app = Celery("fhir_screener", broker=broker)
    app.conf.update(**_travel(settings), **_work(settings))
    return app


def _travel(settings: Settings) -> dict[str, Any]:
    longest = max(settings.chunk_seconds, settings.sweep_seconds)
    return {
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_queues": [Queue(name, Exchange(name), routing_key=name) for name in (CONTROL, CHUNKS)],
        "task_default_queue": CONTROL,
        "task_default_exchange": CONTROL,
        "task_default_routing_key": CONTROL,
        "task_routes": {RUN_CHUNK: {"queue": CHUNKS}},
        "task_ignore_result": True,
        "task_publish_retry_policy": {"max_retries": 6, "interval_start": 0.1, "interval_step": 0.5, "interval_max": 3},
        # What runs longer than this would be delivered a second time while it still runs.
        "broker_transport_options": {
            "visibility_timeout": longest + 600,
            "socket_connect_timeout": 5,
            "socket_keepalive": True,
            "health_check_interval": 25,
        },
        "timezone": settings.nightly_zone,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
    }


def _work(settings: Settings) -> dict[str, Any]:
    return {
        "task_acks_late": True,
        "task_reject_on_worker_lost": False,
        "worker_prefetch_multiplier": 1,
        # Work goes on through an outage of the broker: the ledger is told when it is back.
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "task_annotations": {
            RUN_CHUNK: {"time_limit": settings.chunk_seconds},
            SWEEP: {"time_limit": settings.sweep_seconds},
            TEND: {"time_limit": 300},
        },
    }
