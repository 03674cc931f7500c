"""Links in what the smaller formats hold: a value that is a URL, a text, the bytes of a binary file.

For formats whose links are only listed: the handle is the link's number in its leaf.

Does not know any format.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from inspectors import limits, text, urls
from inspectors.model import Flag, Inside, Leaf, Link, Reading, Skipped

_ASCII = re.compile(rb"(?:https?|ftp|file)://[\x21\x23-\x3b\x3d\x3f-\x7e]{1,8192}", re.IGNORECASE)
_WIDE = re.compile(
    rb"(?:h\0t\0t\0p\0(?:s\0)?|f\0t\0p\0|f\0i\0l\0e\0):\0/\0/\0(?:[\x21\x23-\x3b\x3d\x3f-\x7e]\0){1,8192}",
    re.IGNORECASE,
)
_UNC = re.compile(r"\\\\[^\\/\s\"<>|]+\\[^\"<>|\r\n]*")


@dataclass(slots=True)
class Finds:
    """What one reading gathers."""

    leaf: Leaf
    links: list[Link] = field(default_factory=list)
    skipped: dict[Skipped, None] = field(default_factory=dict)
    flags: dict[Flag, None] = field(default_factory=dict)
    inside: list[Inside] = field(default_factory=list)

    @property
    def full(self) -> bool:
        """More links than a message may have; the message says so."""
        return len(self.links) > limits.LINKS

    def url(self, value: str, place: str, shown: str = "", *, text_too: bool = True) -> bool:
        """A value that is meant to be a URL; one without a scheme is looked through like text."""
        value = value.strip().strip('"<>')
        if urls.too_long(value):
            self.skip(text.TOO_LONG, "limit")
            return False
        unc = _UNC.match(value)
        read = urls.read("file:" + unc.group().replace("\\", "/")) if unc else urls.read(value)
        if read is not None:
            self.add(read, value, place, shown)
            return True
        return self.text(value, place) if text_too else False

    def text(self, words: str, place: str) -> bool:
        """Links that clients find in text."""
        before = len(self.links)
        for _, written, url in text.find(words):
            if url is None:
                self.skip(text.TOO_LONG, "limit")
            elif self.full:
                break
            else:
                self.add(url, written, place, "")
        return len(self.links) > before

    def binary(self, content: bytes, place: str) -> None:
        """URLs that stand in a binary file as ASCII or UTF-16, each once."""
        seen = set()
        for value in literals(content):
            if value not in seen and not self.full:
                seen.add(value)
                self.url(value, place, text_too=False)

    def skip(self, reason: str, kind: str) -> None:
        self.skipped[Skipped(self.leaf.path, reason, kind)] = None

    def flag(self, name: str, words: str) -> None:
        self.flags[Flag(name, self.leaf.path, words)] = None

    def add(self, url: urls.Url, written: str, place: str, shown: str = "") -> None:
        if self.full:
            return
        shown = text.readable(" ".join(shown.split())[: limits.SHOWN_CHARACTERS])
        written = text.readable(written)
        self.links.append(Link(self.leaf.path, url.href, written, shown, place, len(self.links), url.host))

    def reading(self) -> Reading:
        return Reading(tuple(self.links), tuple(self.skipped), tuple(self.flags), tuple(self.inside))


def literals(content: bytes) -> Iterator[str]:
    """URLs in binary data: with a scheme, of printable ASCII, one or two bytes a character."""
    for match in _ASCII.finditer(content):
        yield match.group().decode("ascii")
    for match in _WIDE.finditer(content):
        yield match.group().decode("utf-16-le")
