"""Archives and compressed files: hands out the members that some inspector can read.

zip, tar, gzip, bzip2, xz and lzma are opened, all in memory and within bounds; of the others it is said what
they are. Members without links for a reader (pictures, sounds, fonts) are passed over; programs and unknown
files are named together.

Does not write anything to disk, does not try passwords, and does not change archives.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from inspectors import labels, limits
from inspectors.formats import tarmembers, zipmembers
from inspectors.formats.inflate import MAGICS, Inflated, inflate
from inspectors.model import Flag, Inside, Leaf, Reading, Skipped

_CLOSED = (
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"MSCF", "a cabinet file"),
    (b"**ACE**", "an ACE archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
    (b"conectix", "a disk image"),
    (b"vhdxfile", "a disk image"),
    (b"\x1f\x9d", "a compressed file of the Unix compress program"),
)
_CLOSED_ENDINGS = {
    ".7z": "a 7-Zip archive", ".rar": "a RAR archive", ".cab": "a cabinet file", ".ace": "an ACE archive",
    ".arj": "an ARJ archive", ".lzh": "an LHA archive", ".iso": "a disk image", ".img": "a disk image",
    ".vhd": "a disk image", ".vhdx": "a disk image", ".dmg": "a disk image", ".udf": "a disk image",
    ".zst": "a Zstandard file", ".z": "a compressed file",
}  # fmt: skip
_ZIP_TYPES = (
    "application/zip",
    "application/x-zip-compressed",
    "application/x-zip",
    "application/java-archive",
)
_ZIP_ENDINGS = (".zip", ".jar", ".xpi", ".apk", ".kmz", ".epub")
_TAR_TYPES = ("application/x-tar", "application/x-gtar", "application/x-compressed-tar")
_PACKED_ENDINGS = (".gz", ".tgz", ".bz2", ".tbz2", ".tbz", ".xz", ".txz", ".lzma")
_TYPES = {
    ".html": "text/html", ".htm": "text/html", ".xhtml": "application/xhtml+xml", ".shtml": "text/html",
    ".hta": "text/html", ".xht": "application/xhtml+xml", ".txt": "text/plain", ".csv": "text/csv",
    ".tsv": "text/tab-separated-values", ".xml": "text/xml", ".md": "text/markdown", ".log": "text/plain",
    ".json": "text/json", ".js": "text/javascript", ".vbs": "text/vbscript", ".ps1": "text/x-powershell",
    ".bat": "text/x-batch", ".cmd": "text/x-batch", ".wsf": "text/xml", ".css": "text/css",
    ".pdf": "application/pdf", ".eml": "message/rfc822", ".mht": "message/rfc822", ".mhtml": "message/rfc822",
    ".ics": "text/calendar", ".vcs": "text/calendar", ".vcf": "text/vcard", ".rtf": "application/rtf",
    ".svg": "image/svg+xml", ".svgz": "image/svg+xml", ".p7m": "application/pkcs7-mime",
}  # fmt: skip
_READ_BY_NAME = frozenset(
    (
        ".url", ".website", ".webloc", ".desktop", ".lnk", ".iqy", ".doc", ".docx", ".docm", ".dot",
        ".dotx", ".dotm", ".xls", ".xlsx", ".xlsm", ".xlsb", ".xlt", ".xltx", ".xltm", ".xlam", ".ppt",
        ".pptx", ".pptm", ".pps", ".ppsx", ".ppsm", ".pot",
        ".potx", ".odt", ".ods", ".odp", ".odg", ".odf", ".ott", ".ots", ".otp",
        ".zip", ".tar", ".gz", ".tgz", ".bz2", ".tbz2", ".xz", ".txz", *_CLOSED_ENDINGS,
    )
)  # fmt: skip
_MAGICS = (
    b"PK\x03\x04",
    b"{\\rtf",
    b"\x78\x9f\x3e\x22",
    b"\xd0\xcf\x11\xe0",
    *(magic for magic, _ in MAGICS[:3]),
)
_WITHOUT_LINKS = frozenset(
    (
        ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".tif", ".tiff", ".ico", ".heic", ".avif", ".psd",
        ".mp3", ".wav", ".ogg", ".flac", ".m4a", ".mp4", ".mov", ".avi", ".mkv", ".webm", ".ttf", ".otf",
        ".woff", ".woff2", ".eot",
    )
)  # fmt: skip
_OF_TEXT = b"\t\n\f\r" + bytes(range(32, 127)) + bytes(range(128, 256))


def accepts(leaf: Leaf, start: bytes) -> bool:
    if labels.shown_in_place(leaf) or leaf.type.startswith("image/"):
        return False
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return True
    if leaf.type.startswith(("audio/", "video/", "font/")):
        return False
    return (
        tarmembers.is_tar(start)
        or bool(_method(start))
        or bool(_closed(leaf, start))
        or labels.says(leaf, (*_ZIP_TYPES, *_TAR_TYPES), _ZIP_ENDINGS)
    )


def read(leaf: Leaf, content: bytes) -> Reading:
    """The members to read, and what could not be opened or is read by nobody."""
    work = _Work(leaf)
    if tarmembers.is_tar(content):
        _tar(work, content)
    elif method := _method(content):
        _compressed(work, content, method)
    elif closed := _closed(leaf, content):
        work.skip(f"{closed}, which is not opened", "format")
    else:
        _zip(work, content)
    return work.reading()


def _method(start: bytes) -> str:
    """The compression a file begins with; empty where it is none."""
    return next((method for magic, method in MAGICS if start.startswith(magic)), "")


def _closed(leaf: Leaf, start: bytes) -> str:
    for magic, words in _CLOSED:
        if start.startswith(magic):
            return words
    if start[2:5] == b"-lh":
        return "an LHA archive"
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return ""
    return _CLOSED_ENDINGS.get(labels.ending(leaf.filename), "")


@dataclass(slots=True)
class _Work:
    leaf: Leaf
    inside: list[Inside] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    encrypted: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    doubts: set[str] = field(default_factory=set)
    """What programs open differently, in words."""
    left: int = limits.ARCHIVE_BYTES

    def skip(self, reason: str, kind: str) -> None:
        self.skipped.append(Skipped(self.leaf.path, reason, kind))

    def offer(self, name: str, content: bytes, *, alone: bool = False) -> None:
        """Hand a member out where it is of use; one that is all there is also where it looks like text."""
        kind = _TYPES.get(labels.ending(name), "application/octet-stream")
        if alone and kind == "application/octet-stream" and not content[:4096].translate(None, _OF_TEXT):
            kind = "text/plain"
        readable = b"%PDF-" in content[:1024] or content.startswith(_MAGICS) or tarmembers.is_tar(content)
        if kind != "application/octet-stream" or readable or labels.ending(name) in _READ_BY_NAME:
            self.inside.append(Inside(name, content, kind))
        elif content and labels.ending(name) not in _WITHOUT_LINKS:
            self.unread.append(name)

    def reading(self) -> Reading:
        for names, words, kind in (
            (self.encrypted, "encrypted", "encrypted"),
            (self.damaged, "damaged or packed in an unknown way", "broken"),
            (self.unread, "in formats that no inspector reads", "format"),
        ):
            if names:
                self.skip(f"{_named(names)}: {words}", kind)
        flags = tuple(
            Flag("ambiguous-zip", self.leaf.path, f"Programs may unpack other files: {words}.")
            for words in sorted(self.doubts)
        )
        return Reading(skipped=tuple(self.skipped), flags=flags, inside=tuple(self.inside))


def _named(names: list[str]) -> str:
    """The first names, cut, and how many more there are."""
    shown = ", ".join(printable(name[: limits.INSIDE_NAME]) for name in names[: limits.NAMED])
    more = len(names) - limits.NAMED
    return f"{shown} and {more} more" if more > 0 else shown


def printable(name: str) -> str:
    """The name without characters that could disturb a terminal or a log."""
    return "".join(character if character.isprintable() else "\ufffd" for character in name)


def _zip(work: _Work, content: bytes, again: int = 3) -> None:
    """``again``: how many archives that stand in front of one another are read besides."""
    try:
        found = zipmembers.members(content)
    except zipmembers.ZipError as error:
        work.skip(str(error), error.kind)
        return
    for member in found:
        name = member.name
        if (local := zipmembers.local_name(content, member)) and labels.ending(local) != labels.ending(name):
            work.doubts.add("a member has two names")
            name = local if labels.ending(name) in _WITHOUT_LINKS else name
        if member.encrypted:
            work.encrypted.append(name)
        elif labels.ending(name) not in _WITHOUT_LINKS and not _take(
            work, name, zipmembers.unpacked(content, member, work.left)
        ):
            return
    front = content[: min((member.offset for member in found), default=0)]
    if zipmembers.holds_archive(front) and again:
        work.doubts.add("another archive stands in front")
        _zip(work, front, again - 1)


def _tar(work: _Work, content: bytes) -> None:
    for number, (name, span) in enumerate(tarmembers.members(content)):
        if number >= limits.ARCHIVE_MEMBERS:
            work.skip(f"an archive of more than {limits.ARCHIVE_MEMBERS} members", "limit")
            return
        if labels.ending(name) in _WITHOUT_LINKS:
            continue
        data = span.of(content)
        if not _take(work, name, Inflated(data[: work.left], "limit" if len(data) > work.left else "")):
            return


def _take(work: _Work, name: str, found: Inflated) -> bool:
    """Whether there is room for more."""
    work.left -= len(found.data)
    if found.problem == "limit":
        work.skip(f"more than {limits.ARCHIVE_BYTES} bytes unpacked, from {_named([name])} on", "limit")
        return False
    if found.problem:
        work.damaged.append(name)
    if found.data:
        work.offer(name, found.data)
    return True


def _compressed(work: _Work, content: bytes, method: str) -> None:
    data, problem = inflate(content, method, work.left)
    if problem == "limit":
        work.skip(f"more than {limits.ARCHIVE_BYTES} bytes unpacked", "limit")
    elif problem:
        work.skip(f"a damaged {method} file", "broken")
    if tarmembers.is_tar(data):
        _tar(work, data)
    elif data:
        work.offer(_inner_name(work.leaf.filename), data, alone=True)


def _inner_name(name: str) -> str:
    """What a compressed file is called once it is unpacked."""
    for tail in _endings(name):
        return name[: -len(tail)] + (".tar" if tail.startswith(".t") else "")
    return name or "content"


def _endings(name: str) -> Iterator[str]:
    lower = name.lower()
    return (tail for tail in _PACKED_ENDINGS if lower.endswith(tail) and len(name) > len(tail))
