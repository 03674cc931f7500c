"""Links in plain text: what mail clients make clickable.

A link is a scheme with ``://``, or a host that begins with ``www.``. It ends at white space, at quotes and
angle brackets, and before punctuation that more likely belongs to the sentence; a closing bracket belongs to
it only where it was opened inside.

Does not make a link of bare dotted words (``bit.ly/x`` comes with the text grammar of a later step), does
not join links over lines, and does not undo format=flowed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from inspectors import charsets, limits, urls
from inspectors.model import Edit, Flag, Leaf, Link, Reading, Replacement, Skipped, Span

_STOP = r"\s<>\"\x00-\x20\x7f\u00a0\u2028\u2029\u3000\u200b\ufeff«»“”„‹›"
_REST = re.compile(rf"[^{_STOP}]+")
_LOWER = {ord("W"): "w"}
_SCHEMES = ("https", "http", "ftp")
_ALPHANUMERIC = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
_NOT_BEFORE_WWW = _ALPHANUMERIC | frozenset(".@/_-")
_TRAILING = ".,;:!?'’‘`*_|…)]}、。，；：！？）】」"
_PAIRS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True, slots=True)
class TextHandle:
    """Where a link stands in the characters of its leaf."""

    span: Span
    scheme_written: bool
    """False where a client adds ``http://`` in front."""


TOO_LONG = f"a link of more than {limits.URL_CHARACTERS} characters"


def may_hold_link(text: str) -> bool:
    """Quickly, whether it is worth looking: most texts of a page hold none."""
    return "://" in text or ("." in text and "www." in text.lower())


def find(text: str) -> Iterator[tuple[Span, str, urls.Url | None]]:
    """Each link in ``text``: its characters, them as a string, and the URL a client opens for it.

    The URL is None where the link is too long to be read.
    """
    if not may_hold_link(text):
        return
    end = 0
    for start, body in _starts(text):
        rest = _REST.match(text, body) if start >= end else None
        if rest is None:
            continue
        end = rest.end()
        written = _trimmed(text[start:end])
        bare = body - start == 4
        if bare and written[4:5] in ("", "."):
            continue
        url = urls.read("http://" + written if bare else written)
        if url is None and not urls.too_long(written):
            continue
        if url is not None and bare and "." not in url.host:
            continue
        yield Span(start, start + len(written)), written, url


def _starts(text: str) -> list[tuple[int, int]]:
    """Where links may begin, and where what follows ``://`` or ``www.`` begins; ascending.

    Looks for fixed strings: a pattern tried at every character costs more than all else about a text.
    """
    found: list[tuple[int, int]] = []
    at = text.find("://")
    while at >= 0:
        before = text[max(0, at - 5) : at].lower()
        for scheme in _SCHEMES:
            if before.endswith(scheme):
                start = at - len(scheme)
                if not start or text[start - 1] not in _ALPHANUMERIC:
                    found.append((start, at + 3))
                break
        at = text.find("://", at + 3)
    lower = text.lower()
    if len(lower) != len(text):  # one character of Turkish has two in lower case
        lower = text.translate(_LOWER)
    at = lower.find("www.")
    while at >= 0:
        if not at or text[at - 1] not in _NOT_BEFORE_WWW:
            found.append((at, at + 4))
        at = lower.find("www.", at + 4)
    found.sort()
    return found


def _trimmed(written: str) -> str:
    """Cut the punctuation at the end that belongs to the sentence around the link."""
    if written[-1] not in _TRAILING:
        return written
    end = len(written)
    counts = {closing: written.count(closing) - written.count(opening) for closing, opening in _PAIRS.items()}
    while end and (last := written[end - 1]) in _TRAILING:
        if last in _PAIRS:
            if counts[last] <= 0:
                break
            counts[last] -= 1
        end -= 1
    return written[:end]


def read(leaf: Leaf, content: bytes) -> Reading:
    """The links of a text/plain leaf."""
    if len(content) > limits.TEXT_BYTES:
        return Reading(skipped=(Skipped(leaf.path, f"text longer than {limits.TEXT_BYTES} bytes"),))
    view = charsets.view(content, leaf.charset)
    links: list[Link] = []
    skipped: tuple[Skipped, ...] = ()
    for span, written, url in find(view.text):
        if len(links) > limits.LINKS:
            break  # the message says so
        if url is None:
            skipped = (Skipped(leaf.path, TOO_LONG),)
            continue
        handle = TextHandle(span, written[:4].lower() != "www.")
        links.append(Link(leaf.path, url.href, readable(written), "", "text", handle, url.host))
    return Reading(tuple(links), skipped, charset_flags(leaf, view))


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
    return replacements(view, content, edits, places, str)


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
            made.append(Replacement(span, tuple(view.encode(written(url)) for url in each.urls), (each,)))
    return tuple(made), tuple(refused)
