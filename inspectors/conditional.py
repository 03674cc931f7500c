"""Outlook's conditional comments (``<!--[if mso]> … <![endif]-->``): pages in a page, shown by Word's engine.

To browsers they are comments; Outlook for Windows shows what stands in them, so their links are links. What
stands outside in the "revealed" form (``<![if !mso]> … <![endif]>``) is in the tree already.

Does not evaluate conditions: whatever the condition says, the content is read.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from turbohtml import Comment, Document

from inspectors import limits

_COMMENT = re.compile(r"<!--(?=\s{0,40}\[\s{0,40}if\b)(.*?)(?:--!?>|\Z)", re.DOTALL | re.IGNORECASE)
_CONDITION = re.compile(r"\s{0,40}\[\s{0,40}if\b", re.IGNORECASE)
_MAY_STAND = re.compile(r"\[\s{0,40}if", re.IGNORECASE)
_HEAD = re.compile(r"\s{0,40}\[[^\]>]*\]?\s{0,40}>?")
_INNER = re.compile(r"<!--(?=\s{0,40}\[\s{0,40}if\b)[^>]{0,200}>?", re.IGNORECASE)
_OF_INTEREST = re.compile(r"href|src|action|background|data\s*=|ping|url|refresh|codebase", re.IGNORECASE)
_FIRST_TAG = re.compile(r"\s*<(td|th|tr|tbody|thead|tfoot)\b", re.IGNORECASE)
_AROUND = {"td": "<table><tr>", "th": "<table><tr>"}


@dataclass(frozen=True, slots=True)
class Conditional:
    """The content of one conditional comment."""

    source: str
    """As a page of its own: what stands before the content is needed for reading it alone (a table around
    a cell), and inner conditions are blanked."""
    added: int
    """Characters of ``source`` that the page does not have."""
    start: int
    """Where the content begins in the page's newline-normalised text; -1 where that is not known."""
    line: int
    column: int


def too_many(document: Document) -> bool:
    """Whether the page has more than are read."""
    nodes = document.xpath("//comment()")
    assert isinstance(nodes, list)
    number = sum(isinstance(node, Comment) and _CONDITION.match(node.data) is not None for node in nodes)
    return number > limits.COMMENTS


def may_stand_in(page: str) -> bool:
    """Quickly, whether there can be any."""
    return _MAY_STAND.search(page) is not None


def comments(page: str, document: Document) -> Iterator[Conditional]:
    """The conditional comments of a page, those that can hold no link left out; at most ``limits.COMMENTS``.

    ``page`` has its line ends normalised, ``document`` is its tree. The tree tells what is a comment, and the
    text where it stands; where the text has it more often than the tree (in a script), its place is unknown.
    """
    nodes = document.xpath("//comment()")
    assert isinstance(nodes, list)
    found = [node.data for node in nodes if isinstance(node, Comment) and _CONDITION.match(node.data)]
    if not any(map(_OF_INTEREST.search, found)):
        return
    places: dict[str, list[int]] = {}
    for match in _COMMENT.finditer(page):
        places.setdefault(match.group(1).replace("\0", "\ufffd"), []).append(match.start(1))
    times: dict[str, int] = {}
    for data in found:
        times[data] = times.get(data, 0) + 1
    used: dict[str, int] = {}
    lines = _Lines(page)
    for data in found[: limits.COMMENTS]:
        number = used.get(data, 0)
        used[data] = number + 1
        if not _OF_INTEREST.search(data):
            continue
        known = places.get(data, [])
        start = known[number] if len(known) == times[data] else -1
        yield _comment(data, start, lines)


def _comment(data: str, start: int, lines: _Lines) -> Conditional:
    head = _HEAD.match(data)
    cut = head.end() if head else 0
    inner = _INNER.sub(lambda match: " " * len(match.group()), data[cut:])
    first = _FIRST_TAG.match(inner)
    added = _AROUND.get(first.group(1).lower(), "<table>") if first else ""
    if start >= 0:
        line, column = lines.position(start)
        start += cut
    else:
        line, column = lines.last, 0
    return Conditional(added + inner, len(added), start, line, column)


class _Lines:
    """Lines, counted from 1, and columns, from 0, of places in a text."""

    def __init__(self, page: str) -> None:
        self._starts = [0]
        at = page.find("\n")
        while at >= 0:
            self._starts.append(at + 1)
            at = page.find("\n", at + 1)
        self.last = len(self._starts) + 1

    def position(self, place: int) -> tuple[int, int]:
        line = bisect_right(self._starts, place)
        return line, place - self._starts[line - 1]
