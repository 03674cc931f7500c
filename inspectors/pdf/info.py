"""Which program made a PDF: /Producer of its information dictionary, else /Creator (ISO 32000-2 14.3.3).

Whoever makes the file chooses the words; what they are good for is that a sender's files have the same ones
for years. Versions are left out, because programs get updated.

Does not read metadata streams (section 14.3.2), which most often repeat it.
"""

from __future__ import annotations

import re

import pikepdf

from inspectors.pdf import limits, uri
from inspectors.pdf.document import BROKEN

_VERSION = re.compile(
    r"[(\[;,].*|[ _/-](?:versione?n?|v|m|r|build|release|rel|ver)?[. ]{0,2}[0-9].*", re.IGNORECASE
)


def producer(pdf: pikepdf.Pdf) -> str:
    """The program's name without its version, at most ``limits.PRODUCER`` characters; empty where the file
    does not say. Never raises."""
    try:
        information = pdf.trailer.get("/Info")
        if not isinstance(information, pikepdf.Dictionary):
            return ""
        for key in ("/Producer", "/Creator"):
            value = information.get(key)
            name = named(bytes(value)[: limits.PRODUCER_BYTES]) if isinstance(value, pikepdf.String) else ""
            if name:
                return name
    except (*BROKEN, TypeError):
        pass
    return ""


def named(value: bytes) -> str:
    """The name in such a string: one line of printable characters without a version."""
    text = "".join(char if char.isprintable() else " " for char in uri.characters(value))
    text = " ".join(text.split())
    name = _VERSION.sub("", text).strip(" -_/.")
    return (name or text)[: limits.PRODUCER]
