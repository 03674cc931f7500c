"""The content of a stream, up to a bound.

Does not know what the content is for.
"""

from __future__ import annotations

import zlib

import pikepdf


def content(stream: pikepdf.Stream, most: int) -> bytes:
    """At most ``most`` decoded bytes; what is damaged ends early. Raises one of ``document.BROKEN``."""
    filters = stream.get("/Filter")
    if isinstance(filters, pikepdf.Array) and len(filters) == 1:
        filters = filters[0]
    if filters == pikepdf.Name.FlateDecode and stream.get("/DecodeParms") is None:
        # Inflated here, as qpdf would inflate all of it first.
        try:
            return zlib.decompressobj().decompress(stream.read_raw_bytes(), most)
        except zlib.error:
            pass
    return bytes(stream.read_bytes())[:most]
