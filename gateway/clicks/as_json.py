"""JSON responses of the console; the shapes of rows stand in ``gateway.shapes``.

Output is ASCII: halves of surrogate pairs, which occur in hostile mail, have no other spelling in JSON.
Does not leave anything out for privacy: whoever asks is an analyst.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from starlette.responses import Response

Json = dict[str, Any]


def answer(value: Json | Iterable[Json], status: int = 200) -> Response:
    """Any of these as a response; several become a JSON array."""
    whole = value if isinstance(value, dict) else list(value)
    return Response(json.dumps(whole, allow_nan=False) + "\n", status, media_type="application/json")
