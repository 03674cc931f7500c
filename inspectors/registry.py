"""Which inspector reads which leaf: one line per format, nothing found by scanning folders.

Does not read anything itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from inspectors import html, labels, office, pdf, pgp, text, uuencode
from inspectors.formats import archives, calendar, imageqr, nested, rtf, shortcuts, smime, svg, tnef, vcard
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

_PAGES = (".html", ".htm", ".xhtml", ".xht", ".shtml", ".hta")

LISTED = "are listed and not rewritten"
"""How the reason ends where a format's links are never changed."""

PDF = b"%PDF-"
"""What a PDF names itself with, within its first kilobyte."""

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
    prove: Callable[[Leaf, bytes, bytes, Sequence[Edit]], tuple[str, ...]] | None = None
    """Told a changed leaf, its decoded content before and after, and the edits: what a second, independent
    parser finds wrong with it."""
    light: Callable[[Leaf, bytes], Reading] | None = None
    """Reading without what may take too long, where that can be left out; it says itself what it left out."""
    holds: Callable[[bytes], bool] | None = None
    """Told the decoded content: whether a file may lie inside that needs a process of its own."""


def _is_pdf(leaf: Leaf, start: bytes) -> bool:
    if labels.says(leaf, ("application/pdf", "application/x-pdf"), (".pdf",)):
        return True
    return start.startswith(PDF) and not labels.shown_in_place(leaf)


def _may_be_pdf(leaf: Leaf, start: bytes) -> bool:
    # Viewers open what says %PDF- within the first kilobyte, whatever the label says.
    return PDF in start[:1024] and not labels.shown_in_place(leaf)


def _is_html(leaf: Leaf, start: bytes) -> bool:
    # AMP for mail and pages for watches are types of text of their own: "text/x-amp-html".
    if leaf.type == "application/xhtml+xml" or (leaf.type.startswith("text/") and "html" in leaf.type):
        return True
    if labels.shown_in_place(leaf) or leaf.type.startswith("image/"):  # as text, whatever it is called
        return False
    return labels.ending(leaf.filename) in _PAGES


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


def _pdf_light(leaf: Leaf, content: bytes) -> Reading:
    return pdf.read(leaf.path, content, pages=False)


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
    return (), tuple((each, f"links in {leaf.type[:80]} {LISTED}") for each in edits)


INSPECTORS: tuple[Inspector, ...] = (
    Inspector("office", office.accepts, office.read, office.edit, heavy=True),
    Inspector("pdf", _is_pdf, _pdf_read, _pdf_edit, heavy=True, light=_pdf_light),
    Inspector("nested", nested.accepts, nested.read, _unchanged, heavy=True),
    Inspector("smime", smime.accepts, smime.read, _unchanged, heavy=True),
    Inspector("pgp", pgp.accepts, pgp.read, _unchanged),
    Inspector("tnef", tnef.accepts, tnef.read, _unchanged, heavy=True),
    Inspector("rtf", rtf.accepts, rtf.read, _unchanged, heavy=True),
    Inspector("svg", svg.accepts, svg.read, _unchanged, heavy=True),
    Inspector("image", imageqr.accepts, imageqr.read, _unchanged, heavy=True),
    Inspector("calendar", calendar.accepts, calendar.read, _unchanged, holds=calendar.holds),
    Inspector("vcard", vcard.accepts, vcard.read, _unchanged),
    Inspector("shortcut", shortcuts.accepts, shortcuts.read, _unchanged),
    Inspector("archive", archives.accepts, archives.read, _unchanged, heavy=True),
    Inspector("html", _is_html, html.read, html.edit, prove=html.prove),
    Inspector("text", _is_text, text.read, text.edit, holds=uuencode.holds),
    Inspector("text", _is_format, text.read, _unchanged),
    Inspector("pdf", _may_be_pdf, _pdf_read, _pdf_edit, heavy=True, light=_pdf_light),
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


_SHOWN = ("html", "text")


def inspector(leaf: Leaf, start: bytes) -> Inspector | None:
    """The inspector for this leaf, from its labels and the first kilobyte of its decoded content.

    What readers show as a page or text is read so, whatever it begins with: six letters in front of a page
    must not make a picture of it. Whether it is a file as well, the second reading looks.
    """
    shown = labels.shown_in_place(leaf)
    for each in INSPECTORS:
        if (not shown or each.name in _SHOWN) and each.accepts(leaf, start):
            return each
    return None


def is_also_pdf(found: Inspector, content: bytes) -> bool:
    """Whether what ``found`` reads may be opened as a PDF as well: saved, or by a viewer that looks inside.

    Two words in a page's first kilobyte must not make a PDF of it and so hide its links.
    """
    return found.name != "pdf" and PDF in content[:1024] and b" obj" in content


def expects_links(leaf: Leaf) -> bool:
    """Whether a leaf no inspector reads might hold links, so that leaving it unread must be said."""
    return not leaf.type.startswith(_WITHOUT_LINKS) and leaf.type not in _NOT_READ_AS_LINKS
