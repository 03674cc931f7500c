"""From page to page and annotation to annotation.

Written as loops with counts: page trees of hostile files run in circles, branch without end or are
thousands of levels deep.

Does not look at what hangs elsewhere; ``elsewhere.py`` does.
"""

from __future__ import annotations

from collections.abc import Iterator

import pikepdf

from inspectors.pdf import limits, uri
from inspectors.pdf.actions import follow
from inspectors.pdf.model import ObjectId, Place
from inspectors.pdf.signed import signature
from inspectors.pdf.trail import Stop, Walk, step


def walk(pdf: pikepdf.Pdf) -> Walk:
    """The actions of all annotations, in page order; each annotation once, on the first page that has it.

    Raises one of ``document.BROKEN`` where the file cannot be read on.
    """
    walk = Walk(base=uri.characters(_base(pdf)))
    seen: set[Place] = set()
    left = limits.ANNOTATIONS
    for place, page in _pages(pdf, walk):
        walk.sheets.append((place, page))
        annotations = step(place, page, "/Annots")
        if annotations is None or not isinstance(annotations[1], pikepdf.Array):
            continue
        count = len(annotations[1])
        if count > left:
            walk.limit(f"more than {limits.ANNOTATIONS} annotations, the rest is not read")
            count = left
        left -= count
        for index in range(count):
            _annotation(walk, seen, step(*annotations, index))
        if not left:
            break
    return walk


def _base(pdf: pikepdf.Pdf) -> bytes:
    """The catalogue's /URI /Base (ISO 32000-2 section 12.6.4.8); empty where there is none."""
    root = pdf.trailer.get("/Root")
    uri = root.get("/URI") if isinstance(root, pikepdf.Dictionary) else None
    value = uri.get("/Base") if isinstance(uri, pikepdf.Dictionary) else None
    return bytes(value)[: limits.URI_BYTES] if isinstance(value, pikepdf.String) else b""


def _annotation(walk: Walk, seen: set[Place], stop: Stop | None) -> None:
    if stop is None or not isinstance(stop[1], pikepdf.Dictionary) or stop[0] in seen:
        return
    seen.add(stop[0])
    walk.annotations.append((walk.pages, stop))
    walk.signed = walk.signed or signature(stop[1].get("/V"))
    action = step(*stop, "/A")
    if action is not None:
        follow(walk, stop[0], "/A", action, "annotation", walk.pages)


def _pages(pdf: pikepdf.Pdf, walk: Walk) -> Iterator[Stop]:
    """The leaves of the page tree in order; counts them in ``walk.pages``."""
    root = pdf.trailer.get("/Root")
    if not isinstance(root, pikepdf.Dictionary):
        return
    top = step(Place(*root.objgen), root, "/Pages")
    stack: list[Stop] = [top] if top else []
    inner: set[ObjectId] = set()
    nodes = 0
    while stack:
        place, node = stack.pop()
        if not isinstance(node, pikepdf.Dictionary):
            continue
        kids = step(place, node, "/Kids")
        if kids is None or not isinstance(kids[1], pikepdf.Array):
            walk.pages += 1
            yield place, node
            continue
        if not place.path:
            if place.object in inner:
                continue
            inner.add(place.object)
        count = len(kids[1])
        nodes += count
        if nodes > limits.TREE_NODES or walk.pages + len(stack) + count > limits.PAGES:
            walk.limit(f"more than {limits.PAGES} pages, the rest is not read")
            count = max(0, min(count, limits.PAGES - walk.pages - len(stack)))
        stack += [kid for index in reversed(range(count)) if (kid := step(*kids, index))]
