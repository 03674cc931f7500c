"""How the strings of an object are encrypted in a given file (ISO 32000-2 section 7.6).

Does not handle streams: an appended revision writes none that is encrypted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pikepdf

from inspectors.pdf.ciphers import aes_cbc, rc4
from inspectors.pdf.model import ObjectId, RefusedError

Cipher = Callable[[ObjectId, bytes], bytes]
"""From the object a string stands in, and the string, to the bytes the file holds."""


def cipher(pdf: pikepdf.Pdf) -> Cipher | None:
    """The file's own way to encrypt strings; None where they stand in the clear.

    Raises RefusedError for a method that is not known.
    """
    if not pdf.is_encrypted:
        return None
    facts = pdf.encryption
    key = facts.encryption_key
    # Before version 4 there are no crypt filters: everything is RC4.
    method = "rc4" if facts.V in (1, 2) else facts.string_method.name if facts.V in (4, 5) else "unknown"
    if method == "none":
        return None
    if method == "rc4":
        return lambda where, text: rc4(_object_key(key, where), text)
    if method == "aes":
        return lambda where, text: _aes(_object_key(key, where, b"sAlT"), where, text)
    if method == "aesv3":
        return lambda where, text: _aes(key, where, text)
    raise RefusedError("the PDF is encrypted in a way that is not known")


def _object_key(key: bytes, where: ObjectId, salt: bytes = b"") -> bytes:
    """Algorithm 1 of section 7.6.3.2."""
    number, generation = where
    material = key + number.to_bytes(4, "little")[:3] + generation.to_bytes(2, "little") + salt
    return hashlib.md5(material, usedforsecurity=False).digest()[: min(len(key) + 5, 16)]


def _aes(key: bytes, where: ObjectId, text: bytes) -> bytes:
    """The vector is a digest, not a random number: the same edit gives the same bytes."""
    vector = hashlib.sha256(key + repr(where).encode() + text).digest()[:16]
    return vector + aes_cbc(key, vector, text)
