"""Shortcut files that open a page when they are clicked: Windows .url, macOS .webloc, freedesktop .desktop,
Excel web queries; of Windows .lnk the URLs that stand in it.

Does not resolve shortcuts to local files.
"""

from __future__ import annotations

import plistlib
import re

from inspectors import charsets, labels, limits
from inspectors.formats.finding import Finds
from inspectors.model import Leaf, Reading

_TYPES = (
    "application/internet-shortcut", "application/x-url", "application/x-mswinurl", "application/x-webloc",
    "application/x-desktop", "application/x-ms-shortcut", "text/x-uri", "text/uri-list",
    "application/x-apple-webloc",
)  # fmt: skip
_ENDINGS = (".url", ".website", ".webloc", ".desktop", ".lnk", ".iqy", ".inetloc", ".fileloc")
_KEYS = {
    "url": "url", "baseurl": "url", "origurl": "url", "iconfile": "icon", "icon": "icon",
    "workingdirectory": "directory", "exec": "exec", "tryexec": "exec", "path": "directory",
}  # fmt: skip
_LINE = re.compile(r"[^\r\n]+")
_LNK = b"\x4c\x00\x00\x00\x01\x14\x02\x00"
_DOCTYPE = re.compile(rb"<!DOCTYPE[^>]{0,500}>")
_TAGS = re.compile(r"<[^<>]{0,1000}>")


def accepts(leaf: Leaf, start: bytes) -> bool:
    if labels.says(leaf, _TYPES, _ENDINGS) or start.startswith(_LNK):
        return True
    return not labels.shown_in_place(leaf) and b"[internetshortcut" in start.lower()


def read(leaf: Leaf, content: bytes) -> Reading:
    """Links as "shortcut:url", "shortcut:icon", "shortcut:exec", "shortcut:text"."""
    finds = Finds(leaf)
    if content.startswith(_LNK):
        finds.binary(content[: limits.TEXT_BYTES], "shortcut:text")
    elif content.startswith((b"bplist", b"<?xml", b"<plist")) and len(content) <= limits.PLIST_BYTES:
        _plist(finds, content)
    elif len(content) > limits.TEXT_BYTES:
        finds.skip("a shortcut over the limit", "limit")
    else:
        _lines(finds, charsets.view(content, leaf.charset).text)
    return finds.reading()


def _plist(finds: Finds, content: bytes) -> None:
    """A property list with a URL, XML or binary."""
    try:
        found = plistlib.loads(content)
    except Exception:  # the library raises what a crafted list makes it stumble over
        found = None
    value = found.get("URL") if isinstance(found, dict) else None
    if isinstance(value, str):
        finds.url(value, "shortcut:url")
    else:
        finds.binary(_DOCTYPE.sub(b"", content), "shortcut:text")


def _lines(finds: Finds, words: str) -> None:
    """KEY=VALUE lines; in others, whatever a URL stands in."""
    for match in _LINE.finditer(words):
        if finds.full:
            break
        key, equals, value = match.group().partition("=")
        place = _KEYS.get(key.partition("[")[0].strip().lower())
        if equals and place == "exec":
            finds.text(value, "shortcut:exec")
        elif equals and place:
            finds.url(value, f"shortcut:{place}")
        else:
            finds.text(_TAGS.sub(" ", match.group()), "shortcut:text")
