"""What beat does: the nightly sweep of every study, and tending once a minute."""

from __future__ import annotations

from typing import Any

from celery.schedules import crontab

from fhir_screener.broker.celery_app import SWEEP, TEND
from fhir_screener.settings import Settings

TEND_EVERY = 60
HALF_A_DAY = 12 * 3600


def beat_table(settings: Settings) -> dict[str, Any]:
    """Celery's `beat_schedule`. The hour is that of `nightly_zone`, which is the application's time zone."""
    return {
        "nightly-sweep": {
            "task": SWEEP,
            "schedule": crontab(hour=settings.nightly_hour, minute=settings.nightly_minute),
            "options": {"expires": HALF_A_DAY},
        },
        # Late tending is no use: the next is on its way.
        "tend": {"task": TEND, "schedule": TEND_EVERY, "options": {"expires": TEND_EVERY - 5}},
    }
