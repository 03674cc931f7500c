"""What a member of a document is, by its name and its first bytes.

Does not read members.
"""

from __future__ import annotations

from typing import Final

from inspectors.office.ole import MAGIC

XML: Final = "xml"
EMBEDDED: Final = "embedded"
PICTURE: Final = "picture"
_NOTHING: Final = ""

_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "docm": "application/vnd.ms-word.document.macroenabled.12",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xlsm": "application/vnd.ms-excel.sheet.macroenabled.12",
    "xlsb": "application/vnd.ms-excel.sheet.binary.macroenabled.12",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "pptm": "application/vnd.ms-powerpoint.presentation.macroenabled.12",
    "sldx": "application/vnd.openxmlformats-officedocument.presentationml.slide",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "msg": "application/vnd.ms-outlook",
    "pdf": "application/pdf",
    "rtf": "application/rtf",
    "html": "text/html",
    "htm": "text/html",
    "xhtml": "application/xhtml+xml",
    "mht": "message/rfc822",
    "mhtml": "message/rfc822",
    "eml": "message/rfc822",
    "txt": "text/plain",
    "svg": "image/svg+xml",
    "zip": "application/zip",
    "bin": "",
}
_PICTURES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "bmp": "image/bmp",
}
_INERT = frozenset(
    (
        "emf", "wmf", "tif", "tiff", "wdp", "ico", "wav", "mp3", "mp4", "m4a", "m4v", "mov", "avi", "wmv",
        "mpg", "odttf", "ttf", "otf", "fntdata", "webp", "pcx", "svm", "css", "js",
    )
)  # fmt: skip
_MAGIC = {MAGIC: "application/x-ole-storage", b"%PDF-": _TYPES["pdf"], b"PK\x03\x04": _TYPES["zip"]}


def kind_of(name: str) -> str:
    """XML for what may be XML, whatever it is called; EMBEDDED, PICTURE, or empty for what tells nothing.

    ``name`` is in lower case.
    """
    extension = name.rpartition("/")[2].rpartition(".")[2]
    if extension in _TYPES:
        return _NOTHING if "printersettings" in name or "vbaproject" in name else EMBEDDED
    if extension in _PICTURES:
        return PICTURE
    return _NOTHING if extension in _INERT or name.endswith("/") else XML


def media_type(name: str, data: bytes) -> str:
    """The type of an embedded file; empty where neither its name nor its first bytes tell."""
    for magic, type_ in _MAGIC.items():
        if data.startswith(magic) and (magic == MAGIC or not name.endswith((".docx", ".xlsx", ".pptx"))):
            return type_
    extension = name.rpartition(".")[2]
    return _TYPES.get(extension, "") or _PICTURES.get(extension, "")
