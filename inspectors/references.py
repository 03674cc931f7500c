"""Character references in HTML source (WHATWG HTML section 13.2.5.72), resolved with the way back.

Does not decide whether what it resolved is what the tree holds: whoever asks compares.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from html.entities import html5

import turbohtml

from inspectors.model import Span

_NUMBER = re.compile(r"&#(?:[xX]([0-9A-Fa-f]+)|([0-9]+));?")
_REFERENCE = re.compile(r"&#?[0-9A-Za-z]{1,40};?")


class Resolved:
    """Source characters with their references resolved."""

    def __init__(self, source: str, attribute: bool = False) -> None:
        """``attribute``: names without a semicolon count only where no letter, digit or "=" follows."""
        self._source = source
        self._starts = [0]
        self._places = [0]
        if "&" not in source:
            self.text = source
            self._starts.append(len(source))
            self._places.append(len(source))
            return
        pieces: list[str] = []
        length = position = 0
        self._starts.clear()
        self._places.clear()
        for match in [*_REFERENCE.finditer(source), None]:
            at = match.start() if match else len(source)
            reference = match.group() if match else ""
            for piece, place in ((source[position:at], position), (reference, at)):
                self._starts.append(length)
                self._places.append(place)
                if piece and piece is reference:
                    piece = (
                        _in_attribute(piece, source[at + len(piece) : at + len(piece) + 1])
                        if attribute
                        else _named(piece)
                    )
                pieces.append(piece)
                length += len(piece)
            position = match.end() if match else at
        self._starts.append(length)
        self._places.append(len(source))
        self.text = "".join(pieces)

    def source(self, span: Span) -> Span:
        """Where characters of ``text`` stand in the source; a reference goes whole or not at all."""
        starts, places, source = self._starts, self._places, self._source
        first = min(bisect_right(starts, span.start), len(starts) - 1) - 1
        last = min(bisect_right(starts, max(span.start, span.end - 1)), len(starts) - 1)
        start = places[first] + span.start - starts[first]
        plain = self.text[starts[last - 1] : starts[last]] == source[places[last - 1] : places[last]]
        end = places[last - 1] + span.end - starts[last - 1] if plain else places[last]
        return Span(start, max(start, end))


def _named(reference: str) -> str:
    return _numeric(reference) if reference[1] == "#" else turbohtml.unescape(reference)


def _numeric(reference: str) -> str:
    """One character; where more digits or letters follow than belong to the number, they stay."""
    match = _NUMBER.match(reference)
    if match is None:
        return reference
    code = int(match.group(1), 16) if match.group(1) else int(match.group(2))
    rest = reference[match.end() :]
    if not 0 < code < 0x110000 or 0xD800 <= code < 0xE000:
        return "\ufffd" + rest
    if 0x80 <= code < 0xA0:  # what windows-1252 has there
        return (bytes((code,)).decode("cp1252", "ignore") or chr(code)) + rest
    return chr(code) + rest


def _in_attribute(reference: str, following: str) -> str:
    if reference[1] == "#":
        return _numeric(reference)
    if reference.endswith(";") or following != "=":
        return html5.get(reference[1:], reference)
    return reference
