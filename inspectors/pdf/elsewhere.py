"""Links that hang elsewhere than under an annotation's action (ISO 32000-2 sections 7.7, 12.3, 12.6, 12.7).

Most files have none, and looking for them costs more than all else. So all objects are searched as text
first, and only where one tells of something that the walk over the pages did not read, the places are
walked. What is left then is reached by no viewer.

Does not look into the structure tree (its elements have no targets of their own) and not into metadata.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial

import pikepdf

from inspectors.pdf import actions, limits, strings, trees, uri, xfa
from inspectors.pdf.document import BROKEN
from inspectors.pdf.model import Found, Key, ObjectId, PdfHandle, Place
from inspectors.pdf.trail import Stop, Walk, catalogue, dictionary, entries, step

_TELLING = re.compile(
    rb"/(?:URI \(|URI <|URI \d|JavaScript|Launch|SubmitForm|ImportData|GoTo[RE]|Thread|Rendition|FS /URL|EF |"
    rb"Type /EmbeddedFile|" + strings.TELLING + rb")"
)
"""In an object as qpdf writes it: names without needless escapes, one space between."""


def rest(pdf: pikepdf.Pdf, walk: Walk, texts: Iterable[tuple[ObjectId, bytes]]) -> None:
    """Add to ``walk`` what the walk over the pages did not come to. Never raises one of ``document.BROKEN``.

    ``texts`` are all objects of the document as text.
    """
    read = {found.handle.action for found in walk.found if found.handle.kind == "uri"}
    places: list[Stop] = []
    telling = list(_telling(walk, texts, read))
    _part(walk, lambda: places.extend(_dictionaries(pdf, walk, telling)))
    _part(walk, partial(_form, pdf, walk))
    # An action that is an object of its own may be used in several places.
    if any(stop[0] not in walk.seen for stop in places) or not all(place.path for place in read):
        for part in (_pages, _catalogue, _names, _outlines, _fields):
            _part(walk, partial(part, pdf, walk))
    walk.embedded += sorted(
        (stop for stop in places if _is_embedded(walk, stop)),
        key=lambda stop: isinstance(stop[1], pikepdf.Stream),  # those without a name last
    )
    for stop in places:
        _part(walk, partial(strings.listed, walk, stop))
    if not walk.limits:  # else viewers may well reach what is left
        for reading in (_unreached, _unreached_file):
            for stop in places:
                _part(walk, partial(reading, walk, stop))


def _part(walk: Walk, reading: Callable[[], None]) -> None:
    try:
        reading()
    except BROKEN:
        walk.limit("parts that cannot be read", "broken")


def _telling(
    walk: Walk, texts: Iterable[tuple[ObjectId, bytes]], read: Collection[Place]
) -> Iterator[ObjectId]:
    """The objects whose text tells of more actions and files than those /URI actions that were read."""
    explained = Counter(place.object for place in read)
    left = limits.SCAN_BYTES
    for ident, text in texts:
        left -= len(text)
        if left < 0:
            walk.limit(f"more than {limits.SCAN_BYTES} bytes in objects, not all are searched for links")
            return
        if len(_TELLING.findall(text)) > explained[ident]:
            yield ident


def _dictionaries(pdf: pikepdf.Pdf, walk: Walk, objects: Iterable[ObjectId]) -> Iterator[Stop]:
    """The dictionaries in these objects that may be actions or file specifications."""
    left = limits.SCAN_VALUES
    for ident in objects:
        stack: list[Stop] = [(Place(*ident), pdf.get_object(ident))]
        while stack:
            place, value = stack.pop()
            left -= 1
            if left < 0:
                walk.limit(
                    f"more than {limits.SCAN_VALUES} values in objects with actions, the rest is not read"
                )
                return
            if isinstance(value, (pikepdf.Dictionary, pikepdf.Stream)) and _of_interest(value):
                yield place, value
            stack += reversed(list(_inside(place, value)))


def _inside(place: Place, value: pikepdf.Object) -> Iterator[Stop]:
    """The direct containers in a container."""
    array = isinstance(value, pikepdf.Array)
    keys: Iterable[Key] = range(min(len(value), limits.SCAN_VALUES)) if array else sorted(value.keys())
    for key in keys:
        child = step(place, value, key)
        if child is not None and child[0].path and isinstance(child[1], (pikepdf.Dictionary, pikepdf.Array)):
            yield child


def _of_interest(value: pikepdf.Object) -> bool:
    return (
        actions.is_action(value)
        or isinstance(value.get("/EF"), pikepdf.Dictionary)
        or _is_file(value)
        or value.get("/FS") == pikepdf.Name.URL
        or strings.of_interest(value)
    )


def _is_file(value: pikepdf.Object) -> bool:
    return isinstance(value, pikepdf.Stream) and bool(value.get("/Type") == pikepdf.Name.EmbeddedFile)


def _is_embedded(walk: Walk, stop: Stop) -> bool:
    """Whether a file specification or stream has a file; packets of a form that were read say so too."""
    if isinstance(stop[1], pikepdf.Stream):
        return stop[0] not in walk.seen and _is_file(stop[1])
    return isinstance(stop[1].get("/EF"), pikepdf.Dictionary)


def _unreached(walk: Walk, stop: Stop) -> None:
    if stop[0] not in walk.seen and actions.is_action(stop[1]):
        walk.seen.add(stop[0])
        actions.read(walk, stop[0], "", stop, "unreached", 0)


def _unreached_file(walk: Walk, stop: Stop) -> None:
    if not isinstance(stop[1], pikepdf.Stream):
        actions.specification(walk, stop, "unreached", 0)


def _additional(walk: Walk, stop: Stop, page: int, key: Key = "/AA") -> None:
    """The additional actions of whatever has some (section 12.6.3)."""
    table = dictionary(step(*stop, key))
    if table is None or table[0] in walk.seen:
        return
    walk.seen.add(table[0])
    for trigger in sorted(table[1].keys()):
        actions.follow(walk, table[0], trigger, step(*table, trigger), "additional", page)


def _pages(pdf: pikepdf.Pdf, walk: Walk) -> None:
    for page, stop in enumerate(walk.sheets, 1):
        _additional(walk, stop, page)
        _presented(walk, stop, page)
    for page, stop in walk.annotations:
        _additional(walk, stop, page)
        strings.reached(walk, stop, page)
        actions.specification(walk, step(*stop, "/FS"), "filespec", page)
        movie = dictionary(step(*stop, "/Movie"))
        if movie is not None:
            actions.specification(walk, dictionary(step(*movie, "/F")) or movie, "richmedia", page)
        content = dictionary(step(*stop, "/RichMediaContent"))
        if content is not None:
            for entry in trees.values(walk, step(*content, "/Assets")):
                actions.specification(walk, entry.stop, "richmedia", page)


def _presented(walk: Walk, page: Stop, number: int) -> None:
    """The actions between the steps of a page's presentation (section 12.4.4.2)."""
    node = dictionary(step(*page, "/PresSteps"))
    for _ in range(limits.STEPS):
        if node is None or node[0] in walk.seen:
            return
        walk.seen.add(node[0])
        for key in ("/NA", "/PA"):
            actions.follow(walk, node[0], key, step(*node, key), "additional", number)
        node = dictionary(step(*node, "/Next"))


def _catalogue(pdf: pikepdf.Pdf, walk: Walk) -> None:
    root = catalogue(pdf)
    if root is None:
        return
    actions.follow(walk, root[0], "/OpenAction", step(*root, "/OpenAction"), "openaction", 0)
    _additional(walk, root, 0)
    for _, spec in entries(step(*root, "/AF"), limits.EMBEDDED):
        actions.specification(walk, spec, "filespec", 0)


def _names(pdf: pikepdf.Pdf, walk: Walk) -> None:
    root = catalogue(pdf)
    names = dictionary(step(*root, "/Names")) if root is not None else None
    if names is not None:
        for entry in trees.values(walk, step(*names, "/JavaScript")):
            actions.follow(walk, entry.holder, entry.key, entry.stop, "script", 0)
        for entry in trees.values(walk, step(*names, "/EmbeddedFiles")):
            actions.specification(walk, entry.stop, "filespec", 0)
        for entry in trees.values(walk, step(*names, "/Dests")):
            _destination(walk, entry)
    old = dictionary(step(*root, "/Dests")) if root is not None else None
    if old is not None:
        for key in sorted(old[1].keys())[: limits.TREE_ITEMS]:
            value = step(*old, key)
            if value is not None:
                _destination(walk, trees.Entry(old[0], key, value))


def _destination(walk: Walk, entry: trees.Entry) -> None:
    """A named destination is an array or has one; some have an action instead."""
    value = dictionary(entry.stop)
    if value is None:
        return
    if "/A" in value[1]:
        actions.follow(walk, value[0], "/A", step(*value, "/A"), "name", 0)
    elif actions.is_action(value[1]):
        actions.follow(walk, entry.holder, entry.key, value, "name", 0)


def _outlines(pdf: pikepdf.Pdf, walk: Walk) -> None:
    root = catalogue(pdf)
    for item in trees.outline(walk, step(*root, "/Outlines") if root is not None else None):
        actions.follow(walk, item[0], "/A", step(*item, "/A"), "outline", 0)


def _fields(pdf: pikepdf.Pdf, walk: Walk) -> None:
    root = catalogue(pdf)
    form = dictionary(step(*root, "/AcroForm")) if root is not None else None
    if form is None:
        return
    shown = {stop[0] for _, stop in walk.annotations}
    for field in trees.fields(walk, step(*form, "/Fields")):
        if field[0] in shown:
            continue  # an annotation that was read with its page
        actions.follow(walk, field[0], "/A", step(*field, "/A"), "annotation", 0)
        _additional(walk, field, 0)


def _form(pdf: pikepdf.Pdf, walk: Walk) -> None:
    """The XFA packets (section 12.7.8, removed in PDF 2.0): a stream, or names and streams in turns."""
    root = catalogue(pdf)
    form = dictionary(step(*root, "/AcroForm")) if root is not None else None
    packets = step(*form, "/XFA") if form is not None else None
    if packets is None or form is None:
        return
    streams = [packets, *(stop for _, stop in entries(packets, limits.TREE_ITEMS))]
    text = bytearray()
    for place, value in streams:
        if isinstance(value, pikepdf.Stream) and place not in walk.seen:
            walk.seen.add(place)
            text += actions.text_of(walk, value, limits.FORM_BYTES - len(text)) or b""
    if len(text) >= limits.FORM_BYTES:
        walk.limit(f"form data of more than {limits.FORM_BYTES} bytes, the rest is not read")
    for part, url in enumerate(xfa.urls(uri.characters(bytes(text)))):
        if uri.file(url)[1]:
            handle = PdfHandle(form[0], packets[0], packets[0], "/XFA", "text", "xfa", part)
            walk.add(Found(handle, 0, url.encode("utf-8", "replace"), "xfa"))
