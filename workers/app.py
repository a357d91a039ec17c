"""`celery -A workers.app worker` and `celery -A workers.app beat`: settings from the environment.

One beat only. Whatever supervises the workers should start again one that ends: delivery and work in hand outlive it.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from celery import signals

from fhir_screener.bootstrap import Screener, build_screener, end_with_parent
from fhir_screener.broker.celery_app import make_celery
from fhir_screener.errors import SettingsError
from fhir_screener.log import configure
from fhir_screener.settings import Settings, variable
from workers.schedule import beat_table
from workers.tasks import register

_WORKER = os.getpid()
settings = Settings.from_env(os.environ)
if settings.broker_url is None:
    raise SettingsError(
        f"{variable('broker_url')} is not set: workers and beat need a Redis or Valkey, redis://host:6379/0"
    )


@cache
def screener() -> Screener:
    """This process's own, made when the first task needs it."""
    return build_screener(settings)


app = make_celery(settings)
app.conf.beat_schedule = beat_table(settings)
register(app, screener)


@signals.setup_logging.connect
def _set_up_logging(**_: Any) -> None:
    configure(settings.log_level, settings.log_format)


@signals.worker_process_init.connect
def _set_up_pool_process(**_: Any) -> None:
    end_with_parent(_WORKER)
    screener.cache_clear()
