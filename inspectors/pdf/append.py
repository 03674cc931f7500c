"""The appended revision: changed objects, a cross-reference section and a trailer after the file's own end.

ISO 32000-2 section 7.5.6. The original bytes are a prefix of the new file; cutting the revision off
restores it.

Does not look into the objects it writes, and does not check the result; ``check.py`` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from inspectors.pdf import limits
from inspectors.pdf.document import Entry
from inspectors.pdf.model import ObjectId, RefusedError
from inspectors.pdf.structure import Structure

_OWN_KEYS = {"/Size", "/Prev", "/XRefStm"}
_FILTER_KEYS = {"/Length", "/Filter", "/DecodeParms", "/DL", "/F", "/FFilter", "/FDecodeParms"}
_STREAM_KEYS = {"/Type", "/W", "/Index"} | _FILTER_KEYS


@dataclass(frozen=True, slots=True)
class Ground:
    """What the revision stands on."""

    structure: Structure
    length: int
    """Of the file, bytes."""
    trailer: tuple[tuple[str, bytes], ...]
    """Keys and values of the newest trailer dictionary, as they are to be written."""
    size: int
    """/Size: one more than the highest object number in use."""
    entries: Mapping[ObjectId, Entry] | None = None
    """All entries of a damaged file, which then get written out; None where the sections before are sound."""

    @property
    def stream(self) -> bool:
        """Whether the section has to be a cross-reference stream (section 7.5.8)."""
        if self.entries is None:
            return self.structure.kind == "stream"
        return any(entry[0] == 2 for entry in self.entries.values())


def revision(ground: Ground, objects: Mapping[ObjectId, bytes]) -> bytes:
    """The bytes to append so that ``objects`` replace those of the same number and generation.

    Raises RefusedError where numbers are beyond what the format holds.
    """
    plain = _revision(ground, objects, b"" if ground.structure.ends_line else b"\n")
    # A linearised file is recognised by its stated length being true (annex F.3.3). It no longer may be.
    if ground.length + len(plain) == ground.structure.stated_length:
        return plain + b"\n"
    return plain


def _revision(ground: Ground, objects: Mapping[ObjectId, bytes], start: bytes) -> bytes:
    zero = ground.length - ground.structure.header
    out = bytearray(start)
    entries = dict(ground.entries or {})
    for (number, generation), body in sorted(objects.items()):
        entries[number, generation] = (1, zero + len(out), generation)
        out += b"%d %d obj\n%b\nendobj\n" % (number, generation, body)
    at = zero + len(out)
    if at > 9_999_999_999:
        raise RefusedError("the PDF is too long for a cross-reference table")
    out += _stream(ground, entries, at) if ground.stream else _table(ground, entries)
    out += b"startxref\n%d\n%%%%EOF\n" % at
    return bytes(out)


def _table(ground: Ground, entries: Mapping[ObjectId, Entry]) -> bytes:
    """Section 7.5.4. Each entry is 20 bytes long."""
    lines = {number: b"%010d %05d n \n" % (entry[1], entry[2]) for (number, _), entry in entries.items()}
    if ground.entries is not None:
        lines[0] = b"%010d %05d f \n" % (0, limits.GENERATION)
    out = bytearray(b"xref\n")
    for first, last in _runs(lines):
        out += b"%d %d\n" % (first, last - first + 1)
        out += b"".join(lines[number] for number in range(first, last + 1))
    return bytes(out + b"trailer\n<< %b >>\n" % _trailer(ground, ground.size, _OWN_KEYS))


def _stream(ground: Ground, entries: Mapping[ObjectId, Entry], at: int) -> bytes:
    """Section 7.5.8; unfiltered, with a number of its own that was not used before."""
    own = ground.size
    if own > limits.OBJECT_NUMBER:
        raise RefusedError("the PDF uses all object numbers")
    rows = {number: entry for (number, _), entry in entries.items()}
    rows[own] = (1, at, 0)
    width, last_width = (max((max(row[i] for row in rows.values()).bit_length() + 7) // 8, 1) for i in (1, 2))
    runs = list(_runs(rows))
    data = b"".join(
        bytes([kind]) + second.to_bytes(width, "big") + third.to_bytes(last_width, "big")
        for first, last in runs
        for kind, second, third in (rows[number] for number in range(first, last + 1))
    )
    index = b" ".join(b"%d %d" % (first, last - first + 1) for first, last in runs)
    head = b"/Type /XRef /W [ 1 %d %d ] /Index [ %b ] /Length %d" % (width, last_width, index, len(data))
    tail = _trailer(ground, own + 1, _OWN_KEYS | _STREAM_KEYS)
    return b"%d 0 obj\n<< %b %b >>\nstream\n%b\nendstream\nendobj\n" % (own, head, tail, data)


def _trailer(ground: Ground, size: int, without: set[str]) -> bytes:
    pairs = [b"/Size %d" % size]
    if ground.entries is None:
        pairs.append(b"/Prev %d" % ground.structure.startxref)
    else:
        without = without | {"/XRefStm"}
    pairs += [value for key, value in ground.trailer if key not in without]
    return b" ".join(pairs)


def _runs(numbers: Mapping[int, object]) -> list[tuple[int, int]]:
    """First and last of each run of consecutive numbers."""
    runs: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs
