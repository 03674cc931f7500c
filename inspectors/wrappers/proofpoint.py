"""Proofpoint URL Defense in its three versions, and its browser isolation.

v1: ``/v1/url?u=URL&k=…`` percent-encoded. v2: ``/v2/url?u=URL&d=…`` with ``-`` for ``%`` and ``_`` for ``/``.
v3: ``/v3/__URL__;BYTES!!…$``, where each ``*`` in the URL stands for the next character of BYTES (base64) and
``**X`` for a run of them, X counting from A for 2. These are the rules of the vendor's own published decoder.

Does not check the signature at the end of a v3 link: only Proofpoint can.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from inspectors import limits
from inspectors.wrappers.values import (
    PROTECTION,
    Content,
    Format,
    Parts,
    base64,
    in_query,
    parameters,
)

_RUNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_TOKEN = re.compile(r"\*(?:\*(.))?", re.DOTALL)
_BROKEN = "?"
_MAPPED = str.maketrans("-_", "%/")


def _defense(parts: Parts) -> Content | None:
    version = parts.path[:4].lower()
    if version == "/v3/":
        return _v3(parts.tail[4:])
    if version not in ("/v1/", "/v2/"):
        return None
    query = parts.query
    if version == "/v2/":
        query = "&".join(_unmapped(piece) for piece in query.split("&", limits.WRAPPED_PARAMETERS))
    values, different = parameters(query, "u")
    return Content(values, contradictory=different)


def _unmapped(piece: str) -> str:
    name, equals, value = piece.partition("=")
    return f"{name}{equals}{value.translate(_MAPPED)}"


def _v3(tail: str) -> Content:
    if not tail.startswith("__"):
        return Content()
    end = tail.find("__;", 2)
    if end < 0:
        return Content()
    # Decoders differ on whether the URL ends at the first mark or at the last, so there must be only one.
    whole = tail.find("__;", end + 1) < 0
    return Content((_filled(tail[2:end], tail[end + 3 :]) if whole else _BROKEN,))


def _filled(text: str, rest: str) -> str:
    """The URL with its tokens replaced; no URL where there are too few characters for them."""
    characters = base64(rest.partition("!")[0])
    if text.count("*") > limits.WRAPPED_TOKENS:
        return _BROKEN
    at, short = 0, False

    def one(token: re.Match[str]) -> str:
        nonlocal at, short
        length = 1 if token[1] is None else _RUNS.find(token[1]) + 2
        start, at = at, at + length
        short = short or at > len(characters) or (token[1] is not None and length < 2)
        return characters[start:at]

    url = _TOKEN.sub(one, unquote(text))
    return _BROKEN if short else url


FORMATS = (
    Format(
        "Proofpoint URL Defense",
        PROTECTION,
        ("urldefense.com", "urldefense.us", "urldefense.proofpoint.com", "urldefense.proofpoint.us"),
        _defense,
    ),
    Format("Proofpoint Isolation", PROTECTION, ("urlisolation.com",), in_query("url", paths=("/browser",))),
)
