"""Changing: edits to an appended revision, or to reasons why not.

Does not know the transfer encoding the PDF travels in; whoever appends the revision does.
"""

from __future__ import annotations

from collections.abc import Sequence

from inspectors.model import Edit, Replacement, Span
from inspectors.pdf import cover
from inspectors.pdf.append import revision
from inspectors.pdf.apply import applied
from inspectors.pdf.check import check
from inspectors.pdf.crypt import cipher
from inspectors.pdf.document import BROKEN, obstacle
from inspectors.pdf.elsewhere import rest
from inspectors.pdf.ground import Base, base
from inspectors.pdf.model import RefusedError, TextHandle, UnreadableError
from inspectors.pdf.pagetext import pagetext
from inspectors.pdf.plan import plan, shared
from inspectors.pdf.serialise import serialised
from inspectors.pdf.signed import signed
from inspectors.pdf.trail import Walk
from inspectors.pdf.walk import walk
from inspectors.pdf.wishes import Wishes, sorted_out

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
    wishes = sorted_out(seen, _in_text(content, seen, edits), edits)
    refused = tuple(wishes.refused)
    if not wishes.done:
        return (), refused
    data = changed(content, file, seen, wishes)
    end = Span(len(content), len(content))
    return (Replacement(end, (data,), tuple(wishes.done)),), refused


def changed(content: bytes, file: Base, seen: Walk, wishes: Wishes) -> bytes:
    """The bytes to append so that the wished links lead to their new URLs, checked.

    Raises RefusedError or one of BROKEN. ``file`` is changed in memory and of no use afterwards.
    """
    cipher_ = cipher(file.pdf)
    counts = file.counts(shared(wishes.links) | cover.arrays(seen, wishes.texts))
    values = applied(file.pdf, plan(seen.found, wishes.links, counts))
    for ident in cover.covered(seen, wishes.texts, counts):
        values[ident] = file.pdf.get_object(ident)
    bodies = {ident: serialised(value, ident, cipher_) for ident, value in values.items()}
    data = revision(file.ground, bodies)
    texts = {ident: value.unparse(resolved=True) for ident, value in values.items()}
    check(file, seen, content + data, texts, wishes)
    return data


def _in_text(content: bytes, seen: Walk, edits: Sequence[Edit]) -> frozenset[TextHandle]:
    """The URLs in page text, where an edit speaks of one."""
    if not any(isinstance(each.link.handle, TextHandle) for each in edits):
        return frozenset()
    links = pagetext("", content, seen)[1].links
    return frozenset(link.handle for link in links if isinstance(link.handle, TextHandle))
