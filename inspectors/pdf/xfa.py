"""URLs in the XML of a form (XFA 3.3), found as text.

Does not parse XML: entities would have to be bounded, and only the URLs are wanted. Names of namespaces are
left out, as they lead nowhere.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from inspectors.pdf import javascript

_NAMESPACE = re.compile(r"""\bxmlns(?::[\w.-]{1,100}+)?\s{0,20}+=\s{0,20}+(?:"[^"<]*+"|'[^'<]*+')""")
_DECLARATION = re.compile(r"<[!?](?!\[CDATA\[)[^<>]*+>")
_SCRIPT = re.compile(r"<(?:[\w.-]{1,50}+:)?script\b[^<>]*+>([^<]*+(?:<(?!/)[^<]*+)*+)")
_URL = re.compile(r"(?:https?|ftps?)://[^\s\"'<>\\^`{|}]++", re.IGNORECASE)
_SCHEMA = ("http://www.xfa.org/schema/", "http://ns.adobe.com/", "http://www.w3.org/", "http://purl.org/")
"""Names of namespaces that stand as values too (``xdp:uri``, ``rdf:about``)."""


def urls(text: str) -> Iterator[str]:
    """What looks like a URL in attributes, text and scripts, in order; each once."""
    text = _DECLARATION.sub(" ", _NAMESPACE.sub(" ", text))
    given: set[str] = set()
    for each in _all(text):
        url = each.rstrip(".,;:!?)]")
        if url not in given and not url.startswith(_SCHEMA):
            given.add(url)
            yield url


def _all(text: str) -> Iterator[str]:
    yield from _URL.findall(html.unescape(text))
    for script in _SCRIPT.findall(text):
        yield from javascript.urls(html.unescape(script))
