"""Every PDF of a message, those in other files included, as decoded bytes: for showing them to people.

Does not read links, and does not change anything.
"""

from __future__ import annotations

from collections.abc import Iterator

from inspectors import gathering, limits, message, mime, registry, transfer
from inspectors.model import Leaf

_NAMED_IN = 1024


def pdfs(raw: bytes, wanted: str = "") -> Iterator[tuple[str, bytes]]:
    """Path, as in ``Link.leaf``, and content of each PDF in a message; only ``wanted`` where it is given.

    Files within files are gone through to the depth and number that reading has.
    """
    for top in mime.read(raw).message.leaves:
        if _leads(top.path, wanted):
            yield from _through(top, transfer.decode(raw, top).content, wanted)


def bare(raw: bytes, wanted: str = "") -> Iterator[tuple[str, bytes]]:
    """The same for a PDF without a message around it, whose own path is empty."""
    return _through(message.bare(raw), raw, wanted)


def _through(top: Leaf, content: bytes, wanted: str) -> Iterator[tuple[str, bytes]]:
    left = limits.INSIDE_FILES
    waiting: list[tuple[Leaf, bytes, int]] = [(top, content, 0)]
    while waiting:
        leaf, data, depth = waiting.pop()
        inspector = registry.inspector(leaf, data[:_NAMED_IN])
        if inspector is None:
            continue
        if inspector.name == "pdf" and wanted in ("", leaf.path):
            yield leaf.path, data
        if not inspector.heavy or depth >= limits.INSIDE_DEPTH:
            continue
        reading = (inspector.light or inspector.read)(leaf, data)
        inside = [each for each in gathering.within(leaf, reading.inside) if _leads(each[0].path, wanted)]
        left -= len(inside)
        if left < 0:
            return
        waiting += ((each, data, depth + 1) for each, data in reversed(inside))


def _leads(path: str, wanted: str) -> bool:
    """Whether a file is the wanted one or may have it inside."""
    return not wanted or wanted == path or wanted.startswith(path + "/")
