"""Read a small form body (application/x-www-form-urlencoded) within bounds of size and time.

Does not read any other kind of body, and knows nothing of what the fields mean.
"""

from __future__ import annotations

from urllib.parse import parse_qsl

import anyio
from starlette.exceptions import HTTPException
from starlette.requests import Request

BODY_BYTES = 4096
"""Our own form sends about 80 bytes."""
SECONDS = 10.0
"""Time for a whole body to arrive."""
FIELDS = 8


async def read_form(request: Request) -> dict[str, str]:
    """The form's fields, of equal names the first. HTTPException 400, 408, 413 or 415 for anything else."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise HTTPException(415)
    body = bytearray()
    try:
        with anyio.fail_after(SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > BODY_BYTES:
                    raise HTTPException(413, headers={"Connection": "close"})
    except TimeoutError:
        raise HTTPException(408, headers={"Connection": "close"}) from None
    try:
        pairs = parse_qsl(body.decode("ascii"), max_num_fields=FIELDS, errors="replace")
    except ValueError:
        raise HTTPException(400) from None
    return dict(reversed(pairs))
