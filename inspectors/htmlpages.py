"""Pages written into the attributes of a page: ``srcdoc``, and ``data:`` URLs (RFC 2397, WHATWG Fetch 6.2).

Does not read them: they are handed on as files inside the page.
"""

from __future__ import annotations

import binascii
import re
from urllib.parse import unquote_to_bytes

from inspectors import limits
from inspectors.model import Inside

_TYPES = frozenset(("text/html", "application/xhtml+xml", "image/svg+xml", "text/xml", "application/xml"))
"""What a browser shows as a page with links in it."""
_BLANKS = "".join(map(chr, range(0x21)))
_REMOVED = {ord(character): None for character in "\t\n\r"}
_BASE64 = re.compile(r";[ ]*base64[ ]*\Z", re.IGNORECASE)
_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([-\w.:]{1,40})", re.IGNORECASE)
_NO_ALPHABET = re.compile(rb"[^A-Za-z0-9+/]")


def of_srcdoc(value: str, base: str | None, number: int) -> Inside:
    """The page in an iframe's ``srcdoc``; its base is that of the page around it."""
    content = value.encode("utf-8", "replace")
    return Inside(f"srcdoc-{number}.html", content, "text/html", "utf-8", base or "")


def is_data(value: str) -> bool:
    """Whether a browser reads this as a ``data:`` URL."""
    return _scheme(value).startswith("data:")


def is_script(value: str) -> bool:
    """Whether a browser would run this instead of opening it."""
    return _scheme(value).startswith(("javascript:", "vbscript:"))


def _scheme(value: str) -> str:
    """The first characters in lower case, without what the URL parser drops, however much of it there is."""
    return value.lstrip(_BLANKS).translate(_REMOVED)[:20].lower()


def of_data(value: str, number: int) -> Inside | None:
    """The page in a ``data:`` URL; None where it holds something else, or too much."""
    if len(value) > limits.TEXT_BYTES:
        return None
    head, comma, body = value.strip(_BLANKS).translate(_REMOVED)[5:].partition(",")
    kind = head.partition(";")[0].strip().lower()
    if not comma or kind not in _TYPES:
        return None
    content = unquote_to_bytes(body.partition("#")[0])
    if _BASE64.search(head):
        content = _decoded(content)
    charset = _CHARSET.search(head)
    name = f"data-{number}{'.svg' if kind == 'image/svg+xml' else '.html'}"
    return Inside(name, content, kind, charset.group(1).lower() if charset else "")


def _decoded(content: bytes) -> bytes:
    """Base64 as far as it goes; lengths that do not come out are cut, as nothing else could be shown."""
    clean = _NO_ALPHABET.sub(b"", content)
    return binascii.a2b_base64(clean[: len(clean) - (len(clean) % 4 == 1)] + b"==")
