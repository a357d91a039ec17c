"""Whether the pages are up, and counts, for whoever watches over them. Both hold nothing that names anybody."""

from __future__ import annotations

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, Response


async def health(request: Request) -> Response:
    """200 while the process serves; servers are `doctor`'s business."""
    return JSONResponse({"status": "ok"})


def metrics(request: Request) -> Response:
    """The counts as Prometheus reads them."""
    return Response(request.app.state.metrics.text(), media_type=CONTENT_TYPE_LATEST)
