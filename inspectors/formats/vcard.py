"""Address cards (RFC 6350; vCard 2.1 and 3.0 as they are still sent): every property with a URL.

Does not change anything, and does not look into pictures, sounds and keys that stand in a card.
"""

from __future__ import annotations

from inspectors import labels, limits
from inspectors.formats import contentlines
from inspectors.formats.finding import Finds
from inspectors.model import Leaf, Reading

_TYPES = ("text/vcard", "text/x-vcard", "text/directory", "application/vcard")
_ENDINGS = (".vcf", ".vcard")
_URIS = frozenset(
    (
        "url",
        "source",
        "photo",
        "logo",
        "sound",
        "key",
        "fburl",
        "caladruri",
        "caluri",
        "impp",
        "x-socialprofile",
    )
)
_BINARY = frozenset(("base64", "b"))


def accepts(leaf: Leaf, start: bytes) -> bool:
    return labels.says(leaf, _TYPES, _ENDINGS)


def read(leaf: Leaf, content: bytes) -> Reading:
    """Links as "vcard:PROPERTY"."""
    finds = Finds(leaf)
    if len(content) > limits.TEXT_BYTES or contentlines.over(content):
        finds.skip("an address book over the limit", "limit")
        return finds.reading()
    for line in contentlines.read(content, leaf.charset):
        if finds.full:
            break
        place = f"vcard:{line.name or 'text'}"
        if any(value.lower() in _BINARY for _, value in line.parameters):
            continue
        if line.name in _URIS:
            finds.url(line.words, place)
        else:
            finds.text(line.words if line.name else line.line, place)
    return finds.reading()
