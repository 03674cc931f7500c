"""URLs in strings that belong to no action and no file specification.

- /URL of a signature's seed value or its time stamp: a reader opens it to get a certificate (ISO 32000-2
  sections 12.7.5.5 and table 238),
- ``href`` in rich text (/RC, /RV; section 12.7.4.4) and in attributes of structure elements (section 14.7.6),
- scripts that run when a 3D model is shown (section 13.6.3),
- data of a stream that stands in another file (section 7.3.8.2).

They are listed and not changed. Does not look for the dictionaries; ``elsewhere.py`` does.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pikepdf

from inspectors.pdf import actions, limits, uri
from inspectors.pdf.model import Found, Key, PdfHandle
from inspectors.pdf.trail import Stop, Walk, dictionary, step

TELLING = rb"URL \(|URL <|R[CV] [(<\d]|U?F \(|U?F <(?!<)|OnInstantiate|href "
"""How such keys look in an object as qpdf writes it; after the slash."""

_HREF = re.compile(r"""\bhref\s{0,20}=\s{0,20}(?:"([^"<>]*+)"|'([^'<>]*+)')""", re.IGNORECASE)
_KEYS = ("/URL", "/RC", "/RV", "/OnInstantiate", "/href")


def of_interest(value: pikepdf.Object) -> bool:
    """Whether a dictionary or stream has a key that may hold a URL."""
    if any(key in value for key in _KEYS):
        return True
    return any(isinstance(value.get(key), pikepdf.String) for key in ("/F", "/UF"))


def listed(walk: Walk, stop: Stop, page: int = 0) -> None:
    """Add the URLs of one such dictionary or stream."""
    if stop[0] in walk.texts:
        return
    walk.texts.add(stop[0])
    for part, (key, place, url) in enumerate(_urls(walk, stop)):
        handle = PdfHandle(stop[0], stop[0], stop[0], key, "text", place, part)
        walk.add(Found(handle, page, url, place))


def _urls(walk: Walk, stop: Stop) -> Iterator[tuple[Key, str, bytes]]:
    value = stop[1]
    if isinstance(value, pikepdf.Stream):
        outer = step(*stop, "/F")
        strings = list(actions.file(walk, outer)) if outer is not None else []
        yield from (("/F", "unreached", text) for _, text in strings if _leads(text))
    for key, place in (("/URL", "seedvalue"), ("/href", "structure")):
        string = value.get(key)
        if isinstance(string, pikepdf.String) and (key == "/href" or _is_seed(value)):
            text = bytes(string)[: limits.URI_BYTES]
            if _leads(text):
                yield key, place, text
    for key in ("/RC", "/RV"):
        yield from ((key, "richtext", url) for url in _hrefs(walk, value.get(key)))
    script = value.get("/OnInstantiate")
    if script is not None:
        yield from (("/OnInstantiate", "javascript", url) for url in actions.scripted(walk, script))


def _is_seed(value: pikepdf.Object) -> bool:
    """Whether a dictionary is a seed value for certificates, or the time stamp of one.

    Others have a /URL that no viewer opens: the maker of an extension, where a page was captured.
    """
    stated = value.get("/Type")
    if stated is not None:
        return isinstance(stated, pikepdf.Name) and str(stated) in ("/SV", "/SVCert")
    return "/URLType" in value or set(value.keys()) <= {"/URL", "/Ff"}


def _hrefs(walk: Walk, value: pikepdf.Object | None) -> Iterator[bytes]:
    text = actions.text_of(walk, value, limits.URI_BYTES) if value is not None else None
    for match in _HREF.finditer(uri.characters(text)) if text else ():
        url = html.unescape(match[1] or match[2] or "")
        if uri.file(url)[1]:
            yield url.encode("utf-8", "replace")


def _leads(text: bytes) -> bool:
    return bool(uri.file(uri.characters(text))[1])


def reached(walk: Walk, stop: Stop, page: int) -> None:
    """The same for an annotation, and for what hangs under one and is found with it."""
    listed(walk, stop, page)
    for key in ("/Sound", "/3DD"):
        inner = step(*stop, key)
        inner = step(*inner, "/3DD") if inner is not None and dictionary(inner) else inner
        if inner is not None and isinstance(inner[1], pikepdf.Stream):
            listed(walk, inner, page)
