"""Structured logs that hold ids, counts and our own sentences, never patient data.

Our code logs an event name and listed fields: `log.info("chunk.done", sweep=..., chunk=3)`. What other
libraries log is kept from WARNING upwards, without queries, passwords, exception texts and unknown objects.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

from fhir_screener.errors import ScreenerError

_FIELDS = """
    sweep chunk chunks study studies patient patients as_of zone source target outcome action actions count read
    unread unwritten not_evaluated warnings attempt attempts seconds requests error why where task queue pid code
    broker state method route status what
"""
FIELDS = frozenset(_FIELDS.split())
"""The fields our own lines may have; any other name is a mistake in the program, and raises."""
OURS = ("fhir_screener", "workers")
_LONGEST = 500
_QUERY = re.compile(r"\?[^\s'\"<>)\]]+")
_USERINFO = re.compile(r"(?<=://)[^\s/@]+@")


def redact(text: str) -> str:
    """The text without queries and user names in addresses, cut to a reasonable length."""
    text = _USERINFO.sub("", _QUERY.sub("?...", text)).replace("\n", " ")
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "..."


def describe(error: BaseException) -> str:
    """An exception in one line: ours with its message, others by class and place: the text may hold data."""
    if isinstance(error, ScreenerError):
        return redact(f"{type(error).__name__}: {error}")
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{_short(frame.filename)}:{frame.lineno}" for frame in reversed(frames[-3:]))
    return type(error).__name__ + (f" at {places}" if places else "")


def _short(path: str) -> str:
    return "/".join(path.replace("\\", "/").rsplit("/", 2)[-2:])


class Log:
    """Logs events by name with listed fields."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def debug(self, event: str, **fields: object) -> None:
        self._write(logging.DEBUG, event, fields)

    def info(self, event: str, **fields: object) -> None:
        self._write(logging.INFO, event, fields)

    def warning(self, event: str, **fields: object) -> None:
        self._write(logging.WARNING, event, fields)

    def error(self, event: str, **fields: object) -> None:
        self._write(logging.ERROR, event, fields)

    def _write(self, level: int, event: str, fields: dict[str, object]) -> None:
        if unlisted := fields.keys() - FIELDS:
            raise TypeError(f"not a field that may be logged: {', '.join(sorted(unlisted))}")
        self._logger.log(level, event, extra={"fields": {name: _plain(value) for name, value in fields.items()}})


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, BaseException):
        return describe(value)
    return redact(str(value))


class Redactor(logging.Filter):
    """Rewrites what other libraries log, so that no value of a chart can be in it."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(getattr(record, "fields", None), dict):
            return True
        if record.exc_info and record.exc_info[1] is not None:
            # The message of a foreign exception, and whatever was formatted from it, may quote the chart.
            record.msg, record.args = describe(record.exc_info[1]), None
        else:
            record.msg, record.args = redact(_formatted(record)), None
        record.exc_info = record.exc_text = record.stack_info = None
        return True


def _formatted(record: logging.LogRecord) -> str:
    args: Any = record.args
    if isinstance(args, dict):
        args = {key: _argument(value) for key, value in args.items()}
    elif args:
        args = tuple(_argument(value) for value in args)
    try:
        message = str(_argument(record.msg))
        return message % args if args else message
    except (TypeError, ValueError, KeyError):
        return "a message that could not be formatted"


def _argument(value: object) -> object:
    if isinstance(value, BaseException):
        return describe(value)
    return value if isinstance(value, str | int | float | bool | None) else f"<{type(value).__name__}>"


class TextFormatter(logging.Formatter):
    """`2021-03-01T02:30:00Z info event key=value ...`"""

    def format(self, record: logging.LogRecord) -> str:
        head, fields = _parts(record)
        words = [str(head["time"]), str(head["level"]), str(head["event"])]
        words += [f"{name}={_quoted(value)}" for name, value in fields.items()]
        return " ".join(words)


class JsonFormatter(logging.Formatter):
    """One JSON object a line, with `time`, `level`, `event`, `logger` and the fields."""

    def format(self, record: logging.LogRecord) -> str:
        head, fields = _parts(record)
        return json.dumps({**head, "logger": record.name, **fields}, ensure_ascii=False)


def _parts(record: logging.LogRecord) -> tuple[dict[str, object], dict[str, object]]:
    at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    head: dict[str, object] = {"time": at, "level": record.levelname.lower(), "event": record.getMessage()}
    return head, getattr(record, "fields", {})


def _quoted(value: object) -> str:
    text = str(value)
    return json.dumps(text, ensure_ascii=False) if re.search(r"[\s\"=]", text) or not text else text


def configure(
    level: str = "info", form: Literal["text", "json"] = "text", stream: TextIO | None = None
) -> logging.Handler:
    """Set up logging for this process: one handler on the root, ours at `level`, all others at WARNING."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.addFilter(Redactor())
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(level.upper())
    # Celery sets its own loggers' levels when it starts; these say task arguments and results at INFO.
    for name in ("celery", "celery.app.trace", "celery.worker.strategy", "kombu", "urllib3", "requests"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return handler
