"""References inside stored bytes, found and replaced without decoding the resource."""

from __future__ import annotations

import re
from collections.abc import Callable

import orjson

# Only what may need replacing: links between the entries of a Bundle, and conditional references.
_REFERENCE = re.compile(rb'("reference"\s*:\s*)("(?:urn:|[a-z]+://|[A-Za-z]+\?)[^"\\]*")')


def relinked(data: bytes, resolve: Callable[[str], str]) -> bytes:
    """`data` with every absolute or conditional reference passed through `resolve`."""

    def put_right(found: re.Match[bytes]) -> bytes:
        return found[1] + orjson.dumps(resolve(orjson.loads(found[2])))

    return _REFERENCE.sub(put_right, data)
