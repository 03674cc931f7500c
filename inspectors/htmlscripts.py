"""Addresses in the scripts of a page that somebody opens as a file: there, unlike in a mail, scripts run.

Does not run anything: addresses that a script computes are not seen.
"""

from __future__ import annotations

from collections.abc import Iterator

from turbohtml import Document

from inspectors import labels, limits, urls
from inspectors.model import Leaf
from inspectors.pdf import javascript

PLACE = "html:script"
REFUSED = "addresses in scripts are listed and not rewritten"


def run(leaf: Leaf) -> bool:
    """Whether scripts of this leaf run: it is opened in a browser, not shown by a mail program."""
    return leaf.disposition == "attachment" or leaf.sealed == "inside" or not labels.shown_in_place(leaf)


def found(document: Document) -> Iterator[tuple[str, urls.Url] | None]:
    """Each address as it is written, and what it opens; None where the scripts are too long to be read on."""
    seen: set[str] = set()
    budget = limits.SCRIPT_CHARACTERS
    for script in _scripts(document):
        for written in javascript.urls(script[:budget]):
            url = urls.read(f"http://{written}" if written[:4].lower() == "www." else written)
            if url is not None and written not in seen:
                seen.add(written)
                yield written, url
        budget -= len(script)
        if budget < 0:
            yield None
            return


def _scripts(document: Document) -> Iterator[str]:
    for element in document.iter_elements(("script",)):
        yield element.text
    for element in document.iter_elements():
        for name, value in element.attrs.items():
            script = value[:40].strip()[:11].lower() == "javascript:" if isinstance(value, str) else False
            if isinstance(value, str) and (script or name.startswith("on")):
                yield value
