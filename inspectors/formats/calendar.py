"""Calendar entries (RFC 5545, RFC 7986, RFC 9073): every property that holds or shows a URL.

Does not change anything: a changed invitation would no longer be the organiser's.
"""

from __future__ import annotations

import binascii

from inspectors import labels, limits, text
from inspectors.formats import contentlines
from inspectors.formats.contentlines import ContentLine
from inspectors.formats.finding import Finds
from inspectors.model import Inside, Leaf, Reading

_TYPES = ("text/calendar", "application/ics", "text/x-vcalendar")
_ENDINGS = (".ics", ".ical", ".ifb", ".vcs", ".icalendar")
_URIS = frozenset(("url", "attach", "conference", "source", "image", "tzurl", "structured-data"))
_LINK_PARAMETERS = ("altrep", "dir", "x-url")


def accepts(leaf: Leaf, start: bytes) -> bool:
    return labels.says(leaf, _TYPES, _ENDINGS)


def holds(content: bytes) -> bool:
    """Whether a file may be attached inside, which may need a process of its own."""
    return b"base64" in content.lower()


def read(leaf: Leaf, content: bytes) -> Reading:
    """Links as "calendar:PROPERTY"; HTML descriptions and attached files as what lies inside."""
    finds = Finds(leaf)
    if len(content) > limits.TEXT_BYTES or contentlines.over(content):
        finds.skip("a calendar over the limit", "limit")
        return finds.reading()
    for line in contentlines.read(content, leaf.charset):
        if finds.full:
            break
        _property(finds, line)
    return finds.reading()


def _property(finds: Finds, line: ContentLine) -> None:
    place = f"calendar:{line.name or 'text'}"
    for name in _LINK_PARAMETERS:
        if value := line.parameter(name):
            finds.url(value, place)
    if line.parameter("encoding").lower() == "base64":
        _attached(finds, line)
    elif "text/html" in line.parameter("fmttype").lower() and not line.value.lower().startswith("http"):
        page = text.readable(line.words).encode("utf-8")
        finds.inside.append(Inside(line.name, page, "text/html", "utf-8"))
    elif line.name in _URIS:
        finds.url(line.words, place)  # URIs are not escaped (section 3.3.13); some programs do it
    elif line.name:
        finds.text(line.words, place)
    else:
        finds.text(line.line, place)  # a line cut where it may not be; clients show what they can


def _attached(finds: Finds, line: ContentLine) -> None:
    """A file inside an ATTACH property (RFC 5545 section 3.8.1.1)."""
    try:
        content = binascii.a2b_base64(line.value.encode("ascii", "ignore"))
    except ValueError:
        finds.skip("an attachment of the calendar is damaged", "broken")
        return
    name = line.parameter("filename") or line.parameter("x-filename") or line.parameter("x-apple-filename")
    kind = line.parameter("fmttype").lower() or "application/octet-stream"
    finds.inside.append(Inside(name or "attach", content, kind))
