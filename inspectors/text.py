"""Links in plain text: what mail clients make clickable.

A link is a scheme with ``://``, or a host that begins with ``www.``. It ends at white space, at quotes and
angle brackets, and before punctuation that more likely belongs to the sentence; a closing bracket belongs to
it only where it was opened inside.

Does not make a link of bare dotted words (``bit.ly/x`` comes with the text grammar of a later step), does
not join links over lines, and does not undo format=flowed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from inspectors import charsets, limits, urls
from inspectors.model import Edit, Flag, Leaf, Link, Reading, Replacement, Skipped, Span

_STOP = r"\s<>\"\x00-\x20\x7f\u00a0\u2028\u2029\u3000\u200b\ufeff«»“”„‹›"
_START = re.compile(
    rf"(?<![A-Za-z0-9])(?:(?:https?|ftp)://|(?<![.@/_-])www\.(?=[^{_STOP}.]))[^{_STOP}]{{1,{limits.URL_CHARACTERS}}}",
    re.IGNORECASE,
)
_HINT = re.compile(r"://|www\.", re.IGNORECASE)
_TRAILING = ".,;:!?'’‘`*_~|…)]}、。，；：！？）】」"
_PAIRS = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True, slots=True)
class TextHandle:
    """Where a link stands in the characters of its leaf."""

    span: Span
    scheme_written: bool
    """False where a client adds ``http://`` in front."""


def find(text: str) -> Iterator[tuple[Span, str, urls.Url]]:
    """Each link in ``text``: its characters, them as a string, and the URL a client opens for it."""
    if not _HINT.search(text):
        return
    for match in _START.finditer(text):
        written = _trimmed(match.group())
        bare = written[:4].lower() == "www."
        url = urls.read("http://" + written if bare else written)
        if url is None or ("." not in url.host and bare):
            continue
        yield Span(match.start(), match.start() + len(written)), written, url


def _trimmed(written: str) -> str:
    """Cut the punctuation at the end that belongs to the sentence around the link."""
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
    for span, written, url in find(view.text):
        if len(links) >= limits.LINKS:
            over = Flag("limit", leaf.path, f"More than {limits.LINKS} links.")
            return Reading(tuple(links), (Skipped(leaf.path, "links over the limit"),), (over,))
        handle = TextHandle(span, written[:4].lower() != "www.")
        links.append(Link(leaf.path, url.href, readable(written), "", "text", handle, url.host))
    return Reading(tuple(links), flags=charset_flags(leaf, view))


def readable(text: str) -> str:
    """Lone surrogates, which stand for undecodable bytes, shown as replacement characters."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


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
    if not view.proves(content):
        return (), tuple(
            (each, f"the charset {leaf.charset or 'utf-8'} does not map back exactly") for each in edits
        )
    made: list[Replacement] = []
    refused: list[tuple[Edit, str]] = []
    for each in edits:
        handle = each.link.handle
        assert isinstance(handle, TextHandle)
        span = view.span(handle.span)
        if span is None:
            refused.append((each, f"links in {view.codec} text are not rewritten"))
        else:
            made.append(Replacement(span, tuple(view.encode(url) for url in each.urls), (each,)))
    return tuple(made), tuple(refused)
