"""One exception tree. Every message says what happened, where, and what to do.

    ScreenerError                      exit code 1
    ├── UsageError                     exit code 2   the caller asked for something that cannot be
    │   ├── NoSuch                                   what was asked for by name or id is not there
    │   ├── Incomplete                               a decision lacks a part, which it names
    │   ├── MappingError                             a study, value set or site file is wrong (file, line, path)
    │   └── SettingsError                            an environment variable is missing or malformed
    ├── DataError                      exit code 1   input that cannot be read: a line, a file, a resource
    ├── SweepError                     exit code 1   a sweep cannot start or go on
    │   ├── SweepBusy                                another sweep of the same study is going on
    │   ├── SweepLost                                the ledger no longer knows the sweep
    │   └── ChunkRefused                             this worker has other mappings or settings     (retried)
    └── ServerError                    exit code 3   a FHIR server or the broker did not do its part
        ├── Unreachable                              no connection, time-out, cut body         (retried)
        │   └── NotTrusted                           the server's TLS certificate was not accepted
        ├── Busy                                     408, 425, 429, 502, 503, 504              (retried)
        ├── ServerFault                              500 or another 5xx: the server broke      (retried)
        ├── AuthError                                401, 403, no token
        ├── NotFhir                                  an answer that is not FHIR R4
        ├── NotSupported                             the server does not offer this (404 or 405 on a type)
        ├── NotFound                                 404 on one resource
        ├── Gone                                     410: somebody deleted it
        ├── Conflict                                 409 or 412: somebody else wrote first
        │   └── Overtaken                            a person's decision met one made since they looked
        ├── NotAudited                               the server did not keep the record of a look at a chart
        ├── PageExpired                              a next link the server has forgotten; start that query again
        ├── ForeignOrigin                            a link or redirect to a server that is not configured
        └── Refused                                  any other 4xx: the request itself is at fault

A message never holds patient data: resource ids only.
"""

from __future__ import annotations

from fhir_screener.sentence import Sentence, Text


class ScreenerError(Exception):
    """Base of all errors a user may see; shown without a traceback. Its first argument is what it says."""

    exit_code = 1
    retryable = False

    @property
    def said(self) -> Text:
        """What it says, as a sentence that can be said in another language where it was made as one."""
        said = self.args[0] if self.args else ""
        return said if isinstance(said, Sentence) else str(said)


class UsageError(ScreenerError):
    """The call, a file or a setting is wrong; nothing was done."""

    exit_code = 2


class NoSuch(UsageError):
    """What was asked for by name or id is not there, or no longer."""


class Incomplete(UsageError):
    """A decision lacks a part, or has one that does not hold. `part` is the name of its field: reason, until, note, owner, task."""

    def __init__(self, what: Text, *, part: str) -> None:
        super().__init__(what)
        self.part = part


class MappingError(UsageError):
    """A file under `mappings/` is wrong. `where` is `file:line` and the path inside the file."""

    def __init__(self, what: str, *, file: str = "", line: int | None = None, path: str = "", fix: str = "") -> None:
        self.what, self.file, self.line, self.path, self.fix = what, file, line, path, fix
        where = file + (f":{line}" if line else "")
        head = ": ".join(part for part in (where, path) if part)
        super().__init__(f"{head}: {what}" + (f" ({fix})" if fix else "") if head else what)


class SettingsError(UsageError):
    """A setting is missing or malformed; the message names the environment variable."""


class DataError(ScreenerError):
    """Input that cannot be read; `where` names file and line, or the resource id; `told` is `what` for any language."""

    def __init__(self, what: Text, *, where: str = "") -> None:
        self.what, self.where, self.told = str(what), where, what
        super().__init__(f"{where}: {what}" if where else what)


class SweepError(ScreenerError):
    """A sweep cannot start or go on."""


class SweepBusy(SweepError):
    """Another sweep of the same study holds the lock."""


class SweepLost(SweepError):
    """The ledger no longer knows the sweep: it was emptied, or the sweep is too old."""


class ChunkRefused(SweepError):
    """This worker's mappings or settings are not those the sweep began with; another worker may have them."""

    retryable = True


class ServerError(ScreenerError):
    """A server did not do its part. `status` is the HTTP status, or None where there was no answer."""

    exit_code = 3
    codes: tuple[str, ...] = ()
    """Issue codes the server gave with its answer (OperationOutcome), without its prose."""

    def __init__(self, what: str, *, status: int | None = None, where: str = "") -> None:
        self.what, self.status, self.where = what, status, where
        super().__init__(f"{where}: {what}" if where else what)


class Unreachable(ServerError):
    """No connection, a time-out, or a body cut short."""

    retryable = True


class NotTrusted(Unreachable):
    """The server's TLS certificate was not accepted: asking again will not help."""

    retryable = False


class ServerFault(ServerError):
    """500 or another 5xx: the server broke on this request."""

    retryable = True


class Busy(ServerError):
    """408, 425, 429, 502, 503 or 504. `retry_after` is in seconds when the server named one."""

    retryable = True

    def __init__(
        self, what: str, *, status: int | None = None, where: str = "", retry_after: float | None = None
    ) -> None:
        self.retry_after = retry_after
        super().__init__(what, status=status, where=where)


class AuthError(ServerError):
    """401 or 403, or no token could be had."""


class NotFhir(ServerError):
    """The answer is not FHIR R4: HTML, another JSON, another version."""


class NotSupported(ServerError):
    """The server does not offer this resource type or interaction."""


class NotFound(ServerError):
    """No resource with this id."""


class Gone(ServerError):
    """The resource was deleted (410)."""


class Conflict(ServerError):
    """Somebody else wrote first (409, or 412 on `If-Match`)."""


class Overtaken(Conflict):
    """A decision was made on what is no longer so: `now` says what is, in words for the one who decides."""

    def __init__(self, what: str, *, where: str = "", now: Text = "") -> None:
        self.now = now
        super().__init__(what, where=where)


class NotAudited(ServerError):
    """A look at a chart could not be recorded, so the chart is not shown."""


class PageExpired(ServerError):
    """The server has forgotten the search behind a next link; the query must start again from page 1."""


class ForeignOrigin(ServerError):
    """A link or redirect leads outside the configured addresses. It was not followed; no token was sent."""


class Refused(ServerError):
    """Any other 4xx: asking again will not help."""
