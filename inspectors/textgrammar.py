"""The grammar of links in plain text: what mail clients make clickable.

A link is one of

- ``http://``, ``https://`` or ``ftp://`` and what follows, in any case, whatever the host;
- a host that begins with ``www.``;
- a bare host under a public suffix, followed by a path, query or fragment (``example.com/x``), or an IPv4
  address in four decimals followed by a path that begins with a letter (a digit there makes
  ``10.0.0.0/8``). It opens over http. Where the top-level domain is also the ending of source files
  (``setup.py/x``), host or path must say more: ``barehost.py``.

It ends at white space, at quotes of any language and angle brackets, and before punctuation that more
likely belongs to the sentence; a closing bracket belongs to it only where it was opened inside. Between
angle brackets it goes on over line ends (RFC 3986 appendix C); where these stand in its host, what opens is
its first line.

Judged by the link-detection cases of linkify-it, twitter-text and CommonMark we differ, on purpose, in:

- bare hosts without path (``example.com``): theirs are links; in mail they are mostly names, and none of the
  large mail clients agree on them;
- ``//example.com/x`` and ``4.4.4.4``: linkify-it links them, mail clients do not;
- mailto and addresses: they lead to no host;
- hosts with a scheme under any top-level domain, with underscores or leading hyphens, and behind ``@``,
  ``#`` or ``_``: links here, because a browser opens them;
- text in Chinese, Japanese or Korean directly behind a link belongs to it, as in linkify-it; twitter-text
  ends it there. In front of a bare host it does not, as in twitter-text.

Does not undo format=flowed (``flowed.py``), and does not make links of bare dotted words, file names, version
numbers, addresses, or defanged text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from inspectors import barehost, limits, suffixes, urls
from inspectors.model import Span

_STOP = (
    r"\s<>\"\x00-\x20\x7f\u00a0\u2028\u2029\u3000\u200b\ufeff"
    "«»“”„‟‹›「」『』《》〈〉【】〔〕（）｜"
)
_REST = re.compile(rf"[^{_STOP}]+")
_FURTHER = re.compile(rf"(?:[ \t]*+\r?\n[ \t]*+[^{_STOP}]++){{1,20}}+(?=\s*+>)")
_WIDE = frozenset("，。、；：！？")
_UP_TO_WIDE = re.compile(rf"[^{_STOP}，。、；：！？]+")
_MARKS = re.compile(rf"[()\[\]{{}}/?#{_STOP}]")
_OPENED = {"(": ")", "[": "]", "{": "}"}
_BRACKETS = "()[]{}"
_PATH = re.compile("[/?#]")
_AUTHORITY = re.compile(rf"[^{_STOP}/?#]+")
_HOST_CHARACTERS = 300
_BLANKS = re.compile(r"\s+")
_BEYOND_HOST = re.compile(r"(?:[A-Za-z]++://)?+[^/?#\s]+[/?#]")
_BROKEN = frozenset(" \t\r\n")
_LENGTHS = {"https": 5, "ftp": 3}
_ALPHANUMERIC = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
_TRAILING = ".,;:!?'’‘`*_|…)]}、。，；：！？】」"
_PAIRS = {")": "(", "]": "[", "}": "{"}


Found = tuple[Span, str, urls.Url | None]


def may_hold_link(text: str) -> bool:
    """Quickly, whether it is worth looking: most texts of a page hold none."""
    return "://" in text or barehost.may_hold(text)


def find(text: str) -> Iterator[Found]:
    """Each link in ``text``: its characters, them as a string, and the URL a client opens for it.

    The URL is None where the link is too long to be read; and for all the rest of a text in which more than
    ``limits.CANDIDATES`` places began like a link and were none. Spans ascend and do not overlap.
    """
    end = failed = 0
    for begin, body in _schemes(text):
        if begin < end:
            continue
        for start, behind in chain(barehost.places(text, end, begin), ((begin, body),)):
            if start < end:
                continue
            end, link = _link(text, start, behind)
            if link is not None:
                yield link
            elif (failed := failed + 1) > limits.CANDIDATES:
                yield Span(end, len(text)), text[end : end + limits.SHOWN_CHARACTERS], None
                return


def _schemes(text: str) -> Iterator[tuple[int, int]]:
    """Where links with a scheme may begin, and where what follows ``://`` begins; ascending, and the end of
    text.

    Looks for a fixed string: a pattern tried at every character costs more than all else about a text.
    """
    at = text.find("://")
    while at >= 0:
        before = text[max(0, at - 5) : at].lower()
        length = 4 if before.endswith("http") else _LENGTHS.get(before) or _LENGTHS.get(before[-3:], 0)
        if length and (at == length or text[at - length - 1] not in _ALPHANUMERIC):
            yield at - length, at + 3
        at = text.find("://", at + 3)
    yield len(text), len(text)


def _link(text: str, start: int, behind: int) -> tuple[int, Found | None]:
    """The link at ``start``, where there is one; and from where to look for the next one."""
    end = _end(text, start, behind)
    if end == behind:
        return start, None
    further = _further(text, start, end) if text[end : end + 1] in _BROKEN else 0
    if further:
        written, opened = text[start:further], _joined(text, start, end, further)
        end = further
    else:
        written = opened = _trimmed(text[start:end])
    url = _opened(opened, behind - start)
    if url is None and not urls.too_long(written):
        return end, None
    return end, (Span(start, start + len(written)), written, url)


def _end(text: str, start: int, behind: int) -> int:
    """Where the characters of the link at ``start`` end at the latest."""
    before = text[start - 1 : start]
    if before in _OPENED and (closing := _closing(text, behind, before)):
        return closing
    wide = None if text.isascii() else _UP_TO_WIDE.match(text, behind)
    at = len(text) if wide is None else wide.end()
    if at < len(text) and text[at] in _WIDE and not _goes_on(text, behind, at):
        return at
    rest = _REST.match(text, behind)
    return rest.end() if rest is not None else behind


def _closing(text: str, behind: int, opening: str) -> int:
    """Where the bracket closes that was opened in front of the link; 0 where that is not behind its host."""
    depth, path = 0, False
    for mark in _MARKS.finditer(text, behind):
        each = mark.group()
        if each in "/?#":
            path = True
        elif each == opening:
            depth += 1
        elif each == _OPENED[opening]:
            depth -= 1
            if depth < 0:
                return mark.start() if path else 0
        elif each not in _BRACKETS:
            return 0
    return 0


def _goes_on(text: str, behind: int, wide: int) -> bool:
    """Whether the full-width punctuation at ``wide`` is in the link's host, or in front of it.

    A browser reads an ideographic full stop as a dot. A sentence's ends the link, which it would otherwise
    swallow as far as the next blank, and in Chinese that is far.
    """
    if _PATH.search(text, behind, wide):
        return False
    whole = _AUTHORITY.match(text, behind, behind + _HOST_CHARACTERS)
    authority = whole.group() if whole is not None else ""
    if "@" in authority:
        return True
    host = authority.partition(":")[0].replace("。", ".")
    return text[wide] == "。" and suffixes.is_suffix(host.rpartition(".")[2])


def _opened(written: str, ahead: int) -> urls.Url | None:
    """The URL a client opens; ``ahead`` is more than 4 behind a scheme, 4 behind ``www.``, 0 for a host."""
    if ahead > 4:
        return urls.read(written)
    if ahead == 0 and not barehost.accepts(written):
        return None
    if ahead and written[4:5] in ("", "."):
        return None
    url = urls.read("http://" + written)
    return url if url is not None and "." in url.host else None


def _further(text: str, start: int, end: int) -> int:
    """Where a link that was broken over lines between angle brackets ends; 0 where it was not.

    What would be a link of its own to readers that do not join lines, is none that is joined.
    """
    if text[start - 1 : start] != "<" and text[max(0, start - 5) : start].upper() != "<URL:":
        return 0
    more = _FURTHER.match(text, end)
    if more is None or may_hold_link(more.group()):
        return 0
    return more.end()


def _joined(text: str, start: int, end: int, further: int) -> str:
    """The link without its line ends; only its first line where they stand in its host.

    Readers that do not join lines, and they are the most, then open the same host.
    """
    whole = text[start:end] + _BLANKS.sub("", text[end:further])
    beyond = _BEYOND_HOST.match(whole)
    return whole if beyond is not None and beyond.end() <= end - start + 1 else text[start:end]


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
