"""What the program logs while a test runs."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from fhir_screener.log import configure


@contextmanager
def log_lines(level: str, form: str) -> Iterator[io.StringIO]:
    """All that is logged from `level` on, in this form; the root logger is then as it was."""
    root = logging.getLogger()
    handlers, before = root.handlers[:], root.level
    stream = io.StringIO()
    configure(level, form, stream)
    try:
        yield stream
    finally:
        root.handlers[:] = handlers
        root.setLevel(before)
