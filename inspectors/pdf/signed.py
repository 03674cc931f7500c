"""Whether a PDF carries digital signatures, and what they allow.

Does not verify them.
"""

from __future__ import annotations

from collections.abc import Iterator

import pikepdf

from inspectors.pdf import limits
from inspectors.pdf.model import ObjectId


def signed(pdf: pikepdf.Pdf) -> bool:
    """Whether a form field holds a signature over a byte range (ISO 32000-2 section 12.7.5.5).

    With more than ``limits.FIELDS`` fields the answer is yes, because it cannot be no. Raises
    one of ``document.BROKEN`` where the file cannot be read on.
    """
    return any(value is None or signature(value) for value in _values(pdf))


def certified(pdf: pikepdf.Pdf) -> str:
    """What viewers report of a change that the signatures do not allow; empty where they allow any.

    A certification (DocMDP, section 12.8.2.2) says what may change at all, a field lock (FieldMDP, section
    12.8.2.4) which fields may not. Raises one of ``document.BROKEN``.
    """
    permissions = _catalogue_entry(pdf, "/Perms")
    certification = permissions.get("/DocMDP") if permissions is not None else None
    if isinstance(certification, pikepdf.Dictionary):
        parameters = _parameters(certification, "/DocMDP")
        return _LEVELS[_level(parameters)]
    for value in _values(pdf):
        if isinstance(value, pikepdf.Dictionary) and _parameters(value, "/FieldMDP") is not None:
            return (
                "A signature of the PDF locks form fields: it stays valid over an appended change, but of a "
                "changed link in a locked field viewers report a change that is not allowed."
            )
    return ""


_LEVELS = {
    1: "The PDF is certified and allows no changes (DocMDP level 1): after an appended change viewers report "
    "the certification as broken, although the signed bytes are the same.",
    2: "The PDF is certified and allows filling in and signing only (DocMDP level 2): after an appended "
    "change of a link viewers report a change that is not allowed, although the signed bytes are the same.",
    3: "The PDF is certified and allows annotations to be changed (DocMDP level 3): after an appended "
    "change of a link annotation viewers report the certification as valid with later changes.",
}


def _level(parameters: pikepdf.Dictionary | None) -> int:
    level = parameters.get("/P") if parameters is not None else None
    number = level.as_int(2) if isinstance(level, pikepdf.Integer) else 2
    return number if number in _LEVELS else 2  # what the standard says where nothing is said


def _values(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object | None]:
    """The values of the form's fields; at last None where there are more than ``limits.FIELDS`` fields."""
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
            yield None
            return
        for index in range(len(array)):
            field = array[index]
            if not isinstance(field, pikepdf.Dictionary) or field.objgen in seen:
                continue
            if field.is_indirect:
                seen.add(field.objgen)
            value = field.get("/V")
            if value is not None:
                yield value
            stack.append(field.get("/Kids"))


def _parameters(value: pikepdf.Dictionary, method: str) -> pikepdf.Dictionary | None:
    """What a signature's reference of this kind says (section 12.8.1); None where it has none."""
    references = value.get("/Reference")
    if not isinstance(references, pikepdf.Array):
        return None
    for index in range(min(len(references), limits.SIGNATURE_REFERENCES)):
        one = references[index]
        if isinstance(one, pikepdf.Dictionary) and one.get("/TransformMethod") == pikepdf.Name(method):
            parameters = one.get("/TransformParams")
            return parameters if isinstance(parameters, pikepdf.Dictionary) else pikepdf.Dictionary()
    return None


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
