"""Reading: a PDF's bytes to links, skipped things and flags.

Does not change anything, and does not read embedded files yet.
"""

from __future__ import annotations

from collections.abc import Sequence

import pikepdf

from inspectors.model import Flag, Link, Reading, Skipped
from inspectors.pdf import limits, uri
from inspectors.pdf.document import BROKEN, obstacle, opened, readable
from inspectors.pdf.elsewhere import rest
from inspectors.pdf.model import Found, UnreadableError
from inspectors.pdf.pagetext import pagetext
from inspectors.pdf.signed import signed, usage_rights
from inspectors.pdf.trail import Walk
from inspectors.pdf.walk import walk


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


def link(path: str, found: Found, base_url: str, shown: str = "") -> Link:
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
    )


def survey(content: bytes) -> tuple[pikepdf.Pdf, Walk, bool]:
    """The document, its links, and whether it had to be repaired for reading.

    Raises UnreadableError, or one of BROKEN where what is left after repair cannot be read on.
    """
    try:
        pdf = opened(content, recover=False)
        seen = walk(pdf)
        # Without recovery qpdf takes an object it does not find for null, and says so only here.
        if not pdf.get_warnings() and seen.pages:
            rest(pdf, seen, readable(pdf))
            if not pdf.get_warnings():
                return pdf, seen, False
    except UnreadableError as error:
        if "broken" not in str(error):
            raise
    except BROKEN:
        pass
    pdf = opened(content, recover=True)
    seen = walk(pdf)
    rest(pdf, seen, readable(pdf))
    return pdf, seen, True


def embedded(names: Sequence[str]) -> tuple[str, ...]:
    """Names to report: the first ones, and how many more there are."""
    more = len(names) - limits.EMBEDDED
    return (*names[: limits.EMBEDDED], *((f"and {more} more",) if more > 0 else ()))


def _read(path: str, content: bytes) -> Reading:
    pdf, seen, repaired = survey(content)
    shown, in_text = pagetext(path, content, seen)
    links = tuple(
        link(path, found, seen.base, shown.get(number, "")) for number, found in enumerate(seen.found)
    )
    skipped = [Skipped(path, f"PDF with {reason}") for reason in seen.limits]
    skipped += [Skipped(path, f"embedded file {name} is not read yet") for name in embedded(seen.embedded)]
    if not seen.pages:
        skipped.append(Skipped(path, "PDF without pages"))
    flags = list(in_text.flags)
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
    return Reading(links + in_text.links, (*skipped, *in_text.skipped), tuple(flags))
