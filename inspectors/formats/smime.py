"""Opaque S/MIME (RFC 8551): the message inside a signature, readable without a key.

What is only signed or compressed is opened; what is encrypted is said to be.

Does not verify signatures, and does not change what is signed.
"""

from __future__ import annotations

import zlib

from inspectors import labels, limits, mime
from inspectors.formats import der, nested
from inspectors.formats.finding import Finds
from inspectors.model import Leaf, Reading

_TYPES = (
    "application/pkcs7-mime", "application/x-pkcs7-mime", "application/cms", "application/pkcs7",
    "application/x-pkcs7",
)  # fmt: skip
_ENDINGS = (".p7m", ".p7z")
_PKCS7 = bytes.fromhex("2a864886f70d0107")
_SIGNED, _COMPRESSED = _PKCS7 + b"\x02", bytes.fromhex("2a864886f70d0109100109")
_ENCRYPTED = (
    _PKCS7 + b"\x03", _PKCS7 + b"\x04", _PKCS7 + b"\x06",
    bytes.fromhex("2a864886f70d0109100117"),  # authEnvelopedData (RFC 5083)
)  # fmt: skip
_LAYERS = 4
"""A signature around compressed text around a signature is the most that RFC 8551 speaks of."""


def accepts(leaf: Leaf, start: bytes) -> bool:
    return labels.says(leaf, _TYPES, _ENDINGS)


def read(leaf: Leaf, content: bytes) -> Reading:
    """The parts of the signed message, with the flag "signed"; or why nothing could be read."""
    finds = Finds(leaf)
    for _ in range(_LAYERS):
        try:
            kind, inner = _opened(content)
        except der.DerError:
            finds.skip("an S/MIME part that is damaged", "broken")
            return finds.reading()
        if kind == "encrypted":
            finds.flag("encrypted", "The part is encrypted (S/MIME).")
            finds.skip("encrypted for its recipients (S/MIME)", "encrypted")
            return finds.reading()
        if kind == "signed":
            finds.flag("signed", "The part is signed (S/MIME) and is not changed.")
        if kind == "limit":
            finds.skip("compressed text over the limit", "limit")
        if not inner:
            finds.skip("an S/MIME part without a text", "format")
            return finds.reading()
        if not inner.startswith(b"\x30"):
            break
        content = inner
    structure = mime.read(inner)
    finds.inside.extend(nested.parts(inner, structure))
    found = finds.reading()
    noticed = nested.noticed(leaf, structure)
    return Reading(
        skipped=found.skipped + noticed.skipped, flags=found.flags + noticed.flags, inside=found.inside
    )


def _opened(data: bytes) -> tuple[str, bytes]:
    """ "signed", "compressed", "limit" or "encrypted", and the content of one layer (RFC 5652 section 3)."""
    outer = der.element(data, 0, len(data))
    name = der.element(data, outer.start, outer.end)
    if outer.tag != 0x30 or name.tag != 0x06:
        raise der.DerError("no content info")
    kind = data[name.start : name.end]
    if kind in _ENCRYPTED:
        return "encrypted", b""
    if kind not in (_SIGNED, _COMPRESSED):
        raise der.DerError("another content type")
    explicit = der.element(data, name.end, outer.end)
    body = der.element(data, explicit.start, explicit.end)
    at = der.after(data, der.element(data, body.start, body.end))  # version
    at = der.after(data, der.element(data, at, body.end))  # algorithms
    content = _content(data, der.element(data, at, body.end))
    if kind == _SIGNED:
        return "signed", content
    try:
        plain = zlib.decompressobj()
        unpacked = plain.decompress(content, limits.ARCHIVE_BYTES)
    except zlib.error as error:
        raise der.DerError("damaged compression") from error
    return ("compressed" if plain.eof else "limit"), unpacked


def _content(data: bytes, info: der.Element) -> bytes:
    """eContent of an EncapsulatedContentInfo (RFC 5652 section 5.2); empty for a detached signature."""
    name = der.element(data, info.start, info.end)
    if name.end >= info.end or data[name.end : name.end + 2] == b"\0\0":
        return b""
    explicit = der.element(data, name.end, info.end)
    return der.octets(data, der.element(data, explicit.start, explicit.end))
