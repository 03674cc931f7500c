"""Carrying out a plan on the document in memory.

Does not write bytes.
"""

from __future__ import annotations

import pikepdf

from inspectors.pdf.actions import FILE_KEYS, NOTHING
from inspectors.pdf.model import Key, ObjectId, Place, RefusedError
from inspectors.pdf.plan import Plan, Remade
from inspectors.pdf.trail import step


def applied(pdf: pikepdf.Pdf, steps: Plan) -> dict[ObjectId, pikepdf.Object]:
    """The objects that change, with the changes made in memory."""
    values: dict[ObjectId, pikepdf.Object] = {}
    for place, url in steps.strings.items():
        _put(pdf, values, place, pikepdf.String(url))
    for place, url in steps.files.items():
        spec = _resolved(pdf, place)
        for key in FILE_KEYS:
            if isinstance(spec.get(key), pikepdf.String):
                spec[key] = pikepdf.String(url)
        values[place.object] = pdf.get_object(place.object)
    # From the inside out: what comes after an action may be written anew as well.
    for place in sorted(steps.actions, key=lambda place: -len(place.path)):
        _put(pdf, values, place, _action(pdf, values, steps.actions[place]))
    for ident in steps.emptied:
        values[ident] = pikepdf.Dictionary()
    return values


def _action(pdf: pikepdf.Pdf, values: dict[ObjectId, pikepdf.Object], remade: Remade) -> pikepdf.Object:
    """The action in its new form. Of one that has several links the further ones follow, and do nothing."""
    old = _resolved(pdf, remade.source)
    if not remade.whole:
        new = old.copy()
        new["/URI"] = pikepdf.String(remade.urls[0])
        if remade.inert:
            new["/S"] = pikepdf.Name(NOTHING)
        return new
    new = _leading(remade.urls[0], remade.inert)
    after = old.get("/Next")
    more = [_leading(url, True) for url in remade.urls[1:]]
    if more:
        rest = [] if after is None else list(after) if isinstance(after, pikepdf.Array) else [after]
        new["/Next"] = pikepdf.Array([*more, *rest])
    elif after is not None:
        new["/Next"] = after
    return new


def _leading(url: str, inert: bool) -> pikepdf.Dictionary:
    type_ = pikepdf.Name(NOTHING) if inert else pikepdf.Name.URI
    return pikepdf.Dictionary(S=type_, URI=pikepdf.String(url))


def _put(
    pdf: pikepdf.Pdf, values: dict[ObjectId, pikepdf.Object], place: Place, value: pikepdf.Object
) -> None:
    if place.path:
        if isinstance(place.path[-1], str) and not place.path[-1].isascii():
            raise RefusedError("the link stands under a key that cannot be written")
        _resolved(pdf, place, but=1)[place.path[-1]] = value
        values[place.object] = pdf.get_object(place.object)
    else:
        values[place.object] = value


def _resolved(pdf: pikepdf.Pdf, place: Place, but: int = 0) -> pikepdf.Object:
    """The value at ``place``, or the container ``but`` levels above it."""
    value = pdf.get_object(place.object)
    keys: tuple[Key, ...] = place.path[: len(place.path) - but]
    for key in keys:
        found = step(place, value, key)
        if found is None:
            raise RefusedError("a part of the PDF is not where it was read")
        value = found[1]
    return value
