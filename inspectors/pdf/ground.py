"""What an appended revision stands on: the file read whole, with every object touched.

Does not change anything.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pikepdf

from inspectors.pdf import limits
from inspectors.pdf.append import Ground
from inspectors.pdf.document import Entry, opened, table, texts
from inspectors.pdf.model import ObjectId, RefusedError, UnreadableError
from inspectors.pdf.structure import structure

_REFERENCE = re.compile(rb"(?<![\d.])(\d+) (\d+) R\b")


@dataclass(frozen=True, slots=True)
class Base:
    """A file that can be changed, as it was before the change."""

    pdf: pikepdf.Pdf
    entries: Mapping[ObjectId, Entry]
    objects: Mapping[ObjectId, bytes]
    """Every object as text, of streams the dictionary."""
    ground: Ground
    recover: bool
    """Whether qpdf's recovery has to be on for reading the changed file."""
    complaints: int
    """How many warnings reading the file gives."""

    def counts(self, of: Collection[ObjectId]) -> Mapping[ObjectId, int]:
        """How often each of these objects is referred to in the file; never too few.

        Text in strings that looks like a reference counts as one.
        """
        if not of:
            return {}
        found: Counter[bytes] = Counter()
        for text in (self.pdf.trailer.unparse(resolved=True), *self.objects.values()):
            if b" R" in text:
                found.update(match[0] for match in _REFERENCE.finditer(text))
        return {ident: found[b"%d %d R" % ident] for ident in of}


def base(content: bytes) -> Base:
    """The file, ready to be changed. Raises UnreadableError, RefusedError or pikepdf.PikepdfError."""
    strict = _touched(content, recover=False)
    if strict is not None and not strict[0].get_warnings():
        return _base(content, *strict, sound=True, recover=False)
    mended = _touched(content, recover=True)
    if mended is None:
        raise RefusedError("the PDF is broken beyond reading")
    # Warnings alone say little: the same entries with and without repair mean that nothing was repaired.
    sound = strict is not None and strict[1] == mended[1] and table(strict[0]) == table(mended[0])
    return _base(content, *mended, sound=sound, recover=sound)


def _touched(content: bytes, *, recover: bool) -> tuple[pikepdf.Pdf, dict[ObjectId, bytes]] | None:
    """The document and all its objects as text; None where it cannot be read that way."""
    try:
        pdf = opened(content, recover=recover)
        return pdf, dict(texts(pdf))
    except UnreadableError as error:
        if "broken" not in str(error):
            raise
    except pikepdf.PikepdfError:
        pass
    return None


def _base(
    content: bytes, pdf: pikepdf.Pdf, objects: dict[ObjectId, bytes], *, sound: bool, recover: bool
) -> Base:
    facts = structure(content)
    if sound and not facts.kind:
        raise RefusedError("the PDF's last cross-reference section was not found")
    entries = table(pdf)
    trailer = tuple((key, _pair(pdf, key)) for key in sorted(pdf.trailer.keys()))
    ground = Ground(facts, len(content), trailer, _size(pdf, entries, facts.kind), None if sound else entries)
    return Base(pdf, entries, objects, ground, recover, len(pdf.get_warnings()))


def _pair(pdf: pikepdf.Pdf, key: str) -> bytes:
    value = pdf.trailer.get(key)
    return b"" if value is None else pikepdf.Name(key).unparse() + b" " + value.unparse()


def _size(pdf: pikepdf.Pdf, entries: Mapping[ObjectId, Entry], kind: str) -> int:
    """/Size of the next revision (ISO 32000-2 table 15): what the file says, unless that is too small.

    A number far above all objects is not believed: it would make readers reserve room for millions.
    """
    needed = max((number for number, _ in entries), default=0) + 1
    stated = pdf.trailer.get("/Size")
    size = stated.as_int(0) if isinstance(stated, pikepdf.Integer) else 0
    if not needed <= size <= min(needed + limits.OBJECTS, limits.OBJECT_NUMBER):
        return needed
    return size
