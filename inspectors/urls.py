"""A URL as a browser reads it (WHATWG URL Standard), through the ada parser.

Does not look anything up, does not know registrable domains, and does not unwrap other vendors'
rewritten links yet.
"""

from __future__ import annotations

from dataclasses import dataclass

from ada_url import URL

from inspectors import limits

_WITHOUT_HOST = ("mailto:", "tel:", "sms:", "cid:", "mid:", "data:", "about:", "javascript:", "#")
"""Starts of references that lead to no host; most links of a mail that are not web links begin so."""


@dataclass(frozen=True, slots=True)
class Url:
    """A parsed absolute URL with a host."""

    href: str
    """The serialised form: ASCII, what a browser would request and show when asked to copy."""
    scheme: str
    """Without the colon, lower case."""
    host: str
    """ASCII form, lower case, IPv6 in brackets, without port."""


def read(text: str, base: str | None = None) -> Url | None:
    """The URL a browser opens for ``text`` on a page at ``base``; None where it opens no host.

    A reference without scheme (``//host/path``) is read as https where there is no base, as web mailers do.
    References relative to nothing lead nowhere and give None.
    """
    if len(text) > limits.URL_CHARACTERS or text.lstrip().lower().startswith(_WITHOUT_HOST):
        return None
    text = text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text
    try:
        url = URL(text, base) if base else URL(text)
    except ValueError:
        if base is not None or not text.lstrip().replace("\\", "/").startswith("//"):
            return None
        return read(text, "https://base.invalid/")
    host: str = url.hostname
    return Url(url.href, url.protocol[:-1], host) if host else None
