"""Reading: a PDF's bytes to links, skipped things and flags.

Does not change anything, and does not read the files inside, which it hands on.
"""

from __future__ import annotations

import pikepdf

from inspectors.model import Flag, Link, Reading, Skipped
from inspectors.pdf import boxes, embedded, info, limits, uri
from inspectors.pdf.document import BROKEN, obstacle, opened, readable
from inspectors.pdf.elsewhere import rest
from inspectors.pdf.model import Box, Found, UnreadableError
from inspectors.pdf.pagetext import pagetext
from inspectors.pdf.salvage import salvaged
from inspectors.pdf.signed import certified, signed, usage_rights
from inspectors.pdf.structure import lost_end
from inspectors.pdf.trail import Walk
from inspectors.pdf.walk import walk


def read(path: str, content: bytes, *, pages: bool = True) -> Reading:
    """All links of the PDF ``content``; ``path`` names the leaf in the results. Never raises.

    Without ``pages`` nothing is looked for in the text and pictures of pages, which PDFium has to read: it
    cannot be stopped, and ends its process over some files.
    """
    reason = obstacle(content)
    if reason:
        return Reading(skipped=(Skipped(path, reason, "broken" if "not a PDF" in reason else "limit"),))
    try:
        return _read(path, content, pages=pages)
    except UnreadableError as error:
        words, kind = str(error), error.kind
    except BROKEN:
        words, kind = "PDF broken beyond reading", "broken"
    links = salvaged(path, content) if pages and kind == "broken" else ()
    return Reading(links, (Skipped(path, words, kind),))


def link(path: str, found: Found, base_url: str, shown: str = "", box: Box | None = None) -> Link:
    """The link that ``found`` is to a reader."""
    text = uri.characters(found.value[: limits.URI_BYTES])
    url, host = uri.opened(text, base_url) if found.handle.kind == "uri" else uri.file(text)
    return Link(
        leaf=path,
        url=url,
        written=text,
        shown=shown,
        place=f"pdf:{found.place}",
        handle=found.handle,
        host=host,
        page=found.page,
        box=box,
    )


def survey(content: bytes) -> tuple[pikepdf.Pdf, Walk, bool]:
    """The document, its links, and whether it had to be repaired for reading.

    Raises UnreadableError, or one of BROKEN where what is left after repair cannot be read on.
    """
    try:
        return _survey(content)
    except UnreadableError as error:
        end = lost_end(content) if error.kind == "broken" else b""
        if not end:
            raise
    return *_survey(content + end)[:2], True


def _survey(content: bytes) -> tuple[pikepdf.Pdf, Walk, bool]:
    try:
        pdf = opened(content, recover=False)
        seen = walk(pdf)
        # Without recovery qpdf takes an object it does not find for null, and says so only here.
        if not pdf.get_warnings() and seen.pages:
            rest(pdf, seen, readable(pdf))
            if not pdf.get_warnings():
                return pdf, seen, False
    except UnreadableError as error:
        if error.kind != "broken":
            raise
    except BROKEN:
        pass
    pdf = opened(content, recover=True)
    seen = walk(pdf)
    rest(pdf, seen, readable(pdf))
    return pdf, seen, True


def is_portfolio(pdf: pikepdf.Pdf) -> bool:
    """Whether readers show the embedded files first (ISO 32000-2 section 12.3.5)."""
    root = pdf.trailer.get("/Root")
    return isinstance(root, pikepdf.Dictionary) and isinstance(root.get("/Collection"), pikepdf.Dictionary)


def _read(path: str, content: bytes, *, pages: bool) -> Reading:
    pdf, seen, repaired = survey(content)
    shown, in_text = pagetext(path, content, seen, codes=True) if pages else ({}, Reading())
    where = boxes.boxes(seen)
    links = tuple(
        link(path, found, seen.base, shown.get(number, ""), where.get(number))
        for number, found in enumerate(seen.found)
    )
    skipped = [Skipped(path, f"PDF with {reason}", kind) for reason, kind in seen.limits.items()]
    if not pages:
        skipped.append(Skipped(path, "PDF whose page text and pictures were not read", "limit"))
    inside, unread = embedded.files(path, pdf, seen.embedded)
    skipped += unread
    if not seen.pages:
        skipped.append(Skipped(path, "PDF without pages", "broken"))
        links += salvaged(path, content) if pages else ()
    flags = list(in_text.flags)
    if repaired:
        flags.append(Flag("pdf-damaged", path, "The PDF has errors in its structure that readers repair."))
    if is_portfolio(pdf):
        words = "The PDF is a portfolio: readers show the files inside it in place of its pages."
        flags.append(Flag("pdf-portfolio", path, words))
    if pdf.is_encrypted:
        flags.append(Flag("pdf-encrypted", path, "The PDF is encrypted and opens without a password."))
    if seen.signed or signed(pdf):
        flags.append(Flag("pdf-signed", path, "The PDF carries a digital signature."))
        rules = certified(pdf)
        if rules:
            flags.append(Flag("pdf-certified", path, rules))
    if usage_rights(pdf):
        words = "The PDF carries extended rights: after a change Adobe's reader no longer grants them."
        flags.append(Flag("pdf-usage-rights", path, words))
    if any(len(found.value) > limits.URI_BYTES for found in seen.found):
        words = f"A link is longer than {limits.URI_BYTES} bytes and was read in part."
        flags.append(Flag("pdf-long-uri", path, words))
    maker = info.producer(pdf)
    makers = ((path, maker),) if maker else ()
    return Reading(links + in_text.links, (*skipped, *in_text.skipped), tuple(flags), inside, makers)
