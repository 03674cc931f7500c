"""Whether a changed file is what was wished, by reading it anew.

Does not trust anything the modules that made it knew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pikepdf

from inspectors.pdf.document import BROKEN, opened, readable, table, texts
from inspectors.pdf.elsewhere import rest
from inspectors.pdf.ground import Base
from inspectors.pdf.model import Found, ObjectId, PdfHandle, RefusedError, UnreadableError
from inspectors.pdf.trail import Walk
from inspectors.pdf.walk import walk

_KEPT = ("/Root", "/Info", "/ID", "/Encrypt")


def check(
    base: Base,
    before: Walk,
    data: bytes,
    objects: Mapping[ObjectId, bytes],
    wanted: Mapping[PdfHandle, str],
) -> None:
    """Raises RefusedError unless ``data`` holds exactly the wished change.

    ``objects`` are the changed objects as qpdf writes them, ``wanted`` the new URLs of changed links.
    """
    try:
        pdf = opened(data, recover=False)
        _same_entries(base, pdf, objects)
        if base.mended:
            pdf = opened(data, recover=True)
        now = walk(pdf)
        rest(pdf, now, readable(pdf))
        _same_objects(base, pdf, objects)
    except (UnreadableError, *BROKEN):
        raise RefusedError("the changed PDF would not open without repair") from None
    for key in _KEPT:
        if _text(base.pdf, key) != _text(pdf, key):
            raise RefusedError(f"the changed PDF's trailer would have another {key}")
    if now.pages != before.pages:
        raise RefusedError("the changed PDF would have another number of pages")
    if _links(now.found, {}) != _links(before.found, wanted):
        raise RefusedError("the changed PDF would have other links than wished")
    if len(pdf.get_warnings()) > base.complaints:
        raise RefusedError("the changed PDF would have more errors than it came with")


def _same_entries(base: Base, pdf: pikepdf.Pdf, objects: Mapping[ObjectId, bytes]) -> None:
    """Equal entries mean equal objects in a sound file, as what they point to is in the prefix."""
    entries = table(pdf)
    added = set(entries) - set(base.entries) - set(objects)
    if base.ground.stream:
        added.discard((base.ground.size, 0))
    if added or set(base.entries) - set(entries):
        raise RefusedError("the changed PDF would have other objects")
    if any(entries[ident] != entry for ident, entry in base.entries.items() if ident not in objects):
        raise RefusedError("an object of the changed PDF would move")
    if any(entries.get(ident, (0,))[0] != 1 for ident in objects):
        raise RefusedError("a changed object would not be found")


def _same_objects(base: Base, pdf: pikepdf.Pdf, objects: Mapping[ObjectId, bytes]) -> None:
    for ident, text in objects.items():
        if pdf.get_object(ident).unparse(resolved=True) != text:
            raise RefusedError("a changed object would not read back as written")
    if base.mended:
        now = dict(texts(pdf))
        if any(now.get(ident) != objects.get(ident, text) for ident, text in base.objects.items()):
            raise RefusedError("the damaged PDF cannot be changed without changing more of it")


def _links(found: Sequence[Found], wanted: Mapping[PdfHandle, str]) -> list[tuple[int, bytes]]:
    """Of each link its page and value, with the changes made."""
    return [
        (each.page, wanted[each.handle].encode() if each.handle in wanted else each.value) for each in found
    ]


def _text(pdf: pikepdf.Pdf, key: str) -> bytes | None:
    value = pdf.trailer.get(key)
    return None if value is None else value.unparse()
