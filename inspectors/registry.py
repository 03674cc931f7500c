"""Which inspector reads which leaf: one line per format, nothing found by scanning folders.

Does not read anything itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from inspectors import html, pdf, text
from inspectors.model import Edit, Leaf, Reading, Replacement

_FORMATS = frozenset(
    (
        "text/calendar", "text/vcard", "text/x-vcard", "text/directory", "text/css", "text/csv", "text/xml",
        "text/rtf", "text/javascript", "text/rfc822-headers", "text/tab-separated-values",
        "message/delivery-status", "message/disposition-notification", "message/feedback-report",
    )
)  # fmt: skip
"""Texts that programs read: a changed link might not fit their grammar. Their links are only listed."""
_PATCHES = ("text/x-patch", "text/x-diff")

Refused = tuple[tuple[Edit, str], ...]


@dataclass(frozen=True, slots=True)
class Inspector:
    """One format: how to recognise it, read it and change it."""

    name: str
    """The FORMAT in a link's place."""
    accepts: Callable[[Leaf, bytes], bool]
    """Told the leaf and the first bytes of its decoded content."""
    read: Callable[[Leaf, bytes], Reading]
    edit: Callable[[Leaf, bytes, Sequence[Edit]], tuple[tuple[Replacement, ...], Refused]]
    heavy: bool = False
    """True where reading needs a process of its own with bounds on time and memory."""


def _is_pdf(leaf: Leaf, start: bytes) -> bool:
    # Viewers open what begins with %PDF- within the first kilobyte, whatever the label says.
    return leaf.type in ("application/pdf", "application/x-pdf") or b"%PDF-" in start[:1024]


def _is_html(leaf: Leaf, start: bytes) -> bool:
    if leaf.type in ("text/html", "application/xhtml+xml"):
        return True
    return leaf.filename.lower().endswith((".html", ".htm", ".xhtml")) and not leaf.type.startswith("image/")


def _is_text(leaf: Leaf, start: bytes) -> bool:
    # RFC 2046 section 4.1.4: subtypes of text that a reader does not know are read as plain text.
    return leaf.type.startswith("text/") and leaf.type not in _FORMATS and not _is_patch(leaf)


def _is_format(leaf: Leaf, start: bytes) -> bool:
    return leaf.type in _FORMATS


def _is_patch(leaf: Leaf) -> bool:
    # A patch holds addresses that are text, whatever type its sender gave it. As a body it is shown as text.
    if leaf.disposition != "attachment":
        return False
    return leaf.type in _PATCHES or leaf.filename.lower().endswith((".patch", ".diff"))


def _pdf_read(leaf: Leaf, content: bytes) -> Reading:
    return pdf.read(leaf.path, content)


def _pdf_edit(
    leaf: Leaf, content: bytes, edits: Sequence[Edit]
) -> tuple[tuple[Replacement, ...], tuple[tuple[Edit, str], ...]]:
    made, refused = pdf.edit(leaf.path, content, edits)
    # White space behind a revision means nothing, and base64 may need a length that fits.
    padded = tuple(
        replace(each, choices=tuple(choice + b"\n" * n for n in range(3) for choice in each.choices))
        for each in made
    )
    return padded, refused


def _unchanged(leaf: Leaf, content: bytes, edits: Sequence[Edit]) -> tuple[tuple[Replacement, ...], Refused]:
    return (), tuple((each, f"links in {leaf.type[:80]} are listed and not rewritten") for each in edits)


INSPECTORS: tuple[Inspector, ...] = (
    Inspector("pdf", _is_pdf, _pdf_read, _pdf_edit, heavy=True),
    Inspector("html", _is_html, html.read, html.edit),
    Inspector("text", _is_text, text.read, text.edit),
    Inspector("text", _is_format, text.read, _unchanged),
)
"""In order of precedence."""

_WITHOUT_LINKS = ("image/", "audio/", "video/", "font/")
_NOT_READ_AS_LINKS = frozenset(
    (
        *_PATCHES,
        "text/plain",  # a patch by its file name
        "application/pgp-signature",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
    )
)
"""Patches hold addresses that are text, and signatures hold nothing to click."""


def inspector(leaf: Leaf, start: bytes) -> Inspector | None:
    """The inspector for this leaf, from its labels and the first kilobyte of its decoded content."""
    for each in INSPECTORS:
        if each.accepts(leaf, start):
            return each
    return None


def expects_links(leaf: Leaf) -> bool:
    """Whether a leaf no inspector reads might hold links, so that leaving it unread must be said."""
    return not leaf.type.startswith(_WITHOUT_LINKS) and leaf.type not in _NOT_READ_AS_LINKS
