"""format=flowed (RFC 3676): lines that are one line to the reader.

A line that ends in a blank goes on in the next one of the same quoting depth. With DelSp=yes that blank
goes, so that a word, and a URL, may be broken anywhere; Apple's mail programs send so. Without it the blank
stays and ends a URL, so that nothing need be joined to find links.

Does not lay out text and does not change it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from inspectors import limits
from inspectors.model import Span

_SOFT = re.compile(r" \r?\n(>*) ?")
"""The blank, the line end, and what stands in front of the next line's text: quote marks and a stuffed blank
(sections 4.4 and 4.5)."""
_MARKS = re.compile(">*")
_SIGNATURE = ("-- ", " -- ")  # section 4.3: never flowed; the second is stuffed


@dataclass(frozen=True, slots=True)
class Joined:
    """Text without its soft line breaks."""

    text: str
    starts: tuple[int, ...]
    """Where the pieces begin in ``text``, ascending."""
    sources: tuple[int, ...]
    """Where they begin in the characters as they came."""
    complete: bool
    """False where there are more soft breaks than ``limits.SOFT_BREAKS``; those behind are still there."""

    def place(self, span: Span) -> Span:
        """The characters as they came that hold ``text[span]``, soft breaks inside it included; not empty."""
        first = bisect_right(self.starts, span.start) - 1
        last = bisect_right(self.starts, span.end - 1) - 1
        return Span(
            self.sources[first] + span.start - self.starts[first],
            self.sources[last] + span.end - self.starts[last],
        )


def joined(text: str) -> Joined:
    """The text of a part in format=flowed with DelSp=yes."""
    pieces: list[str] = []
    starts, sources = [0], [0]
    position = length = 0
    complete = True
    for soft in _SOFT.finditer(text):
        if not _flows(text, soft):
            continue
        if len(starts) > limits.SOFT_BREAKS:
            complete = False
            break
        pieces.append(text[position : soft.start()])
        length += soft.start() - position
        position = soft.end()
        starts.append(length)
        sources.append(position)
    pieces.append(text[position:])
    return Joined("".join(pieces), tuple(starts), tuple(sources), complete)


def _flows(text: str, soft: re.Match[str]) -> bool:
    """Whether the next line is the same paragraph: not a signature, nor another quotation."""
    begin = text.rfind("\n", 0, soft.start()) + 1
    marks = _MARKS.match(text, begin)
    assert marks is not None
    if len(marks.group()) != len(soft.group(1)):
        return False
    content = text[marks.end() : min(soft.start() + 1, marks.end() + len(_SIGNATURE[1]) + 1)]
    # A line of nothing but its stuffed blank is empty, and does not end in one.
    return content not in _SIGNATURE and content != " "


def soft_break(text: str, at: int, *, delsp: bool) -> str:
    """What breaks the line in front of ``text[at]`` so that nobody sees it; empty where that is not possible.

    The line end is a newline alone, for the writer to put the one in use.
    """
    floor = max(0, at - limits.LINE_PLAIN)
    begin = text.rfind("\n", floor, at) + 1
    if not begin and floor:
        return ""  # the line is over the limit as it came, and may stay as long
    before = text[begin:at]
    if not before.strip(" ") or before.startswith(">") or before in _SIGNATURE:
        return ""
    if delsp:
        return " \n"
    return "\n" if before.endswith(" ") else ""
