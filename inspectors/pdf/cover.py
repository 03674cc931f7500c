"""Link annotations over a URL in page text, one for each line, so that a click opens another URL.

Of two link annotations on one spot the later is on top, and any is above links that viewers find in text; so
they go to the end of the page's annotations. Without border and appearance they are not seen.

Does not change the text.
"""

from __future__ import annotations

from collections.abc import Mapping

import pikepdf

from inspectors.pdf import limits
from inspectors.pdf.model import Box, ObjectId, Place, TextHandle
from inspectors.pdf.trail import Stop, Walk, step

_MARGIN = 1.0
"""Units that the annotation is larger on each side: a cover of part of the width leaves the rest live."""


def arrays(walk: Walk, wanted: Mapping[TextHandle, str]) -> set[ObjectId]:
    """The annotation arrays that are objects of their own, whose references have to be counted."""
    found = (step(*walk.sheets[handle.page - 1], "/Annots") for handle in wanted)
    return {array[0].object for array in found if array is not None and not array[0].path}


def fixed(handle: TextHandle) -> str:
    """Why a URL cannot be covered; empty where it can."""
    if len(handle.boxes) > limits.LINES:
        return f"the URL stands on more than {limits.LINES} lines of the page"
    if not handle.boxes or any(right <= left or top <= bottom for left, bottom, right, top in handle.boxes):
        return "the URL has no extent on the page"
    return ""


def covered(walk: Walk, wanted: Mapping[TextHandle, str], counts: Mapping[ObjectId, int]) -> set[ObjectId]:
    """Put the annotations into the document in memory; the objects that change.

    An array of annotations that several pages have is left to the others, and the page gets a copy.
    """
    changed = set()
    for handle, url in wanted.items():
        page = walk.sheets[handle.page - 1]
        array = step(*page, "/Annots")
        if array is not None and not array[0].path and counts.get(array[0].object, 0) > 1:
            array = _copied(page, array)
        for box in handle.boxes:
            place = _put(page, array, _annotation(box, url))
            array = step(*page, "/Annots")
        changed.add(place.object)
    return changed


def _copied(page: Stop, array: Stop) -> Stop | None:
    if not isinstance(array[1], pikepdf.Array):
        return None
    page[1]["/Annots"] = pikepdf.Array(list(array[1]))
    return step(*page, "/Annots")


def _put(page: Stop, array: Stop | None, annotation: pikepdf.Object) -> Place:
    if array is None or not isinstance(array[1], pikepdf.Array):
        page[1]["/Annots"] = pikepdf.Array([annotation])
        return page[0]
    array[1].append(annotation)
    return array[0]


def _annotation(box: Box, url: str) -> pikepdf.Dictionary:
    left, bottom, right, top = box
    corners = (left - _MARGIN, bottom - _MARGIN, right + _MARGIN, top + _MARGIN)
    numbers = b" ".join(b"%.2f" % corner for corner in corners)
    return pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Link,
        Rect=pikepdf.Object.parse(b"[%b]" % numbers),
        Border=pikepdf.Array([0, 0, 0]),
        A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String(url)),
    )
