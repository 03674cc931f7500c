"""Small PDFs, written byte by byte so that each structure a link can sit in is there on purpose."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO

import pikepdf
import pytest

from inspectors.model import Edit, Link
from inspectors.pdf import edit, read

Row = tuple[int, int, int]
"""Of a cross-reference stream: kind and two numbers (ISO 32000-2 table 18)."""

NEW = "https://click.example/odd.example/AAAABBBBCCCCDDDD"


@dataclass
class Pdf:
    """Objects by number; ``bytes`` writes them with the cross-reference kind wished."""

    objects: dict[int, bytes]
    kind: str = "table"
    """"table", "stream" (all but the catalogue in an object stream) or "hybrid"."""
    trailer: bytes = b"/ID [<00112233> <44556677>]"
    eol: bytes = b"\n"
    junk: bytes = b""
    generations: Mapping[int, int] = field(default_factory=dict)

    def bytes(self) -> bytes:
        packed = {} if self.kind == "table" else {n: o for n, o in self.objects.items() if n > 2}
        top = max(self.objects)
        out = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n".replace(b"\n", self.eol))
        rows: dict[int, Row] = {0: (0, 0, 65535)}
        for number, body in self.objects.items():
            if number not in packed:
                rows[number] = (1, len(out), self.generations.get(number, 0))
                out += b"%d %d obj\n%b\nendobj\n".replace(b"\n", self.eol) % (number, rows[number][2], body)
        if packed:
            top += 1
            rows |= {number: (2, top, index) for index, number in enumerate(packed)}
            rows[top] = (1, len(out), 0)
            out += self._object_stream(top, packed)
        at = len(out)
        if self.kind == "stream":
            self._stream(out, rows, top + 1, b"/Root 1 0 R " + self.trailer)
        elif self.kind == "hybrid":
            # As Word writes it: a table, then an empty one that points to the stream (section 7.5.8.4).
            self._stream(out, rows, top + 1, b"")
            table = len(out)
            self._table(out, {n: row for n, row in rows.items() if row[0] == 1}, top + 2, b"")
            out += b"startxref\n%d\n%%%%EOF\nxref\n0 0\n" % table
            more = b"/Prev %d /XRefStm %d" % (table, at)
            at = out.rindex(b"xref\n")
            self._trailer(out, top + 2, more)
        else:
            self._table(out, rows, top + 1, b"")
        return self.junk + bytes(out) + b"startxref\n%d\n%%%%EOF\n".replace(b"\n", self.eol) % at

    def _object_stream(self, number: int, packed: Mapping[int, bytes]) -> bytes:
        head, body = b"", b""
        for each, text in packed.items():
            head += b"%d %d " % (each, len(body))
            body += text + b" "
        data = zlib.compress(head + body)
        facts = b"/N %d/First %d/Length %d" % (len(packed), len(head), len(data))
        return b"%d 0 obj\n<</Type/ObjStm/Filter/FlateDecode%b>>stream\n%b\nendstream\nendobj\n" % (
            *(number, facts),
            data,
        )

    def _stream(self, out: bytearray, rows: dict[int, Row], own: int, trailer: bytes) -> None:
        rows = rows | {own: (1, len(out), 0)}
        data = b"".join(
            bytes([rows.get(n, (0, 0, 0))[0]])
            + rows.get(n, (0, 0, 0))[1].to_bytes(3, "big")
            + rows.get(n, (0, 0, 0))[2].to_bytes(2, "big")
            for n in range(own + 1)
        )
        out += b"%d 0 obj\n<</Type/XRef/W[1 3 2]/Size %d/Length %d %b>>stream\n%b\nendstream\nendobj\n" % (
            *(own, own + 1, len(data), trailer),
            data,
        )

    def _table(self, out: bytearray, rows: Mapping[int, Row], size: int, more: bytes) -> None:
        out += b"xref\n0 %d\n".replace(b"\n", self.eol) % size
        for number in range(size):
            kind, offset, generation = rows.get(number, (0, 0, 65535))
            # Entries are 20 bytes long (section 7.5.4): one space before the line end, or none before CR LF.
            out += b"%010d %05d %c" % (offset, generation, b"fn"[kind]) + self.eol.rjust(2)
        self._trailer(out, size, more)

    def _trailer(self, out: bytearray, size: int, more: bytes) -> None:
        out += b"trailer <</Size %d /Root 1 0 R %b %b>>" % (size, more, self.trailer) + self.eol


def annotation(action: bytes) -> bytes:
    return b"<</Type/Annot/Subtype/Link/Rect[0 0 50.50 10]/Border[0 0 0]/A %b>>" % action


def action(uri: bytes) -> bytes:
    return b"<</S/URI/URI %b>>" % uri


def document(annotations: Sequence[bytes], more: Mapping[int, bytes] | None = None, **other: object) -> Pdf:
    """One page with these annotations (indirect ones as ``b"10 0 R"``), and more objects."""
    return Pdf(
        {
            1: b"<</Type/Catalog/Pages 2 0 R/Lang(en)>>",
            2: b"<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 200 200]>>",
            3: b"<</Type/Page/Parent 2 0 R/Resources<<>>/Annots[%b]>>" % b" ".join(annotations),
            **(more or {}),
        },
        **other,
    )


@dataclass
class Tools:
    """What the tests of this folder share."""

    Pdf = Pdf
    NEW = NEW
    document = staticmethod(document)
    annotation = staticmethod(annotation)
    action = staticmethod(action)

    @staticmethod
    def links(content: bytes) -> tuple[Link, ...]:
        reading = read("2", content)
        assert not reading.skipped, reading.skipped
        return reading.links

    @staticmethod
    def objects(content: bytes) -> dict[tuple[int, int], bytes]:
        """Every object but cross-reference streams, as pikepdf reads it."""
        pdf = pikepdf.open(BytesIO(content), inherit_page_attributes=False, conversion_mode="explicit")
        return {
            each.objgen: each.stream_dict.unparse() + each.read_raw_bytes()
            if isinstance(each, pikepdf.Stream)
            else each.unparse(resolved=True)
            for each in pdf.objects
            if each is not None and not (isinstance(each, pikepdf.Stream) and each.get("/Type") == "/XRef")
        }

    def changed(self, content: bytes, which: Sequence[int] = (0,), url: str = NEW) -> bytes:
        """The content with these links changed, after checking all that holds for every change."""
        links = self.links(content)
        edits = [Edit(links[index], (url,)) for index in which]
        (replacement,), refused = edit("2", content, edits)
        assert not refused
        assert replacement.edits == tuple(edits)
        assert replacement.span.start == replacement.span.end == len(content)
        after = content + replacement.choices[0]
        wished = [url if index in which else link.written for index, link in enumerate(links)]
        assert [link.written for link in self.links(after)] == wished
        strict = pikepdf.open(BytesIO(after), attempt_recovery=False, inherit_page_attributes=False)
        assert len(strict.pages) == len(pikepdf.open(BytesIO(content)).pages)
        return after

    def moved(self, content: bytes, after: bytes) -> set[int]:
        """Numbers of the objects that differ."""
        old, new = self.objects(content), self.objects(after)
        assert old.keys() == new.keys()
        return {ident[0] for ident in old if old[ident] != new[ident]}

    @staticmethod
    def refusal(content: bytes, link: Link, url: str = NEW) -> str:
        replacements, refused = edit("2", content, [Edit(link, (url,))])
        assert replacements == ()
        return refused[0][1]


@pytest.fixture
def pdfs() -> Tools:
    return Tools()


@pytest.fixture(scope="session")
def pdfs_shared() -> Tools:
    """The same for tests that hypothesis runs many times."""
    return Tools()


@pytest.fixture
def resaved() -> Callable[..., bytes]:
    """A PDF written anew by pikepdf: linearised, encrypted, with object streams."""

    def save(content: bytes, **how: object) -> bytes:
        out = BytesIO()
        with pikepdf.open(BytesIO(content)) as pdf:
            pdf.save(out, **how)
        return out.getvalue()

    return save
