"""Reading: a PDF's bytes to links, skipped things and flags.

Does not change anything, and does not read page text, scripts or embedded files yet.
"""

from __future__ import annotations

import pikepdf

from inspectors.model import Flag, Link, Reading, Skipped
from inspectors.pdf import limits, uri
from inspectors.pdf.document import BROKEN, obstacle, opened
from inspectors.pdf.model import Found, UnreadableError
from inspectors.pdf.signed import signed, usage_rights
from inspectors.pdf.walk import Walk, base, walk


def read(path: str, content: bytes) -> Reading:
    """All link annotations of the PDF ``content``; ``path`` names the leaf in the results. Never raises."""
    reason = obstacle(content)
    if reason:
        return Reading(skipped=(Skipped(path, reason),))
    try:
        return _read(path, content)
    except UnreadableError as error:
        return Reading(skipped=(Skipped(path, str(error)),))
    except BROKEN:
        return Reading(skipped=(Skipped(path, "PDF broken beyond reading"),))


def link(path: str, found: Found, base_url: str) -> Link:
    """The link that ``found`` is to a reader."""
    text = uri.characters(found.value[: limits.URI_BYTES])
    url, host = uri.opened(text, base_url)
    return Link(
        leaf=path,
        url=url,
        written=text,
        shown="",
        place="pdf:annotation",
        handle=found.handle,
        host=host,
        page=found.page,
    )


def survey(content: bytes) -> tuple[pikepdf.Pdf, Walk, bool]:
    """The document, its annotations, and whether it had to be repaired for reading.

    Raises UnreadableError, or one of BROKEN where what is left after repair cannot be read on.
    """
    try:
        pdf = opened(content, recover=False)
        seen = walk(pdf)
        # Without recovery qpdf takes an object it does not find for null, and says so only here.
        if not pdf.get_warnings() and seen.pages:
            return pdf, seen, False
    except UnreadableError as error:
        if "broken" not in str(error):
            raise
    except BROKEN:
        pass
    pdf = opened(content, recover=True)
    return pdf, walk(pdf), True


def _read(path: str, content: bytes) -> Reading:
    pdf, seen, repaired = survey(content)
    base_url = uri.characters(base(pdf))
    links = tuple(link(path, found, base_url) for found in seen.found)
    skipped = [Skipped(path, f"PDF with {reason}") for reason in seen.limits]
    if not seen.pages:
        skipped.append(Skipped(path, "PDF without pages"))
    flags = []
    if repaired:
        flags.append(Flag("pdf-damaged", path, "The PDF has errors in its structure that readers repair."))
    if pdf.is_encrypted:
        flags.append(Flag("pdf-encrypted", path, "The PDF is encrypted and opens without a password."))
    if seen.signed or signed(pdf):
        flags.append(Flag("pdf-signed", path, "The PDF carries a digital signature."))
    if usage_rights(pdf):
        flags.append(Flag("pdf-usage-rights", path, "The PDF carries rights that a change ends."))
    if any(len(found.value) > limits.URI_BYTES for found in seen.found):
        words = f"A link is longer than {limits.URI_BYTES} bytes and was read in part."
        flags.append(Flag("pdf-long-uri", path, words))
    return Reading(links, tuple(skipped), tuple(flags))
