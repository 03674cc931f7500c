"""Actions, and what in them leads somewhere (ISO 32000-2 section 12.6).

Does not know where actions hang; ``walk.py`` and ``elsewhere.py`` do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pikepdf

from inspectors.pdf import javascript, limits, streams, uri
from inspectors.pdf.document import BROKEN
from inspectors.pdf.model import Found, Key, PdfHandle, Place
from inspectors.pdf.trail import Stop, Walk, dictionary, entries, step

NOTHING = "/NOP"
"""The action that does nothing (PDF 1.2; readers ignore types they do not know)."""

FILE_KEYS = ("/UF", "/F", "/Unix", "/Mac", "/DOS")
_PLATFORMS = ("/Win", "/Mac", "/Unix")
_WITH_FILE = {
    "/GoToR": "gotor",
    "/GoToE": "gotoe",
    "/SubmitForm": "submitform",
    "/ImportData": "importdata",
    "/Thread": "filespec",
}
_TYPES = frozenset((*_WITH_FILE, "/Launch", "/JavaScript", "/Rendition"))


def is_action(value: pikepdf.Object) -> bool:
    """Whether a dictionary met without context is an action that may lead somewhere."""
    return isinstance(value.get("/URI"), pikepdf.String) or _type(value) in _TYPES


def follow(walk: Walk, holder: Place, key: Key, value: Stop | None, role: str, page: int) -> None:
    """Read the action ``value``, which ``holder`` has under ``key``, and those after it.

    A chain that two actions lead to is read once.
    """
    stack = [(holder, key, value, role)]
    while stack:
        holder, key, value, role = stack.pop()
        action = dictionary(value)
        if action is None:
            continue
        walk.actions += 1
        if walk.actions > limits.ACTIONS:
            walk.limit(f"more than {limits.ACTIONS} actions, the rest is not read")
            return
        read(walk, holder, key, action, role, page)
        if action[0] in walk.seen:
            continue
        walk.seen.add(action[0])
        after = step(*action, "/Next")
        if after is None:
            continue
        if isinstance(after[1], pikepdf.Array):
            several = list(entries(after, limits.ACTIONS - walk.actions))
            stack += [(after[0], index, each, "next") for index, each in reversed(several)]
        else:
            stack.append((action[0], "/Next", after, "next"))


def read(walk: Walk, holder: Place, key: Key, action: Stop, role: str, page: int) -> None:
    """Add the links of one action; those of a /URI action whether they lead to a host or not."""
    type_ = _type(action[1])
    if type_ in ("", "/URI", NOTHING):
        # Readers disagree on actions without /S; a /URI string in one is reported all the same.
        string = step(*action, "/URI")
        if string is None or not isinstance(string[1], pikepdf.String):
            return
        value = bytes(string[1])
        if role == "annotation" or uri.opened(uri.characters(value), walk.base)[1]:
            handle = PdfHandle(holder, action[0], string[0], key, "uri", role)
            walk.add(Found(handle, page, value, role))
        return
    if type_ not in _TYPES:
        return
    given: set[bytes] = set()
    for place, source, url in _leading(walk, action, type_):
        if url in given:
            continue
        handle = PdfHandle(holder, action[0], source, key, "action", role, len(given))
        walk.add(Found(handle, page, url, "unreached" if role == "unreached" else place))
        given.add(url)


def _leading(walk: Walk, action: Stop, type_: str) -> Iterator[tuple[str, Place, bytes]]:
    """Place, source and URL of each thing with a host in an action that is no /URI action."""
    if type_ == "/Launch":
        yield from (("launch", where, url) for where, url in _launched(walk, action))
    elif type_ in ("/JavaScript", "/Rendition"):
        script = step(*action, "/JS")
        if script is not None:
            yield from (("javascript", script[0], url) for url in scripted(walk, script[1]))
        yield from (("rendition", where, url) for where, url in _played(walk, step(*action, "/R")))
    else:
        place = _WITH_FILE[type_]
        yield from (
            (place, where, value) for where, value in file(walk, step(*action, "/F")) if _has_host(value)
        )


def _launched(walk: Walk, action: Stop) -> Iterator[tuple[Place, bytes]]:
    """All platforms' forms (section 12.6.4.6), and URLs among the parameters of a Windows command."""
    strings = list(file(walk, step(*action, "/F")))
    for platform in _PLATFORMS:
        own = step(*action, platform)
        strings += file(walk, own)
        parameters = step(*own, "/P") if dictionary(own) and own else None
        if parameters is not None and isinstance(parameters[1], pikepdf.String):
            text = uri.characters(bytes(parameters[1])[: limits.URI_BYTES])
            strings += [(parameters[0], _bytes(url)) for url in javascript.loose(text)]
    return (each for each in strings if _has_host(each[1]))


def _played(walk: Walk, rendition: Stop | None) -> Iterator[tuple[Place, bytes]]:
    """URLs of the media that a rendition plays (section 13.2): each rendition has a clip, a clip its data;
    a selector has renditions, a section of a clip another clip."""
    stack = [rendition]
    left = limits.RENDITIONS
    seen: set[Place] = set()
    while stack and left:
        stop = stack.pop()
        if stop is None or stop[0] in seen:
            continue
        left -= 1
        seen.add(stop[0])
        if isinstance(stop[1], pikepdf.Array):
            stack += [each for _, each in reversed(list(entries(stop, left)))]
        elif isinstance(stop[1], pikepdf.Dictionary):
            is_file = "/FS" in stop[1] or "/F" in stop[1] or "/UF" in stop[1]
            if is_file:
                yield from ((where, url) for where, url in file(walk, stop) if _has_host(url))
            else:
                stack += [step(*stop, key) for key in ("/D", "/C", "/R")]
        elif isinstance(stop[1], pikepdf.String) and _has_host(bytes(stop[1])):
            yield stop[0], bytes(stop[1])


def file(walk: Walk, value: Stop | None) -> Iterator[tuple[Place, bytes]]:
    """The strings of a file specification (section 7.11), and where they stand; marks it as read."""
    if value is None:
        return
    if isinstance(value[1], pikepdf.String):
        yield value[0], bytes(value[1])
    elif isinstance(value[1], pikepdf.Dictionary):
        walk.seen.add(value[0])
        for key in FILE_KEYS:
            string = step(*value, key)
            if string is not None and isinstance(string[1], pikepdf.String):
                yield string[0], bytes(string[1])


def specification(walk: Walk, value: Stop | None, role: str, page: int) -> None:
    """Add the URL of a file specification that stands on its own; nothing where it was read before."""
    spec = dictionary(value)
    if spec is None or spec[0] in walk.seen:
        return
    for where, text in file(walk, spec):
        if uri.file(uri.characters(text))[1]:
            handle = PdfHandle(spec[0], spec[0], where, "", "file", role)
            walk.add(Found(handle, page, text, role))
            return


def scripted(walk: Walk, script: pikepdf.Object) -> Iterator[bytes]:
    """The URLs in a script that is a string or a stream; those of all scripts together up to a bound."""
    text = text_of(walk, script, limits.SCRIPT_BYTES - walk.script_bytes)
    if text is None:
        return
    walk.script_bytes += len(text)
    if walk.script_bytes >= limits.SCRIPT_BYTES:
        walk.limit(f"scripts of more than {limits.SCRIPT_BYTES} bytes, the rest is not read")
    yield from (_bytes(url) for url in javascript.urls(uri.characters(text)) if uri.file(url)[1])


def text_of(walk: Walk, value: pikepdf.Object, most: int) -> bytes | None:
    """The bytes of a text that is a string or a stream; None where it is neither or broken."""
    if isinstance(value, pikepdf.String):
        return bytes(value)[:most]
    if not isinstance(value, pikepdf.Stream):
        return None
    return guarded(walk, lambda: streams.content(value, most))


def guarded(walk: Walk, reading: Callable[[], bytes]) -> bytes | None:
    """What ``reading`` gives; None, and a remark, where the file is broken there."""
    try:
        return reading()
    except BROKEN:
        walk.limit("parts that cannot be read", "broken")
        return None


def _has_host(value: bytes) -> bool:
    return bool(uri.file(uri.characters(value))[1])


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _type(action: pikepdf.Object) -> str:
    value = action.get("/S")
    return "" if value is None else str(value) if isinstance(value, pikepdf.Name) else "?"
