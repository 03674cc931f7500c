"""Changing: edits to an appended revision, or to reasons why not.

Does not know the transfer encoding the PDF travels in; whoever appends the revision does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from inspectors.model import Edit, Replacement, Span
from inspectors.pdf.append import revision
from inspectors.pdf.apply import applied
from inspectors.pdf.check import check
from inspectors.pdf.crypt import cipher
from inspectors.pdf.document import BROKEN, obstacle
from inspectors.pdf.elsewhere import rest
from inspectors.pdf.ground import Base, base
from inspectors.pdf.model import PdfHandle, RefusedError, UnreadableError
from inspectors.pdf.plan import fixed, grouped, plan, shared
from inspectors.pdf.serialise import serialised
from inspectors.pdf.signed import signed
from inspectors.pdf.trail import Walk
from inspectors.pdf.walk import walk

Answer = tuple[tuple[Replacement, ...], tuple[tuple[Edit, str], ...]]


def edit(path: str, content: bytes, edits: Sequence[Edit]) -> Answer:
    """One replacement that appends a revision carrying out ``edits``, and the edits refused with reasons.

    Of each edit the first URL is taken: an appended revision needs no particular length. Never raises.
    """
    if not edits:
        return (), ()
    try:
        reason = obstacle(content)
        if reason:
            raise RefusedError(reason)
        return _edit(content, edits)
    except (RefusedError, UnreadableError) as error:
        return (), tuple((each, str(error)) for each in edits)
    except BROKEN:
        return (), tuple((each, "the PDF is broken beyond changing") for each in edits)


def _edit(content: bytes, edits: Sequence[Edit]) -> Answer:
    file = base(content)
    seen = walk(file.pdf)
    rest(file.pdf, seen, file.objects.items())
    # Signatures stay valid over an appended revision, but viewers then say that the document was changed.
    if seen.signed or signed(file.pdf):
        raise RefusedError("the PDF carries a digital signature")
    wanted, done, refused = _sorted_out(seen, edits)
    if not done:
        return (), refused
    data = changed(content, file, seen, wanted)
    end = Span(len(content), len(content))
    return (Replacement(end, (data,), done),), refused


def changed(content: bytes, file: Base, seen: Walk, wanted: Mapping[PdfHandle, str]) -> bytes:
    """The bytes to append so that the ``wanted`` links lead to their new URLs, checked.

    Raises RefusedError or one of BROKEN. ``file`` is changed in memory and of no use afterwards.
    """
    cipher_ = cipher(file.pdf)
    steps = plan(seen.found, wanted, file.counts(shared(wanted)))
    values = applied(file.pdf, steps)
    bodies = {ident: serialised(value, ident, cipher_) for ident, value in values.items()}
    data = revision(file.ground, bodies)
    texts = {ident: value.unparse(resolved=True) for ident, value in values.items()}
    check(file, seen, content + data, texts, wanted)
    return data


def _sorted_out(
    seen: Walk, edits: Sequence[Edit]
) -> tuple[dict[PdfHandle, str], tuple[Edit, ...], tuple[tuple[Edit, str], ...]]:
    """The URL wished for each link, the edits that wish it, and the edits that cannot be."""
    known = {found.handle: found for found in seen.found}
    siblings = grouped(seen.found, lambda handle: handle.slot)
    wanted: dict[PdfHandle, str] = {}
    done: list[Edit] = []
    refused: list[tuple[Edit, str]] = []
    for each in edits:
        handle = each.link.handle
        url = each.urls[0] if each.urls else ""
        if not isinstance(handle, PdfHandle) or handle not in known:
            refused.append((each, "the link does not stand in this PDF"))
        elif not url or not all("!" <= char <= "~" for char in url):
            refused.append((each, "the new URL is empty or not printable ASCII"))
        elif reason := fixed(known[handle], len(siblings[handle.slot])):
            refused.append((each, reason))
        elif wanted.setdefault(handle, url) != url:
            refused.append((each, "the link is to be changed to two URLs at once"))
        else:
            done.append(each)
    half = {handle for handle in wanted if not all(other in wanted for other in siblings[handle.slot])}
    refused += [(each, "the action has other links that stay") for each in done if each.link.handle in half]
    done = [each for each in done if each.link.handle not in half]
    return {handle: url for handle, url in wanted.items() if handle not in half}, tuple(done), tuple(refused)
