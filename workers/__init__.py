"""Celery: ids in, one call, ids out."""
