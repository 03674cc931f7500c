"""Changing: edits to an appended revision, or to reasons why not.

Does not know the transfer encoding the PDF travels in; whoever appends the revision does.
"""

from __future__ import annotations

from collections.abc import Sequence

from inspectors.model import Edit, Replacement, Span
from inspectors.pdf import cover, limits
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
from inspectors.pdf.structure import lost_end
from inspectors.pdf.trail import Walk
from inspectors.pdf.walk import walk
from inspectors.pdf.wishes import Wishes, sorted_out

Answer = tuple[tuple[Replacement, ...], tuple[tuple[Edit, str], ...]]


def edit(path: str, content: bytes, edits: Sequence[Edit]) -> Answer:
    """One replacement that appends a revision carrying out ``edits``, and the edits refused with reasons.

    Signatures stay valid over what is appended (ISO 32000-2 section 12.8.1), but viewers then say that the
    document was changed: whether a signed file may be changed is for the caller to say.
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
        return _apart(content, edits, str(error), error)
    except BROKEN as error:
        return _apart(content, edits, "the PDF is broken beyond changing", error)


def _apart(content: bytes, edits: Sequence[Edit], reason: str, error: Exception) -> Answer:
    """The edits that can be made once those are left out that cannot: one must not shield the others.

    Looks at so many only as a message with one odd link or a few has.
    """
    if isinstance(error, UnreadableError) or not 1 < len(edits) <= limits.APART:
        return (), tuple((each, reason) for each in edits)
    refused: list[tuple[Edit, str]] = []
    for each in edits:
        refused += edit("", content, [each])[1]
    blamed = {id(each) for each, _ in refused}
    left = [each for each in edits if id(each) not in blamed]
    if not refused:
        return (), tuple((each, reason) for each in edits)
    made, more = edit("", content, left) if left else ((), ())
    return made, (*refused, *more)


def _edit(content: bytes, edits: Sequence[Edit]) -> Answer:
    try:
        return _revised(content, edits)
    except UnreadableError as error:
        end = lost_end(content) if error.kind == "broken" else b""
        if not end:
            raise
    return _revised(content, edits, end)


def _revised(content: bytes, edits: Sequence[Edit], lost: bytes = b"") -> Answer:
    """``lost`` goes between the content and the revision."""
    at = Span(len(content), len(content))
    content += lost
    file = base(content)
    seen = walk(file.pdf)
    rest(file.pdf, seen, file.objects.items())
    wishes = sorted_out(seen, _in_text(content, seen, edits), edits)
    refused = tuple(wishes.refused)
    if not wishes.done:
        return (), refused
    data = changed(content, file, seen, wishes)
    return (Replacement(at, (lost + data,), tuple(wishes.done)),), refused


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
