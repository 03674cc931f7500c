"""Whether a page may be drawn: what PDFium cannot be stopped in, estimated from above beforehand.

To the forms that ``weight.py`` counts come soft masks, tiling patterns and glyphs that are drawn.

Does not look at pictures and the extent of what is painted; ``regions.py`` does.
"""

from __future__ import annotations

import pikepdf

from inspectors.pdf import limits, streams
from inspectors.pdf.document import BROKEN
from inspectors.pdf.model import ObjectId
from inspectors.pdf.weight import looks, resources

_NAMED = 500
"""Entries of one kind in the resources of a page that are looked at."""
_AREA = 1000.0 * 1000.0
"""Square units of a page that a pattern is repeated on."""
_PROGRAM = 300
"""Bytes of a PostScript function (ISO 32000-2 section 7.10.5), which a shading computes for each pixel."""


class Brush:
    """Looks at the resources of pages; each object once."""

    def __init__(self) -> None:
        self._known: dict[ObjectId, bool] = {}

    def takes(self, page: pikepdf.Object) -> bool:
        """Whether a page may be drawn."""
        try:
            return self._resources(resources(page), 0)
        except (*BROKEN, TypeError, OverflowError):
            return False

    def appearance(self, annotation: pikepdf.Object) -> bool:
        """Whether an annotation may be drawn."""
        try:
            return all(self._resources(each.get("/Resources"), 1) for each in looks(annotation))
        except (*BROKEN, TypeError, OverflowError):
            return False

    def _resources(self, value: pikepdf.Object | None, depth: int) -> bool:
        if not isinstance(value, pikepdf.Dictionary):
            return True
        ident = value.objgen if value.is_indirect else (0, 0)
        if ident != (0, 0):
            if ident in self._known:
                return self._known[ident]
            # Resources may name themselves, as those of a page and of its forms often are the same.
            self._known[ident] = True
        if depth > limits.FORM_DEPTH or len(self._known) > limits.FORMS:
            return False
        fine = all(
            self._entries(value.get(kind), depth, kind)
            for kind in ("/XObject", "/Pattern", "/Font", "/ExtGState", "/Shading")
        )
        if ident != (0, 0):
            self._known[ident] = fine
        return fine

    def _entries(self, group: pikepdf.Object | None, depth: int, kind: str) -> bool:
        if not isinstance(group, pikepdf.Dictionary):
            return True
        keys = list(group.keys())
        if len(keys) > _NAMED:
            return False
        for key in keys:
            value = group.get(key)
            if value is not None and not self._entry(value, depth + 1, kind):
                return False
        return True

    def _entry(self, value: pikepdf.Object, depth: int, kind: str) -> bool:
        if not isinstance(value, (pikepdf.Dictionary, pikepdf.Stream)):
            return True
        if kind == "/XObject":
            return value.get("/Subtype") != pikepdf.Name.Form or self._resources(
                value.get("/Resources"), depth
            )
        if kind == "/Pattern":
            return self._pattern(value, depth)
        if kind == "/Font":
            return value.get("/Subtype") != pikepdf.Name.Type3 or _glyphs(value)
        if kind == "/ExtGState":
            # A mask is drawn anew for each thing that is painted with it.
            mask = value.get("/SMask")
            group = mask.get("/G") if isinstance(mask, pikepdf.Dictionary) else None
            return not isinstance(group, pikepdf.Stream) or self._drawn_often(group, depth)
        return _simple(value)

    def _pattern(self, value: pikepdf.Object, depth: int) -> bool:
        if not isinstance(value, pikepdf.Stream):
            shading = value.get("/Shading")
            return not isinstance(shading, (pikepdf.Dictionary, pikepdf.Stream)) or _simple(shading)
        steps = [abs(_number(value.get(key))) for key in ("/XStep", "/YStep")]
        matrix = value.get("/Matrix")
        if isinstance(matrix, pikepdf.Array) and len(matrix) == 6:
            a, b, c, d = (_number(matrix[index]) for index in range(4))
            tile = steps[0] * steps[1] * abs(a * d - b * c)
        else:
            tile = steps[0] * steps[1]
        return tile * limits.TILES >= _AREA and self._drawn_often(value, depth)

    def _drawn_often(self, form: pikepdf.Stream, depth: int) -> bool:
        data = streams.content(form, limits.GLYPH_BYTES + 1)
        if len(data) > limits.GLYPH_BYTES:
            return False
        own = form.get("/Resources")
        return b"Do" not in data or self._plain(own, depth)

    def _plain(self, own: pikepdf.Object | None, depth: int) -> bool:
        """Whether nothing but pictures is drawn with these resources."""
        objects = own.get("/XObject") if isinstance(own, pikepdf.Dictionary) else None
        if not isinstance(objects, pikepdf.Dictionary):
            return True
        if len(objects) > _NAMED:
            return False
        return all(
            each.get("/Subtype") == pikepdf.Name.Image or self._small(each, depth)
            for _, each in objects.items()
            if isinstance(each, pikepdf.Stream)
        )

    def _small(self, form: pikepdf.Stream, depth: int) -> bool:
        return depth < _LEVELS and self._drawn_often(form, depth + 1)


_LEVELS = 3
"""Forms within each other in a mask or pattern."""


def _simple(shading: pikepdf.Object) -> bool:
    """Whether a shading is no mesh of great size and computes no long function."""
    if isinstance(shading, pikepdf.Stream) and _number(shading.get("/Length")) > limits.GLYPH_BYTES:
        return False
    functions = shading.get("/Function")
    several = list(functions)[:_NAMED] if isinstance(functions, pikepdf.Array) else [functions]
    return all(
        not isinstance(each, pikepdf.Stream)
        or _number(each.get("/FunctionType")) != 4
        or len(streams.content(each, _PROGRAM + 1)) <= _PROGRAM
        for each in several
    )


def _glyphs(font: pikepdf.Object) -> bool:
    glyphs = font.get("/CharProcs")
    if not isinstance(glyphs, pikepdf.Dictionary):
        return True
    if not _bare(font.get("/Resources")):
        return False
    lengths = (glyphs[key].get("/Length") for key in glyphs.keys())  # noqa: SIM118 - pikepdf
    return all(_number(length) <= limits.GLYPH_BYTES for length in lengths)


def _bare(own: pikepdf.Object | None) -> bool:
    """Whether with these resources nothing is drawn but pictures and ordinary letters."""
    if not isinstance(own, pikepdf.Dictionary):
        return True
    for kind, costly in (("/XObject", "/Form"), ("/Font", "/Type3"), ("/Pattern", "")):
        group = own.get(kind)
        if not isinstance(group, pikepdf.Dictionary):
            continue
        if len(group) > _NAMED or (not costly and len(group)):
            return False
        if any(each.get("/Subtype") == pikepdf.Name(costly) for _, each in group.items() if _has_keys(each)):
            return False
    return True


def _has_keys(value: pikepdf.Object | None) -> bool:
    return isinstance(value, (pikepdf.Dictionary, pikepdf.Stream))


def _number(value: pikepdf.Object | None) -> float:
    return 0.0 if value is None or isinstance(value, (pikepdf.Array, pikepdf.Dictionary)) else float(value)
