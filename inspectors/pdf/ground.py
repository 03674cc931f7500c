"""What an appended revision stands on: the file read whole, with every object touched.

Does not change anything.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import pikepdf

from inspectors.pdf import limits
from inspectors.pdf.append import Ground
from inspectors.pdf.document import Entry, opened, table, texts
from inspectors.pdf.model import ObjectId, RefusedError, UnreadableError
from inspectors.pdf.serialise import name
from inspectors.pdf.structure import structure

_REFERENCE = re.compile(rb"(?<![\d.])(\d+) (\d+) R\b")


@dataclass(frozen=True, slots=True)
class Base:
    """A file that can be changed, as it was before the change."""

    pdf: pikepdf.Pdf
    ground: Ground
    entries: Mapping[ObjectId, Entry]
    """Of the sections as they stand, or, where these are broken, as repaired."""
    objects: Mapping[ObjectId, bytes]
    """Every object as text, of streams the dictionary."""
    complaints: int
    """How many warnings reading the file gives."""
    mended: bool
    """Whether ``pdf`` and ``objects`` come from a reading that repairs."""

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
    """The file, ready to be changed. Raises UnreadableError, RefusedError or one of BROKEN.

    Where the cross-reference sections can be read but do not fit all objects, a revision goes on top of
    them as of sound ones, so that every reader repairs, or does not, what it did before. Where they cannot
    be read, it brings a complete section.
    """
    strict = _opened(content)
    if strict is None:
        pdf = opened(content, recover=True)
        entries = table(pdf)
        objects = dict(texts(pdf))
        return Base(pdf, _ground(content, pdf, entries), entries, objects, len(pdf.get_warnings()), True)
    entries = table(strict)
    objects = dict(texts(strict))
    ground = _ground(content, strict, entries)
    if not ground.structure.kind:
        raise RefusedError("the PDF's last cross-reference section was not found")
    ground = replace(ground, entries=None)
    if not strict.get_warnings():
        return Base(strict, ground, entries, objects, 0, False)
    pdf = opened(content, recover=True)
    objects = dict(texts(pdf))
    return Base(pdf, ground, entries, objects, len(pdf.get_warnings()), True)


def _opened(content: bytes) -> pikepdf.Pdf | None:
    """The document as its sections tell, None where they are broken."""
    try:
        return opened(content, recover=False)
    except UnreadableError as error:
        if error.kind != "broken":
            raise
        return None


def _ground(content: bytes, pdf: pikepdf.Pdf, entries: Mapping[ObjectId, Entry]) -> Ground:
    facts = structure(content)
    trailer = tuple(
        (key, name(key) + b" " + value.unparse())
        for key, value in sorted(pdf.trailer.items())
        if value is not None
    )
    ground = Ground(facts, len(content), trailer, _size(pdf, entries), entries)
    if facts.kind != "stream" and not ground.stream:
        return ground
    streams = sorted({entry[1] for entry in entries.values() if entry[0] == 2})
    objects = (pdf.get_object(number, 0) for number in streams)
    packed = [each.read_bytes() for each in objects if isinstance(each, pikepdf.Stream)]
    return replace(ground, size=_unused(ground.size, [content, *packed]))


def _unused(number: int, texts: Sequence[bytes]) -> int:
    """The first number from ``number`` on that nothing seems to refer to.

    A reference to no object means null (section 7.3.10), and must not come to mean the new cross-reference
    stream. qpdf drops such references when it reads, so the bytes have to be searched.
    """
    for each in range(number, number + limits.DANGLING):
        reference = b"%d 0 R" % each
        if not any(reference in text for text in texts):
            return each
    raise RefusedError("the PDF refers to many objects that it does not have")


def _size(pdf: pikepdf.Pdf, entries: Mapping[ObjectId, Entry]) -> int:
    """/Size of the next revision (ISO 32000-2 table 15): what the file says, unless that is too small.

    A number far above all objects is not believed: it would make readers reserve room for millions.
    """
    needed = max((number for number, _ in entries), default=0) + 1
    stated = pdf.trailer.get("/Size")
    size = stated.as_int(0) if isinstance(stated, pikepdf.Integer) else 0
    if not needed <= size <= min(needed + limits.OBJECTS, limits.OBJECT_NUMBER):
        return needed
    return size
