"""Whether the pages are up, for whoever watches over them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response


async def health(request: Request) -> Response:
    """200 while the process serves; servers are `doctor`'s business."""
    return JSONResponse({"status": "ok"})
