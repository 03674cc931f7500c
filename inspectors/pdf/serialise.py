"""Objects to bytes.

Does not decide which objects are written.
"""

from __future__ import annotations

import pikepdf

from inspectors.pdf import limits
from inspectors.pdf.crypt import Cipher
from inspectors.pdf.model import ObjectId, RefusedError

_REGULAR = frozenset(range(0x21, 0x7F)) - frozenset(b"()<>[]{}/%#")


def serialised(value: pikepdf.Object, where: ObjectId, cipher: Cipher | None) -> bytes:
    """The object ``where`` as the file has to hold it, without ``obj`` and ``endobj``.

    Raises RefusedError where it is nested too deeply or holds too much text to encrypt.
    """
    if cipher is None:
        return value.unparse(resolved=True)
    return _Encrypted(where, cipher).value(value, 0, resolved=True)


def name(key: str) -> bytes:
    """A dictionary key as pikepdf gives it, as the file has to hold it (ISO 32000-2 section 7.3.5)."""
    plain = key.encode("utf-8", "surrogateescape")[1:]
    return b"/" + b"".join(bytes([c]) if c in _REGULAR else b"#%02x" % c for c in plain)


class _Encrypted:
    """Writes an object with its strings encrypted."""

    def __init__(self, where: ObjectId, cipher: Cipher) -> None:
        self.where = where
        self.cipher = cipher
        self.left = limits.STRING_BYTES

    def value(self, value: pikepdf.Object | None, depth: int, *, resolved: bool = False) -> bytes:
        if depth > limits.NESTING:
            raise RefusedError(f"an object of the PDF is nested more than {limits.NESTING} levels deep")
        if value is None:
            return b"null"
        if value.is_indirect and not resolved:
            return value.unparse()
        if isinstance(value, pikepdf.Dictionary):
            pairs = [name(key) + b" " + self.value(item, depth + 1) for key, item in sorted(value.items())]
            return b"<< " + b" ".join(pairs) + b" >>"
        if isinstance(value, pikepdf.Array):
            items = [self.value(value[index], depth + 1) for index in range(len(value))]
            return b"[ " + b" ".join(items) + b" ]"
        if isinstance(value, pikepdf.String):
            return self.string(bytes(value))
        return value.unparse(resolved=resolved)

    def string(self, text: bytes) -> bytes:
        self.left -= len(text)
        if self.left < 0:
            raise RefusedError(
                f"an encrypted object of the PDF holds more than {limits.STRING_BYTES} bytes of text"
            )
        return b"<" + self.cipher(self.where, text).hex().encode() + b">"
