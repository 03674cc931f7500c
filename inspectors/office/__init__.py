"""Office documents: Office Open XML and OpenDocument, and addresses in the older binary formats.

``accepts`` recognises them, ``read`` finds the links, ``edit`` changes some of them. Does not open a document
as a program would: nothing is laid out, calculated or run.
"""

from __future__ import annotations

from collections.abc import Sequence

from inspectors.formats import archives
from inspectors.model import Edit, Inside, Leaf, Reading, Replacement
from inspectors.office import change, documents, ole

__all__ = ["accepts", "edit", "read"]

_ZIP = b"PK\x03\x04"
_TYPES = (
    "application/vnd.openxmlformats-officedocument", "application/vnd.oasis.opendocument",
    "application/msword", "application/vnd.ms-word", "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint", "application/vnd.sun.xml",
)  # fmt: skip
_NAMES = (
    ".docx", ".docm", ".dotx", ".dotm", ".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb", ".xlam", ".pptx",
    ".pptm", ".potx", ".potm", ".ppsx", ".ppsm", ".ppam", ".sldx", ".sldm", ".thmx", ".vsdx", ".vsdm", ".odt",
    ".ott", ".ods", ".ots", ".odp", ".otp", ".odg", ".otg", ".odf", ".odm", ".odb", ".oth", ".sxw", ".sxc",
    ".sxi", ".doc", ".dot", ".xls", ".xlt", ".ppt", ".pps", ".pot", ".msg", ".vsd",
)  # fmt: skip
_FIRST_MEMBERS = (
    b"[Content_Types].xml", b"_rels/", b"word/", b"xl/", b"ppt/", b"docProps/", b"mimetypeapplication/vnd.",
    b"META-INF/manifest.xml",
)  # fmt: skip
"""Names with which documents begin."""
_FLAT = (b"<?mso-application", b"/2006/xmlPackage", b"<office:document", b"/word/2003/wordml")
"""What a document in one XML file begins with."""
_BLANKS = b"\xef\xbb\xbf \t\r\n"


def accepts(leaf: Leaf, start: bytes) -> bool:
    """Whether this is a document, from its labels and first kilobyte.

    A document with a wrong label is known by its first member; one whose first member is another is known by
    its label, without which no program would open it as one. What may also be a PDF is one where no label
    says otherwise.
    """
    labelled = _labelled(leaf)
    if b"%PDF-" in start and not labelled:
        return False
    if start.startswith(ole.MAGIC) or _is_flat(start):
        return True
    if start.startswith(_ZIP):
        return labelled or any(name in start for name in _FIRST_MEMBERS)
    page = start.lstrip(_BLANKS).startswith(b"<") and not leaf.type.startswith("text/html")
    return labelled and (_ZIP in start or page)


def _is_flat(start: bytes) -> bool:
    return start.lstrip(_BLANKS).startswith(b"<") and any(mark in start[:1024] for mark in _FLAT)


def _labelled(leaf: Leaf) -> bool:
    return leaf.type.startswith(_TYPES) or leaf.filename.lower().rstrip(". ").endswith(_NAMES)


def read(leaf: Leaf, content: bytes) -> Reading:
    """All links of the document, and the files inside it. Never raises."""
    if content.startswith(ole.MAGIC):
        return ole.read(leaf, content)
    if _is_flat(content[:1024]):
        return documents.flat(leaf, content)
    if _ZIP not in content[:1024] and content.lstrip(_BLANKS).startswith(b"<"):
        # Word and Excel open a page that is called .doc or .xls.
        return Reading(inside=(Inside("page.html", content, "text/html", leaf.charset),))
    found = documents.read(leaf, content)
    return archives.read(leaf, content) if found is None else found


def edit(
    leaf: Leaf, content: bytes, edits: Sequence[Edit]
) -> tuple[tuple[Replacement, ...], tuple[tuple[Edit, str], ...]]:
    """Replacements in the document's bytes, to be made all or none, and the edits refused with reasons."""
    if _ZIP not in content[:1024]:
        return (), tuple((each, "links of this Office format are listed and not rewritten") for each in edits)
    return change.edit(leaf, content, edits)
