"""The composition root: settings -> everything plugged together. It alone knows every adapter.

Celery, Redis and fhir.resources are imported when they are first needed, for most commands need none of them.
"""

from __future__ import annotations

from fhir_screener.bootstrap.screener import Screener, build_screener
from fhir_screener.bootstrap.servers import Servers, mappings_folder, server_source
from fhir_screener.bootstrap.worker_process import end_with_parent, worker

__all__ = ["Screener", "Servers", "build_screener", "end_with_parent", "mappings_folder", "server_source", "worker"]
