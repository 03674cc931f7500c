"""Values shared by the modules of the PDF inspector.

Does not touch pikepdf: a place is told in numbers and keys, so that it can cross a process boundary.
"""

from __future__ import annotations

from dataclasses import dataclass

ObjectId = tuple[int, int]
"""Object number and generation of an indirect object."""

Key = str | int
"""A dictionary key with its slash, or an array index."""


class UnreadableError(Exception):
    """The file cannot be looked into; the arguments are the reason in words and its ``Skipped.kind``."""

    def __init__(self, words: str, kind: str = "broken") -> None:
        super().__init__(words)
        self.kind = kind


class RefusedError(Exception):
    """The file or link cannot be changed; the argument is the reason in words."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: an indirect object and the keys that lead from it to the value."""

    number: int
    generation: int
    path: tuple[Key, ...] = ()
    """Empty where the value is the indirect object itself."""

    @property
    def object(self) -> ObjectId:
        return (self.number, self.generation)

    def into(self, key: Key) -> Place:
        """The direct value under ``key``."""
        return Place(self.number, self.generation, (*self.path, key))


@dataclass(frozen=True, slots=True)
class PdfHandle:
    """Where a link hangs, what it does, and where its URL stands.

    Holder, action and URL may lie in one object or in three; several holders may share an action, several
    actions a string.
    """

    holder: Place
    """What has the action: an annotation, another action, an outline item, a name tree's array."""
    action: Place
    """The action; the file specification or stream where there is none."""
    uri: Place
    """The string, or the value that the string was found in."""
    key: Key = "/A"
    """Under which the holder has the action; "" where the holder is the action itself."""
    kind: str = "uri"
    """"uri": a string that is the URL. "action": the URL is what another kind of action does. "file": a file
    specification. "text": found in text that is not taken apart."""
    role: str = "annotation"
    """How a reader comes to it: "annotation", "outline", "name", "filespec", "unreached" by a click, if at
    all; "next", "openaction", "additional", "script" without one."""
    part: int = 0
    """Counts the links of one holder and key."""

    @property
    def slot(self) -> Place:
        """The holder's entry for the action."""
        return self.holder.into(self.key) if self.key != "" else self.holder


Box = tuple[float, float, float, float]
"""Left, bottom, right, top in the page's own units (1/72 inch unless the page says otherwise)."""


@dataclass(frozen=True, slots=True)
class TextHandle:
    """Where a URL stands in the text of a page."""

    page: int
    """From 1."""
    start: int
    """Its first character, counted in the page's text as PDFium orders it."""
    boxes: tuple[Box, ...]
    """One for each line."""


@dataclass(frozen=True, slots=True)
class CodeHandle:
    """A URL in a QR code or barcode; it is never changed, so that this only tells codes apart."""

    page: int
    """From 1."""
    code: str
    """Its text."""
    part: int = 0
    """Counts the URLs in one code's text."""


@dataclass(frozen=True, slots=True)
class Found:
    """A place with a URL."""

    handle: PdfHandle
    page: int
    """From 1; 0 for what belongs to no page."""
    value: bytes
    """The string as the file means it: unescaped and decrypted, not yet made into characters. UTF-8 where it
    was taken out of a text."""
    place: str = "annotation"
    """What ``Link.place`` says after the colon."""
