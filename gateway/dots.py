"""The dot: finding the end of a message, un-stuffing, stuffing, and the rule against smuggling.

All of RFC 5321 section 4.5.2 and of what two mail servers may read differently around it. Data ends at
CR LF . CR LF and nowhere else. A bare CR or bare LF directly followed by a dot is refused (rule "safe"):
lax servers end the message at LF.LF, LF.CRLF or CRLF.CRCRLF. The rule was tested exhaustively to length 6
against such a server: nothing that passes can end early. All other bytes pass as they came.

Does not read sockets or keep the message.
"""

from __future__ import annotations

import re

from gateway import replies
from gateway.replies import Own

_END = b"\r\n.\r\n"
_LF_DOT = re.compile(rb"\n\.").search
_CR_DOT = re.compile(rb"\r\.").search
"""Three times as fast as ``in``: a regular expression that begins with a literal looks for it with memchr."""
_PREFIXES = (b"\r\n.\r", b"\r\n.", b"\r\n", b"\r")


class DataReader:
    """Turns the bytes after 354 into the message: un-stuffed, in pieces, and what came behind the dot.

    Every octet is searched twice, no more: a search through 50 KB costs as much as a system call.
    """

    __slots__ = ("_held", "_last", "_skip", "_strict", "done", "dotted", "refusal", "rest", "size")

    def __init__(self, *, strict: bool = False) -> None:
        self._held = b""
        self._skip = -1
        self._last = b""
        self._strict = strict
        self.done = False
        """The dot was found."""
        self.rest = b""
        """What came after the dot: the next commands."""
        self.refusal: Own | None = None
        """Set where the line-end rule forbids the message; reading goes on to the dot."""
        self.dotted = False
        """Some line of the message begins with a dot and will need stuffing."""
        self.size = 0
        """Octets of the message so far, un-stuffed."""

    def feed(self, chunk: bytes) -> bytes:
        """The next piece of the message. Holds back at most four octets that may begin the end."""
        if self._skip < 0:
            if not chunk:
                return b""
            # As if a line had just ended: a message that begins with a dot, or is empty, is no special case.
            self._held, self._skip = (b"\r\n", 2) if chunk[:1] == b"." else (b"", 0)
        data = self._held + chunk if self._held else chunk
        if data.endswith(_END):
            self.done, self._held, body = True, b"", data[:-3]
        else:
            keep = next((len(prefix) for prefix in _PREFIXES if data.endswith(prefix)), 0)
            self._held = data[len(data) - keep :]
            body = data[: len(data) - keep] if keep else data
        lines = body.split(b"\n.") if _LF_DOT(body) else [body]
        if _may_end(lines) or (self._held[:2] == b"\r\n" and body.endswith(b"\r\n.")):
            end = data.find(_END)
            if end >= 0:
                self.done, self._held = True, b""
                body, self.rest = data[: end + 2], data[end + 5 :]
                lines = body.split(b"\n.")
        return self._taken(body, lines) if body else b""

    def _taken(self, body: bytes, lines: list[bytes]) -> bytes:
        """Check and un-stuff; ``lines`` is the body cut at LF and dot."""
        # A body never ends in CR LF unless it is the last one, so an LF before this one was bare; and so is
        # an LF at the very beginning.
        bare = self._last == b"\n" and body[:1] == b"."
        if len(lines) > 1:
            self.dotted = self.dotted or any(line[:1] == b"." for line in lines[1:])
            bare = bare or not all(line[-1:] == b"\r" for line in lines[:-1])
            body = body.replace(b"\r\n.", b"\r\n") if bare else b"\n".join(lines)
        if self.refusal is None:
            if bare or _CR_DOT(body):
                self.refusal = replies.SMUGGLING
            elif self._strict and _bare_line_end(body):
                self.refusal = replies.BARE_LINE_END
        self._last = body[-1:]
        if self._skip:
            body, self._skip = body[self._skip :], 0
        self.size += len(body)
        return body


def _may_end(lines: list[bytes]) -> bool:
    """Whether the end of data may lie inside a body cut at LF and dot: a dot with CR LF behind it."""
    return len(lines) > 1 and any(line[:2] == b"\r\n" or line == b"\r" for line in lines[1:])


def _bare_line_end(body: bytes) -> bool:
    pairs = body.count(b"\r\n")
    return body.count(b"\r") != pairs or body.count(b"\n") != pairs


class Stuffer:
    """Turns a message, piece by piece, into what goes after the next hop's 354."""

    __slots__ = ("_dotted", "_last")

    def __init__(self, *, dotted: bool = True) -> None:
        self._last = b"\r\n"
        self._dotted = dotted  # False: the reader saw that no line begins with a dot

    def feed(self, piece: bytes) -> bytes:
        """The piece with a dot added to every line that begins with one."""
        if not piece:
            return b""
        last = self._last
        self._last = piece[-2:] if len(piece) > 1 else last[-1:] + piece
        if not self._dotted:
            return piece
        if not _LF_DOT(piece) and piece[:1] != b".":
            return piece
        return b"\r\n..".join((last + piece).split(b"\r\n."))[len(last) :]

    def end(self) -> bytes:
        """The end of data; adds the line end where the message lacks it."""
        return b".\r\n" if self._last == b"\r\n" else _END
