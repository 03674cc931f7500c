"""A URL as a browser reads it (WHATWG URL Standard), through the ada parser.

Does not look anything up, does not know registrable domains, and does not unwrap other vendors' rewritten
links: ``inspectors/wrappers`` does.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from ada_url import join_url, normalize_url

from inspectors import limits

_WITHOUT_HOST = ("mailto:", "tel:", "sms:", "cid:", "mid:", "data:", "about:", "javascript:", "#")
"""Starts of references that lead to no host; most links of a mail that are not web links begin so."""

_PLAIN = re.compile(
    r"(https?)://([a-z0-9]+(?:[.-][a-z0-9]+)*\.[a-z]{2,24})/[A-Za-z0-9_~!$&()*+,;=:@%/.-]*"
    r"(?:\?[A-Za-z0-9_~!$&()*+,;=:@%/.?-]*)?"
)
_DOTS = re.compile(r"/\.|%2e", re.IGNORECASE)
"""A URL that the parser would give back as it is, which it would take five times as long to find out."""
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")
_CARRIER = re.compile(
    r"[\x00-\x20]*(?:ms-[a-z]{2,20}|microsoft-edge|search-ms|feed|itms-services):(?!/)[^\s\"'<>]{0,60}?(https?(?::|%3a)(?:/|%2f){2}[^|\s\"'<>]+)",
    re.IGNORECASE,
)
"""Schemes of programs (Office, Edge, installers, feed readers) that open the address behind them."""
_AUTHORITY_END = re.compile(r"[/?#]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_KEPT = "\ufdd0"
"""Stands for a question mark for a moment; no character, and in hardly any text."""
_BLANKS = "".join(map(chr, range(0x21)))
_REMOVED = {ord(character): None for character in "\t\n\r"}


class Url(NamedTuple):
    """A parsed absolute URL with a host. A named tuple, because a newsletter has a hundred of them."""

    href: str
    """The serialised form: ASCII, what a browser would request and show when asked to copy."""
    scheme: str
    """Without the colon, lower case."""
    host: str
    """ASCII form, lower case, IPv6 in brackets, without port."""


@lru_cache(maxsize=1024)
def read(text: str, base: str | None = None) -> Url | None:
    """The URL a browser opens for ``text`` on a page at ``base``; None where it opens no host.

    A reference without scheme (``//host/path``) is read as https where there is no base, as web mailers do.
    References relative to nothing lead nowhere and give None.
    """
    if len(text) <= limits.URL_CHARACTERS and (plain := _PLAIN.fullmatch(text)) and not _DOTS.search(text):
        return Url(text, plain.group(1), plain.group(2))
    if len(text) > limits.URL_CHARACTERS:
        text = _without_blanks(text)
    if len(text) > limits.URL_CHARACTERS or text[:64].lstrip(_BLANKS).lower().startswith(_WITHOUT_HOST):
        return None
    if not text.isascii():
        text = without_surrogates(text)
    try:
        href = join_url(base, text) if base else normalize_url(text)
    except ValueError:
        if base is not None or not text.lstrip(_BLANKS).replace("\\", "/").startswith("//"):
            return None
        return read(text, "https://base.invalid/")
    return _split(href) or _carried(text)


def _carried(text: str) -> Url | None:
    """The web address that another program is told to open (``ms-word:ofe|u|https://…``)."""
    match = _CARRIER.match(text)
    return read(unquote(match.group(1)) if "%" in match.group(1)[:8] else match.group(1)) if match else None


def _split(href: str) -> Url | None:
    """Scheme and host out of a serialised URL, where they stand in the open (WHATWG URL section 4.5).

    The parser's own getters cost three times as much as the whole parse.
    """
    scheme, separator, rest = href.partition("://")
    if not separator or not _SCHEME.fullmatch(scheme):
        return None
    authority = _AUTHORITY_END.split(rest, 1)[0]
    host = authority[authority.rfind("@") + 1 :]
    host = host[: host.find("]") + 1] if host.startswith("[") else host.partition(":")[0]
    return Url(href, scheme, host) if host else None


def without_surrogates(text: str) -> str:
    """Lone surrogates, of bytes that did not decode, made U+FFFD as browsers' decoders do; length stays."""
    try:
        text.encode("utf-16-le")  # knows in a tenth of the time that there are none, as in most texts
    except UnicodeEncodeError:
        pass
    else:
        return text
    if _KEPT in text:
        return _SURROGATE.sub("\ufffd", text)
    # The encoder puts a question mark for each, in a seventh of the time that a pattern takes over noise.
    marked = text.replace("?", _KEPT).encode("utf-8", "replace").decode("utf-8")
    return marked.replace("?", "\ufffd").replace(_KEPT, "?")


def too_long(text: str) -> bool:
    """Whether ``text`` might open a host and is not read because of its length."""
    if len(text) <= limits.URL_CHARACTERS:
        return False
    text = _without_blanks(text)
    return len(text) > limits.URL_CHARACTERS and not text[:64].lower().startswith(_WITHOUT_HOST)


def _without_blanks(text: str) -> str:
    """What remains after the URL parser's first step (WHATWG URL section 4.4, 1 to 3)."""
    return text.strip(_BLANKS).translate(_REMOVED)
