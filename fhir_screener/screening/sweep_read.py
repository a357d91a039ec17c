"""Reading a chunk's patients in batches: the next while this one is judged, and no failure that loses the others."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Sequence
from threading import Thread

from fhir_screener.errors import AuthError, ForeignOrigin, NotSupported, ScreenerError, ServerError
from fhir_screener.screening.ports import Batch, PatientSource, Unread
from fhir_screener.screening.sweep_plan import batches


def fault(error: BaseException) -> str:
    """An error in a line: ours with its message, any other by class and place, for its text may quote the chart."""
    if isinstance(error, ScreenerError):
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename.replace(chr(92), '/').rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
    return f"a mistake in the program: {type(error).__name__}{place}"


def is_wide(error: ServerError) -> bool:
    """Whether the error will meet every further request too."""
    return error.retryable or isinstance(error, AuthError | NotSupported | ForeignOrigin)


class Reader:
    """Reads batches of patients from a source.

    A retryable ServerError leaves as it is, unless `give_up`: then, and for one that asking again will not mend, the
    patients are unread with its message. After an error that will meet every request, nothing more is asked.
    """

    def __init__(self, source: PatientSource, *, give_up: bool = False, ahead: bool = True) -> None:
        self._source, self._give_up, self._ahead = source, give_up, ahead
        self._closed = ""

    def batches(self, patients: Sequence[str], size: int) -> Iterator[Batch]:
        """The patients' charts, `size` at a time; every id is in a batch's `records` or `unread`."""
        parts = list(batches(patients, size))
        background: _Background | None = None
        for position, ids in enumerate(parts):
            batch = self._read(ids, background)
            following = parts[position + 1 : position + 2]
            background = None
            if following and self._ahead and not self._closed:
                background = _Background(self._source, following[0])
                background.start()
            yield batch

    def _read(self, ids: tuple[str, ...], background: _Background | None) -> Batch:
        if self._closed:
            return _unread(ids, self._closed)
        try:
            return background.wait() if background else self._source.read(ids)
        except ServerError as error:
            if error.retryable and not self._give_up:
                raise
            if is_wide(error):
                self._closed = str(error)
            return _unread(ids, str(error))
        except ScreenerError as error:
            return _unread(ids, str(error))
        except Exception as error:
            return self._one_by_one(ids) if len(ids) > 1 else _unread(ids, fault(error))

    def _one_by_one(self, ids: tuple[str, ...]) -> Batch:
        """One chart breaks the program: find out which, so that the others are answered."""
        parts = [self._read((patient,), None) for patient in ids]
        return Batch(
            records=tuple(record for part in parts for record in part.records),
            unread=tuple(unread for part in parts for unread in part.unread),
            warnings=tuple(warning for part in parts for warning in part.warnings),
        )


def _unread(ids: tuple[str, ...], why: str) -> Batch:
    return Batch(unread=tuple(Unread(patient, why) for patient in ids))


class _Background(Thread):
    """Reads one batch in the background. Not awaited, it ends by itself."""

    def __init__(self, source: PatientSource, ids: tuple[str, ...]) -> None:
        super().__init__(daemon=True, name="read-ahead")
        self._source, self._ids = source, ids
        self._batch = Batch()
        self._error: Exception | None = None

    def run(self) -> None:
        try:
            self._batch = self._source.read(self._ids)
        except Exception as error:
            self._error = error

    def wait(self) -> Batch:
        """What was read; raises what reading raised."""
        self.join()
        if self._error is not None:
            raise self._error
        return self._batch
