"""Small Office documents, written member by member, with links in each place on purpose."""

from __future__ import annotations

import io
import random
import string
import zipfile
from collections.abc import Callable, Mapping, Sequence

import pytest

from inspectors import office
from inspectors.model import Edit, Leaf, Link, Reading, Span

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
TYPES = (
    DECLARATION + '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
TOP = (
    DECLARATION + '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{RELATIONS}/officeDocument" Target="word/document.xml"/></Relationships>'
)
LEAF = Leaf("2", "application/octet-stream", "", "base64", "x.docx", "attachment", Span(0, 0), Span(0, 0))
NEW = tuple(
    "https://click.example/odd.example/" + "Ab3dE6gH9jKlMn0pQrStUvWx2z4B7cDfGhIjKl"[:n] for n in (36, 37, 38)
)


def packed(
    members: Mapping[str, str | bytes],
    method: int = zipfile.ZIP_DEFLATED,
    level: int = 6,
    comment: bytes = b"",
) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method, compresslevel=level) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, method, level)
        archive.comment = comment
    return buffer.getvalue()


def streamed(members):
    """As programs write that cannot seek: sizes stand behind the data (section 4.3.9)."""

    class Pipe(io.RawIOBase):
        def __init__(self):
            self.data = b""

        def writable(self):
            return True

        def write(self, data):
            self.data += bytes(data)
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return pipe.data


def large(members):
    """With zip64 fields throughout (section 4.5.3)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            with archive.open(name, "w", force_zip64=True) as file:
                file.write(content.encode())
    return buffer.getvalue()


def relationships(*rows: tuple[str, str, str]) -> str:
    """(id, kind, target) each, external."""
    return (
        DECLARATION
        + '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        + "".join(
            f'<Relationship Id="{ident}" Type="{RELATIONS}/{kind}" Target="{target}" TargetMode="External"/>'
            for ident, kind, target in rows
        )
        + "</Relationships>"
    )


def document(body: str) -> str:
    return (
        DECLARATION + '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
        f'xmlns:r="{RELATIONS}"><w:body>{body}</w:body></w:document>'
    )


def hyperlink(ident: str, words: str) -> str:
    return f'<w:p><w:hyperlink r:id="{ident}"><w:r><w:t>{words}</w:t></w:r></w:hyperlink></w:p>'


def docx(body: str = "", rows: Sequence[tuple[str, str, str]] = (), **more: object) -> bytes:
    """A document with this body and these external relationships; ``more`` goes to ``packed``."""
    members: dict[str, str | bytes] = {"[Content_Types].xml": TYPES, "_rels/.rels": TOP}
    members |= {"word/document.xml": document(body), "word/_rels/document.xml.rels": relationships(*rows)}
    members |= more.pop("extra", {})  # type: ignore[arg-type]  # options by name
    return packed(members, **more)  # type: ignore[arg-type]  # options by name


def three_links(**more: object) -> bytes:
    rows = [(f"rId{n}", "hyperlink", f"https://host{n}.example/path/{n}?a=1&amp;b=2") for n in (1, 2, 3)]
    return docx("".join(hyperlink(f"rId{n}", f"words {n}") for n in (1, 2, 3)), rows, **more)


def loosely_packed() -> bytes:
    """Packed badly, as some office programs do, so that a change finds room."""
    noise = random.Random(3)
    rows = []
    for n in range(60):
        path = "".join(noise.choices(string.ascii_letters, k=30))
        rows.append((f"rId{n}", "hyperlink", f"https://host{n}.example/{path}"))
    return docx("", rows, level=1)


def odt(body: str, **extra: str) -> bytes:
    members: dict[str, str | bytes] = {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": DECLARATION
        + '<office:document-content xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
        f'xmlns:xlink="http://www.w3.org/1999/xlink">{body}</office:document-content>',
        "META-INF/manifest.xml": DECLARATION + "<manifest:manifest/>",
    }
    return packed(members | extra)


def reading(content: bytes) -> Reading:
    return office.read(LEAF, content)


def links(content: bytes) -> list[tuple[str, str, str]]:
    return [(each.place, each.url, each.shown) for each in reading(content).links]


def changed(content: bytes, wanted: Sequence[Link], urls: tuple[str, ...] = NEW) -> tuple[bytes, list[str]]:
    """The document with these links changed, and the reasons of those refused."""
    made, refused = office.edit(LEAF, content, [Edit(each, urls) for each in wanted])
    for each in sorted(made, key=lambda one: -one.span.start):
        content = content[: each.span.start] + each.choices[0] + content[each.span.end :]
    return content, [reason for _, reason in refused]


@pytest.fixture
def make() -> Callable[..., object]:
    """This module, for tests beside it."""
    import sys

    return sys.modules[__name__]  # type: ignore[return-value]  # a module as a fixture
