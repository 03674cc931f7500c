"""What a walk through a PDF keeps, and the step from a value to the next.

Does not know which keys to follow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pikepdf

from inspectors.pdf import limits
from inspectors.pdf.model import Found, Key, Place

Stop = tuple[Place, pikepdf.Object]
"""A value and where it stands."""


@dataclass(slots=True)
class Walk:
    """What was come across; filled by ``walk`` and ``rest``."""

    found: list[Found] = field(default_factory=list)
    base: str = ""
    """The catalogue's /URI /Base (ISO 32000-2 section 12.6.4.8)."""
    pages: int = 0
    limits: dict[str, str] = field(default_factory=dict)
    """Bounds reached and parts that could not be read, in words, each with its ``Skipped.kind``."""
    signed: bool = False
    """Whether an annotation of a page is a signature field with a byte range."""
    embedded: list[Stop] = field(default_factory=list)
    """File specifications with embedded files, and streams of such files that none of them has."""
    sheets: list[Stop] = field(default_factory=list)
    """The pages."""
    annotations: list[tuple[int, Stop]] = field(default_factory=list)
    """With their page's number."""
    seen: set[Place] = field(default_factory=set)
    """Actions and file specifications that were read."""
    texts: set[Place] = field(default_factory=set)
    """Dictionaries and streams whose other strings were read."""
    actions: int = 0
    targets: int = 0
    script_bytes: int = 0

    def limit(self, words: str, kind: str = "limit") -> None:
        """Say that something was left out, once."""
        self.limits.setdefault(words, kind)

    def add(self, found: Found) -> None:
        """Take a link, unless there are too many."""
        if found.place != "annotation":
            self.targets += 1
            if self.targets > limits.TARGETS:
                self.limit(f"more than {limits.TARGETS} links outside annotations, the rest is not read")
                return
        self.found.append(found)


def step(place: Place, container: pikepdf.Object, key: Key) -> Stop | None:
    """The value under ``key``, found in its own object where it is indirect; None where there is none."""
    value = container[key] if isinstance(key, int) else entry(container, key)
    if value is None:
        return None
    return (Place(*value.objgen), value) if value.is_indirect else (place.into(key), value)


def entry(container: pikepdf.Object, key: str) -> pikepdf.Object | None:
    """The value under a key that may be no text; pikepdf gives such keys and does not take them."""
    if key.isascii() or key.encode("utf-8", "replace") == key.encode("utf-8", "surrogateescape"):
        return container.get(key)
    return next((value for other, value in container.items() if other == key), None)


def dictionary(stop: Stop | None) -> Stop | None:
    """The stop if it is a dictionary."""
    return stop if stop is not None and isinstance(stop[1], pikepdf.Dictionary) else None


def entries(stop: Stop | None, most: int) -> Iterator[tuple[int, Stop]]:
    """The first values of an array with their indices; none where it is no array."""
    if stop is None or not isinstance(stop[1], pikepdf.Array):
        return
    for index in range(min(len(stop[1]), most)):
        value = step(*stop, index)
        if value is not None:
            yield index, value


def catalogue(pdf: pikepdf.Pdf) -> Stop | None:
    """The document's root; None where it is no dictionary."""
    root = pdf.trailer.get("/Root")
    return (Place(*root.objgen), root) if isinstance(root, pikepdf.Dictionary) else None
