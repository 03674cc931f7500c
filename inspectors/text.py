"""Links in text/plain: reading them by the grammar of ``textgrammar.py``, and putting others in their place.

Does not find links itself, does not join lines except where format=flowed says that they are one, and does
not change links that stand in a uuencoded file inside the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from inspectors import charsets, flowed, limits, urls, uuencode
from inspectors.model import Edit, Flag, Leaf, Link, Reading, Replacement, Skipped, Span
from inspectors.textgrammar import Found, find, may_hold_link

__all__ = [
    "TOO_LONG", "TextHandle", "charset_flags", "edit", "find", "may_hold_link", "read", "readable",
    "replacements",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class TextHandle:
    """Where a link stands in the characters of its leaf."""

    span: Span
    """Line ends inside the link included."""


TOO_LONG = f"a link of more than {limits.URL_CHARACTERS} characters"
TOO_BROKEN = f"more than {limits.SOFT_BREAKS} soft line breaks"
_LINES = frozenset(("", "7bit", "8bit"))
"""Encodings in which the lines of the content are those of the message."""


def read(leaf: Leaf, content: bytes) -> Reading:
    """The links of a text leaf, and the files that stand in it uuencoded."""
    return _read(leaf, content, None)


def read_new(leaf: Leaf, content: bytes, is_new: Callable[[str, str], bool]) -> Reading:
    """The same, but of the links only those whose URL and host ``is_new``.

    For texts most of whose links are known: making links is half the work.
    """
    return _read(leaf, content, is_new)


def _read(leaf: Leaf, content: bytes, is_new: Callable[[str, str], bool] | None) -> Reading:
    if len(content) > limits.TEXT_BYTES:
        return Reading(skipped=(Skipped(leaf.path, f"text longer than {limits.TEXT_BYTES} bytes", "limit"),))
    view = charsets.view(content, leaf.charset)
    joined = flowed.joined(view.text) if leaf.flowed == "delsp" and leaf.type == "text/plain" else None
    links: list[Link] = []
    reasons: set[str] = set() if joined is None or joined.complete else {TOO_BROKEN}
    number = 0
    for span, written, url in find(view.text) if joined is None else _found(joined, view.text):
        if number > limits.LINKS:
            break  # the message says so
        if url is None:
            reasons.add(TOO_LONG)
            continue
        number += 1
        if is_new is not None and not is_new(url.href, url.host):
            continue
        links.append(Link(leaf.path, url.href, readable(written), "", "text", TextHandle(span), url.host))
    skipped = tuple(Skipped(leaf.path, reason, "limit") for reason in sorted(reasons))
    uuencoded = content.startswith(b"begin") or b"\nbegin" in content
    inside = uuencode.members(content) if uuencoded else ()
    return Reading(tuple(links), skipped, charset_flags(leaf, view), inside)


def _found(joined: flowed.Joined, characters: str) -> Iterator[Found]:
    """Links with their places in the characters as they came, line ends inside them included."""
    for span, _, url in find(joined.text):
        place = joined.place(span)
        yield place, characters[place.start : place.end], url


def readable(text: str) -> str:
    """Lone surrogates, which stand for undecodable bytes, shown as replacement characters."""
    return text if text.isascii() else urls.without_surrogates(text)


def charset_flags(leaf: Leaf, view: charsets.View) -> tuple[Flag, ...]:
    """A flag where the charset label was not understood."""
    if not view.unknown:
        return ()
    return (
        Flag("charset-unknown", leaf.path, f"The charset {view.unknown[:40]!r} is unknown; read as UTF-8."),
    )


def edit(
    leaf: Leaf, content: bytes, edits: Sequence[Edit]
) -> tuple[tuple[Replacement, ...], tuple[tuple[Edit, str], ...]]:
    """Replacements that put the new URLs where the old ones stand, and edits that cannot be made."""
    view = charsets.view(content, leaf.charset)
    places: list[Span] = []
    for each in edits:
        assert isinstance(each.link.handle, TextHandle)
        places.append(each.link.handle.span)
    made, refused = replacements(view, content, edits, places, str)
    if leaf.flowed and leaf.transfer in _LINES and leaf.type == "text/plain":
        made = tuple(_with_break(leaf, view, each) for each in made)
    return made, refused


def _with_break(leaf: Leaf, view: charsets.View, made: Replacement) -> Replacement:
    """In format=flowed a soft break may stand in front of the link, which shows nothing.

    For a line that would otherwise grow too long.
    """
    (edit,) = made.edits
    assert isinstance(edit.link.handle, TextHandle)
    soft = flowed.soft_break(view.text, edit.link.handle.span.start, delsp=leaf.flowed == "delsp")
    if not soft:
        return made
    return replace(made, choices=(*made.choices, *(view.encode(soft + url) for url in edit.urls)))


def replacements(
    view: charsets.View,
    content: bytes,
    edits: Sequence[Edit],
    places: Sequence[Span],
    written: Callable[[str], str],
) -> tuple[tuple[Replacement, ...], tuple[tuple[Edit, str], ...]]:
    """Put the edits' URLs, as ``written`` spells them, at these places in the characters of the view."""
    made: list[Replacement] = []
    refused: list[tuple[Edit, str]] = []
    for each, span in zip(edits, view.spans(content, places), strict=True):
        if span is None:
            refused.append((each, f"the link has no bytes of its own in {view.codec} text"))
        else:
            shift = view.resumed(content, span.end)
            choices = tuple(view.encode(written(url)) + shift for url in each.urls)
            made.append(Replacement(span, choices, (each,)))
    return tuple(made), tuple(refused)
