"""From the bytes of a /URI string to characters, and to the URL a viewer opens.

Does not read PDF objects.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE

from inspectors import urls

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def characters(value: bytes) -> str:
    """The string as characters.

    A byte order mark decides (ISO 32000-2 section 7.9.2.2). Without one pdf.js and PDFium try UTF-8 and
    then take each byte as one character, although the standard allows ASCII only (section 12.6.4.8).
    """
    if value.startswith(BOM_UTF16_BE):
        return value[2:].decode("utf-16-be", "replace")
    if value.startswith(BOM_UTF16_LE):
        return value[2:].decode("utf-16-le", "replace")
    if value.startswith(BOM_UTF8):
        return value[3:].decode("utf-8", "replace")
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def opened(text: str, base: str = "") -> tuple[str, str]:
    """URL and host that a viewer opens for ``text``; the text itself and "" where it leads to no host.

    ``base`` is the catalogue's /URI /Base (ISO 32000-2 section 12.6.4.8), "" where there is none.
    """
    text = text.strip("".join(map(chr, range(33))))
    url = urls.read(_with_scheme(text, base), base or None) or urls.read(text)
    return (url.href, url.host) if url else (text, "")


def file(text: str) -> tuple[str, str]:
    """URL and host for a file specification or a text that names a place; the text itself and "" without.

    Names of files are not taken for hosts. A network path (``\\\\host\\share``) is a file on that host, which
    opening it makes known to the host.
    """
    text = text.strip("".join(map(chr, range(33))))
    if text[:2].replace("\\", "/") == "//":
        url = urls.read("file:" + text.replace("\\", "/"))
    elif text[:4].lower() == "www.":
        url = urls.read(f"http://{text}")
    else:
        url = urls.read(text) if _SCHEME.match(text) else None
    return (url.href, url.host) if url else (text, "")


def _with_scheme(text: str, base: str) -> str:
    """``http://`` before what Firefox (``www.``) and Chromium (two dots in the first part) take for hosts."""
    if text[:4].lower() == "www.":
        return f"http://{text}"
    if base or _SCHEME.match(text) or text[:1] in "./#?\\":
        return text
    return f"http://{text}" if re.split(r"[/?#]", text, maxsplit=1)[0].count(".") >= 2 else text
