"""What went wrong, as a reader is told it: in their language, and no more than they may know. The log has the details."""

from __future__ import annotations

from fhir_screener.errors import (
    AuthError,
    Busy,
    Conflict,
    DataError,
    ForeignOrigin,
    Gone,
    NotAudited,
    NotFhir,
    NotFound,
    NotSupported,
    NotTrusted,
    Refused,
    ScreenerError,
    ServerError,
    ServerFault,
    Unreachable,
)
from fhir_screener.sentence import Text, join, say

_SERVERS: tuple[tuple[type[ServerError], Text], ...] = (
    (NotTrusted, say("The server's certificate was not accepted: tell your admin.")),
    (Unreachable, say("The server cannot be reached, or its answer broke off: try again in a minute.")),
    (Busy, say("The server is busy, or away for a while: try again in a minute.")),
    (ServerFault, say("The server broke on this request: try again, or tell your admin.")),
    (AuthError, say("The server did not let us in: tell your admin.")),
    (NotFhir, say("The server's answer is not FHIR R4: tell your admin.")),
    (NotSupported, say("The server does not offer what was asked for: tell your admin.")),
    (NotFound, say("What was asked for is not on the server any more.")),
    (Gone, say("What was asked for was deleted on the server.")),
    (Conflict, say("Somebody else wrote in the same moment: look again, then decide.")),
    (ForeignOrigin, say("The server leads to another one that is not configured: tell your admin.")),
    (NotAudited, say("The server did not keep the record of this look: try again, or tell your admin.")),
    (Refused, say("The server refused the request: tell your admin.")),
)
"""The first that fits is said."""


def words_of(error: ScreenerError, *, named: bool = True) -> Text:
    """What a page says of an error. `named`: with the record that it is about and the HTTP status, for whom may see ids."""
    if isinstance(error, DataError):
        return join(": ", [error.where if named else "", error.told])
    if not isinstance(error, ServerError):
        return error.said
    said = next((words for kind, words in _SERVERS if isinstance(error, kind)), None)
    if said is None:
        return say("The server did not do its part: try again, or tell your admin.")
    about = join(", ", [error.where.partition("?")[0], f"HTTP {error.status}" if error.status else ""])
    return say("{what} ({where})", what=said, where=about) if about and named else said
