"""Whether a PDF carries digital signatures.

Does not verify them.
"""

from __future__ import annotations

import pikepdf

from inspectors.pdf import limits
from inspectors.pdf.model import ObjectId


def signed(pdf: pikepdf.Pdf) -> bool:
    """Whether a form field holds a signature over a byte range (ISO 32000-2 section 12.7.5.5).

    With more than ``limits.FIELDS`` fields the answer is yes, because it cannot be no. Raises
    one of ``document.BROKEN`` where the file cannot be read on.
    """
    form = _catalogue_entry(pdf, "/AcroForm")
    stack = [form.get("/Fields")] if form is not None else []
    seen: set[ObjectId] = set()
    left = limits.FIELDS
    while stack:
        array = stack.pop()
        if not isinstance(array, pikepdf.Array):
            continue
        left -= len(array)
        if left < 0:
            return True
        for index in range(len(array)):
            field = array[index]
            if not isinstance(field, pikepdf.Dictionary) or field.objgen in seen:
                continue
            if field.is_indirect:
                seen.add(field.objgen)
            if signature(field.get("/V")):
                return True
            stack.append(field.get("/Kids"))
    return False


def usage_rights(pdf: pikepdf.Pdf) -> bool:
    """Whether the maker of a reader signed extended rights into the file (section 12.8.2.3).

    That is no signature of a person; a changed file loses these rights in the reader that honours them.
    """
    permissions = _catalogue_entry(pdf, "/Perms")
    return permissions is not None and ("/UR3" in permissions or "/UR" in permissions)


def signature(value: object) -> bool:
    """Whether a field's value is a signature over something: four or more offsets from 0 on, and contents.

    Anybody can write the words; what signs nothing must not keep a file from being changed.
    """
    if not isinstance(value, pikepdf.Dictionary):
        return False
    covered, contents = value.get("/ByteRange"), value.get("/Contents")
    if not isinstance(covered, pikepdf.Array) or len(covered) < 4 or len(covered) % 2:
        return False
    try:
        first = int(covered[0])
    except (TypeError, ValueError):
        return False
    return first == 0 and isinstance(contents, pikepdf.String) and bool(bytes(contents).strip(b"\x00"))


def _catalogue_entry(pdf: pikepdf.Pdf, key: str) -> pikepdf.Dictionary | None:
    root = pdf.trailer.get("/Root")
    value = root.get(key) if isinstance(root, pikepdf.Dictionary) else None
    return value if isinstance(value, pikepdf.Dictionary) else None
