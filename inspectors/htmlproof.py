"""A second, independent opinion on changed HTML: BeautifulSoup on lxml, before against after, in step.

The parser shares no code with the one that found and placed the links. Never html.parser, which is quadratic
on hostile input.

Does not find links, and does not say what a browser shows: libxml2 need only agree with itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import zip_longest

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, Tag
from lxml import etree

from inspectors import limits

Step = tuple[str, Mapping[str, str], str]
"""Name of an element or kind of text; attributes; text."""

_CONTROLS = dict.fromkeys((*range(9), 11, *range(14, 32), 127, 65534, 65535), "�") | {12: " "}
"""Characters at which libxml2 may stop; a form feed is a blank to browsers, and to libxml2 none."""
TOO_DEEP = f"a second parser does not read HTML nested more than {limits.SOUP_DEPTH} deep"
TOO_LONG = f"a second parser does not read HTML of more than {limits.PROVED_STEPS} tags and texts"
UNSEEN = "a second parser does not see the rewritten link"
OTHERWISE = "a second parser sees something else changed"


def differences(before: str, after: str, done: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """What is different besides values and texts in which a new URL was put; empty where nothing is.

    ``before`` and ``after`` are whole pages. ``done`` has the spellings of each new URL: one of each must be
    seen to have arrived. A page that the second parser cannot take gives a difference that says so: what is
    not proved is not sent. Linear in the length of the pages.
    """
    new = _New(done)
    try:
        old, now = _events(before), _events(after)
    except _UnreadError as error:
        return (str(error),)
    problem = _compared(old, now, new)
    if not problem and len(old) <= limits.SOUP_STEPS:
        problem = _compared(list(_walk(before)), list(_walk(after)), new)
    return (problem,) if problem else ()


class _New:
    """The new URLs, to be recognised in values and texts."""

    def __init__(self, done: Sequence[Sequence[str]]) -> None:
        self.done = done
        urls = {url for each in done for url in each}
        spelled = sorted({*urls, *(escape(url) for url in urls)}, key=len, reverse=True)
        # A URL may have been put on a line of its own.
        self._pattern = re.compile(r"\s*(" + "|".join(map(re.escape, spelled)) + r")\s*")

    def replaced(self, before: str, after: str) -> set[str]:
        """The URLs that were put into ``before`` to make ``after``; none where something else happened.

        What stands between them must be there still, in order.
        """
        found = {match.group(1) for match in self._pattern.finditer(after)}
        if not found:
            return set()
        pieces = [piece.strip() for piece in self._pattern.split(after)[::2]]
        place, old = 0, before.strip()
        if not old.startswith(pieces[0]) or not old.endswith(pieces[-1]):
            return set()
        for piece in pieces:
            at = old.find(piece, place)
            if at < 0:
                return set()
            place = at + len(piece)
        return found if len("".join(pieces)) <= len(old) else set()


def _compared(before: Sequence[Step], after: Sequence[Step], new: _New) -> str:
    """The first difference that no new URL explains; empty where there is none and each URL was seen."""
    seen: set[str] = set()
    for old, now in zip_longest(before, after):
        if old == now:
            continue
        found = _explained(old, now, new) if old and now else set()
        if not found:
            return OTHERWISE
        seen |= found
    return "" if all(any(url in seen or escape(url) in seen for url in each) for each in new.done) else UNSEEN


def _explained(old: Step, now: Step, new: _New) -> set[str]:
    """The URLs by whose arrival two steps differ; none where they differ otherwise."""
    if old[0] != now[0] or list(old[1]) != list(now[1]):
        return set()
    pairs = [(old[2], now[2]), *zip(old[1].values(), now[1].values(), strict=True)]
    found: set[str] = set()
    for was, became in pairs:
        if was != became:
            urls = new.replaced(was, became)
            if not urls:
                return set()
            found |= urls
    return found


class _UnreadError(Exception):
    """More than is compared; the words say of what."""


class _Events:
    """What lxml's parser reports, text joined."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._text: list[str] = []
        self._depth = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._flush()
        self._depth += 1
        if self._depth > limits.SOUP_DEPTH:
            raise _UnreadError(TOO_DEEP)
        if len(self.steps) > limits.PROVED_STEPS:
            raise _UnreadError(TOO_LONG)
        self.steps.append((tag, dict(attributes), ""))

    def end(self, tag: str) -> None:
        self._flush()
        self._depth -= 1
        self.steps.append((f"/{tag}", {}, ""))

    def data(self, data: str) -> None:
        self._text.append(data)

    def comment(self, text: str) -> None:
        self._flush()
        self.steps.append(("#comment", {}, text))

    def pi(self, target: str, data: str | None = None) -> None:
        self._flush()
        self.steps.append(("#instruction", {}, f"{target} {data or ''}"))

    def close(self) -> list[Step]:
        self._flush()
        return self.steps

    def _flush(self) -> None:
        if self._text:
            self.steps.append(("#text", {}, "".join(self._text)))
            self._text.clear()


def _bytes(page: str) -> bytes:
    return page.translate(_CONTROLS).encode("utf-8", "replace")


def _events(page: str) -> list[Step]:
    target = _Events()
    parser = etree.HTMLParser(target=target, encoding="utf-8", huge_tree=True)
    try:
        parser.feed(_bytes(page))
        parser.close()
    except etree.LxmlError:
        target.close()  # an empty page, say; what was reported so far is compared
    return target.steps


def _walk(page: str) -> Iterator[Step]:
    """The soup in document order, without recursion."""
    soup = BeautifulSoup(_bytes(page), "lxml", from_encoding="utf-8", multi_valued_attributes=None)
    node: PageElement | None = soup.contents[0] if soup.contents else None
    while node is not None:
        if isinstance(node, Tag):
            yield node.name, {name: str(value) for name, value in node.attrs.items()}, ""
        elif isinstance(node, NavigableString):
            yield f"#{type(node).__name__}", {}, str(node)
        node = node.next_element
