"""What a leaf's labels say it is: media type and file name.

Does not look at the content.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from inspectors.model import Leaf

_SHOWN = ("text/plain", "text/html", "application/xhtml+xml")


def shown_in_place(leaf: Leaf) -> bool:
    """Whether readers show it as text or a page, whatever its name: then a file name must not turn it into a
    format whose links are only listed."""
    return leaf.type in _SHOWN and (leaf.disposition != "attachment" or leaf.type != "text/plain")


@lru_cache(maxsize=256)
def ending(name: str) -> str:
    """The file name's last ending in lower case with its dot; Windows drops dots and blanks behind it.

    A dozen formats ask it of each attachment.
    """
    name = name.rstrip(". \t\0").lower()
    dot = name.rfind(".")
    return name[dot:] if dot >= 0 else ""


def says(leaf: Leaf, types: Collection[str], endings: Collection[str]) -> bool:
    """Whether the media type or the file name says so."""
    return leaf.type in types or (not shown_in_place(leaf) and ending(leaf.filename) in endings)
