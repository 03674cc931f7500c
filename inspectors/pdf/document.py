"""Opening a PDF: the one place where pikepdf meets bytes.

Objects come in pikepdf's explicit mode, so that numbers keep the spelling they have in the file, and
nothing is pushed from page tree nodes into pages.

Does not judge what stands in the file.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from io import BytesIO

import pikepdf
from pikepdf import settings

from inspectors.pdf import limits
from inspectors.pdf.model import ObjectId, UnreadableError

Entry = tuple[int, int, int]
"""A cross-reference entry: (1, offset from the header, generation) or (2, object stream, index in it)."""

BROKEN = (pikepdf.PikepdfError, ValueError, IndexError, RuntimeError)
"""What pikepdf raises over a broken file: its own errors, and C++'s range, index and run-time errors as it
hands them on (an object number of 22 digits is a ValueError). Any object can raise them when first read."""

# What qpdf has to say about a file is in get_warnings(); the log would carry strangers' bytes.
_log = logging.getLogger("pikepdf")
_log.addHandler(logging.NullHandler())
_log.propagate = False

# For the whole process, which reads PDFs only here.
settings.set_qpdf_limits(flate_max_memory=limits.STREAM_BYTES, run_length_max_memory=limits.STREAM_BYTES)


def obstacle(content: bytes) -> str:
    """Why opening need not be tried; empty where it may."""
    if len(content) > limits.CONTENT_BYTES:
        return f"PDF of {len(content)} bytes, more than {limits.CONTENT_BYTES} are not read"
    if b"%PDF-" not in content[: limits.HEADER_WINDOW] and b"startxref" not in content[-limits.TAIL_WINDOW :]:
        return "not a PDF: neither a %PDF- header nor a startxref"
    return ""


def opened(content: bytes, *, recover: bool) -> pikepdf.Pdf:
    """The PDF; with ``recover`` qpdf may rebuild a damaged cross-reference table.

    Raises UnreadableError where it needs a password or certificate, or cannot be read.
    """
    try:
        pdf = pikepdf.open(
            BytesIO(content),
            attempt_recovery=recover,
            inherit_page_attributes=False,
            conversion_mode="explicit",
        )
        count = len(pdf.get_xref_table())
    except pikepdf.PasswordError:
        raise UnreadableError("encrypted PDF that needs a password", "encrypted") from None
    except BROKEN as error:
        if "unsupported encryption" in str(error):
            raise UnreadableError(
                "PDF encrypted for certificates or in an unknown way", "encrypted"
            ) from None
        raise UnreadableError("PDF broken beyond reading") from None
    if count > limits.OBJECTS:
        raise UnreadableError(f"PDF with {count} objects, more than {limits.OBJECTS} are not read", "limit")
    return pdf


def table(pdf: pikepdf.Pdf) -> dict[ObjectId, Entry]:
    """The effective cross-reference entries of all objects."""
    return {
        ident: (1, entry.offset or 0, ident[1])
        if entry.obj_stream_number is None
        else (2, entry.obj_stream_number, entry.obj_stream_index or 0)
        for ident, entry in pdf.get_xref_table().items()
    }


def readable(pdf: pikepdf.Pdf) -> Iterator[tuple[ObjectId, bytes]]:
    """The same as ``texts`` without the objects that cannot be read."""
    for each in pdf.objects:
        try:
            if isinstance(each, pikepdf.Stream):
                text = each.stream_dict.unparse()
            elif each is None:
                continue
            else:
                text = each.unparse(resolved=True)
        except BROKEN:
            continue
        yield each.objgen, text


def texts(pdf: pikepdf.Pdf) -> Iterator[tuple[ObjectId, bytes]]:
    """Every object as qpdf writes it; of streams the dictionary. Reads all objects, and so finds damage."""
    for each in pdf.objects:
        if isinstance(each, pikepdf.Stream):
            yield each.objgen, each.stream_dict.unparse()
        elif each is not None:
            yield each.objgen, each.unparse(resolved=True)
