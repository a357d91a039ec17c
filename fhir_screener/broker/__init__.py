"""Redis or Valkey and Celery: the sweep's ledger, and how work reaches the workers."""
