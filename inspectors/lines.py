"""Where lines stand in a body while it is patched from front to back.

A patch moves what follows it on its line, so a second patch on the same line must count from where the first
one left off: taken alone each could keep the line short enough, and together they would not.

Does not change bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

from inspectors.model import Leaf, Span


class TransferError(Exception):
    """An edit that cannot be written in this transfer encoding; the words say why."""


@dataclass(frozen=True, slots=True)
class Place:
    """The line a patch falls on. All figures are bytes without the line end."""

    column: int
    """Bytes before the patch on its line in the outgoing message."""
    rest: int
    """Bytes behind the patch up to the end of the line it ends on."""
    length: int
    """The line, or the lines it reaches over together, in the message as it came."""
    eol: bytes
    """The line end in use here."""


class Lines:
    """Asked for ascending spans of one leaf's body; every byte is looked at a constant number of times."""

    def __init__(self, raw: bytes, leaf: Leaf) -> None:
        self._raw, self._body = raw, leaf.body
        self._end, self._column = leaf.body.start, 0  # behind the last patch, and its column going out
        self._begin, self._stop = leaf.body.start, -1  # the line as it came; its end, where known
        self._eol = _line_end(raw, leaf.body)

    def place(self, span: Span) -> Place:
        """Where ``span`` stands; spans must ascend."""
        newline = self._raw.rfind(b"\n", self._end, span.start)
        if newline >= 0:
            self._begin = newline + 1
            self._end, self._column = self._begin, 0
            self._eol = b"\r\n" if self._raw[newline - 1 : newline] == b"\r" else b"\n"
        if self._stop < span.end:
            found = self._raw.find(b"\n", span.end, self._body.end)
            self._stop = self._body.end if found < 0 else found
        stop = self._stop
        if stop > span.end and self._raw[stop - 1] == 0x0D:
            stop -= 1
        column = self._column + span.start - self._end
        return Place(column, stop - span.end, stop - self._begin, self._eol)

    def wrote(self, span: Span, data: bytes) -> None:
        """Note a patch at the span last asked for."""
        newline = data.rfind(b"\n")
        column = self._column + span.start - self._end
        self._column = len(data) - newline - 1 if newline >= 0 else column + len(data)
        self._end = span.end
        if b"\n" in self._raw[span.start : span.end]:
            self._begin = self._raw.rfind(b"\n", span.start, span.end) + 1


def _line_end(raw: bytes, body: Span) -> bytes:
    """The first line end of the body, else of the message, else CRLF."""
    at = raw.find(b"\n", body.start, body.end)
    at = raw.find(b"\n") if at < 0 else at
    return b"\n" if at == 0 or (at > 0 and raw[at - 1] != 0x0D) else b"\r\n"
