"""Whether a changed file is what was wished, by reading it anew.

Does not trust anything the modules that made it knew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pikepdf

from inspectors.pdf.document import BROKEN, opened, readable, table, texts
from inspectors.pdf.elsewhere import rest
from inspectors.pdf.ground import Base
from inspectors.pdf.model import Found, ObjectId, RefusedError, UnreadableError
from inspectors.pdf.trail import Walk
from inspectors.pdf.walk import walk
from inspectors.pdf.wishes import Wishes

_KEPT = ("/Root", "/Info", "/ID", "/Encrypt")


def check(
    base: Base,
    before: Walk,
    data: bytes,
    objects: Mapping[ObjectId, bytes],
    wishes: Wishes,
) -> None:
    """Raises RefusedError unless ``data`` holds exactly the wished change.

    ``objects`` are the changed objects as qpdf writes them, ``wishes`` the new URLs of
    changed links.
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
    if not _as_wished(now.found, before.found, wishes):
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


def _as_wished(now: Sequence[Found], before: Sequence[Found], wishes: Wishes) -> bool:
    """Whether all links are as before but for the wished changes, and covers of text are there, and last."""
    links = [(each.page, each.value) for each in now]
    for handle, url in wishes.texts.items():
        cover = (handle.page, url.encode())
        for _ in handle.boxes:
            if cover not in links:
                return False
            del links[len(links) - 1 - links[::-1].index(cover)]
    new = {handle: url.encode() for handle, url in wishes.links.items()}
    return links == [(each.page, new.get(each.handle, each.value)) for each in before]


def _text(pdf: pikepdf.Pdf, key: str) -> bytes | None:
    value = pdf.trailer.get(key)
    return None if value is None else value.unparse()
