"""The conversation with the next hop, SMTP or LMTP, as pure code: bytes in, bytes and answers out.

The caller writes what ``command`` and ``outgoing`` give, feeds what it reads to ``receive`` and looks at the
answers. Whatever the next hop does, every command gets exactly one answer that may be shown to the client:
the next hop's own bytes where they are a reply that fits the place, else a 451 of ours. A conversation that
left the rails is ``dead``; one that should not be used for another message is ``worn``. Why reuse has limits:
mail servers count errors per connection and slow down or hang up on whoever comes next (measured with
Postfix: one second per error after 10, 421 after 121 RSETs without a delivery).

Does no I/O and knows no time-outs.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum

from gateway import replies
from gateway.replies import NotAReply, Reply, from_next_hop, parse_line

REPLY_LINE_LIMIT = 4096
"""Octets in one reply line; RFC 5321 section 4.5.3.1.5 says 512."""
REPLY_LIMIT = 32768
"""Octets in one reply over all its lines."""
MAX_ERRORS = 3
MAX_RESETS = 20
MAX_DELIVERIES = 100


class Stage(Enum):
    """Where in the conversation an answer belongs."""

    GREETING = "greeting"
    HELLO = "hello"
    XFORWARD = "xforward"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body"
    RSET = "rset"
    QUIT = "quit"


_CODES = {Stage.GREETING: 220, Stage.DATA: 354}
"""Stages where only one positive code makes sense; elsewhere any 2xx does."""

_VERBATIM = frozenset({Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.BODY})
"""Stages whose 4xx and 5xx are the client's business. Before them there is no message to refuse."""


@dataclass(frozen=True, slots=True)
class Offers:
    """What a next hop's EHLO offers, of what we can carry."""

    keywords: frozenset[str] = frozenset()
    """Of SIZE, 8BITMIME, SMTPUTF8, DSN, ENHANCEDSTATUSCODES, PIPELINING."""
    size: int = 0
    """Its SIZE in octets; 0 for no fixed limit."""
    xforward: frozenset[str] = frozenset()
    """The XFORWARD attributes it takes; empty where it does not offer it."""


CARRIED = frozenset({"SIZE", "8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES", "PIPELINING"})


def read_offers(lines: list[bytes]) -> Offers:
    """Read the lines of an EHLO reply after the first (RFC 5321 section 4.1.1.1)."""
    keywords: set[str] = set()
    size = 0
    xforward: frozenset[str] = frozenset()
    for line in lines:
        words = line.decode("ascii", "replace").upper().split()
        if not words:
            continue
        if words[0] == "XFORWARD":
            xforward = frozenset(words[1:])
        elif words[0] in CARRIED:
            keywords.add(words[0])
            if words[0] == "SIZE" and len(words) > 1 and words[1].isascii() and words[1].isdigit():
                size = int(words[1][:20])
    return Offers(frozenset(keywords), size, xforward)


class ReplyReader:
    """Cuts a stream into replies. Raises NotAReply at the first byte that cannot be one."""

    __slots__ = ("_buffer", "_code", "_lines", "_raw", "_size")

    def __init__(self) -> None:
        self._buffer = b""
        self._raw: list[bytes] = []
        self._lines: list[bytes] = []
        self._code = 0
        self._size = 0

    def feed(self, data: bytes) -> list[tuple[Reply, list[bytes]]]:
        """Complete replies, each with the texts of all its lines."""
        buffer = self._buffer + data if self._buffer else data
        found: list[tuple[Reply, list[bytes]]] = []
        at = 0
        while (end := buffer.find(b"\n", at)) >= 0:
            if end - at >= REPLY_LINE_LIMIT:
                raise NotAReply(f"reply line of {end - at} octets")
            if buffer[end - 1 : end] != b"\r" or end == at:
                raise NotAReply("reply line without CR LF")
            code, last, text = parse_line(buffer[at : end - 1])
            if self._raw and code != self._code:
                raise NotAReply(f"codes {self._code} and {code} in one reply")
            self._code = code
            self._raw.append(buffer[at : end + 1])
            self._lines.append(text)
            self._size += end + 1 - at
            at = end + 1
            if last:
                found.append((from_next_hop(code, text, b"".join(self._raw)), self._lines))
                self._raw, self._lines, self._size = [], [], 0
            elif self._size > REPLY_LIMIT:
                raise NotAReply(f"reply of more than {REPLY_LIMIT} octets")
        self._buffer = buffer[at:]
        if len(self._buffer) > REPLY_LINE_LIMIT:
            raise NotAReply(f"reply line of more than {REPLY_LINE_LIMIT} octets")
        return found

    @property
    def partial(self) -> bool:
        """Whether part of a reply is waiting for its rest."""
        return bool(self._buffer or self._raw)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one command, fit to be shown to the client."""

    stage: Stage
    reply: Reply


class Conversation:
    """One connection's dialog with a next hop, over any number of transactions."""

    __slots__ = (
        "_accepted",
        "_bodies",
        "_expected",
        "_helo",
        "_outgoing",
        "_reader",
        "_tried_helo",
        "dead",
        "deliveries",
        "dot",
        "errors",
        "lmtp",
        "offers",
        "opened",
        "resets",
        "why",
    )

    def __init__(self, helo: bytes, *, lmtp: bool = False) -> None:
        self._helo = helo
        self.lmtp = lmtp
        self._reader = ReplyReader()
        self._expected: deque[Stage] = deque([Stage.GREETING])
        self._outgoing = b""
        self._tried_helo = False
        self._accepted = 0
        self._bodies: list[Reply] = []
        self.offers = Offers()
        self.dead = False
        """Nothing more can be said or heard on this connection."""
        self.why = ""
        """Why it is dead, for the log."""
        self.opened = False
        """A transaction is open: MAIL was accepted and nothing has ended it yet."""
        self.dot = False
        """The dot went out and its answer has not come: the message may or may not be delivered."""
        self.errors = self.resets = self.deliveries = 0

    @property
    def worn(self) -> bool:
        """Whether it should not carry another transaction."""
        return (
            self.dead
            or self.errors >= MAX_ERRORS
            or self.resets >= MAX_RESETS
            or self.deliveries >= MAX_DELIVERIES
        )

    @property
    def waiting(self) -> Stage | None:
        """The stage whose answer is due next, or None."""
        return self._expected[0] if self._expected else None

    def outgoing(self) -> bytes:
        """Bytes the conversation wants written by itself (EHLO, LHLO, HELO)."""
        data, self._outgoing = self._outgoing, b""
        return data

    def command(self, stage: Stage, line: bytes) -> bytes:
        """Note that the command is sent; gives the bytes to write. ``line`` comes without CRLF."""
        self._expected.append(stage)
        if stage is Stage.RSET:
            self.resets += 1
        return line + b"\r\n"

    def dot_goes(self) -> None:
        """Note that the end of the message is about to be written."""
        self.dot = True

    def receive(self, data: bytes) -> list[Answer]:
        """Read what the next hop said. Never raises; rubbish makes an answer of ours and a dead end."""
        try:
            found = self._reader.feed(data)
        except NotAReply as error:
            return self.lost(str(error))
        answers: list[Answer] = []
        for reply, lines in found:
            if self.dead:
                break
            if not self._expected:
                self.lost(f"unasked reply {reply.text!r}")
                break
            answers += self._take(self._expected[0], reply, lines)
        return answers

    def lost(self, why: str, own: replies.Own = replies.NEXT_HOP_FAILED) -> list[Answer]:
        """The connection ended, or must: every command still waiting is answered with ``own``."""
        if not self.dead:
            self.dead, self.why = True, why
        left, self._expected = list(self._expected), deque()
        return [Answer(stage, own.reply(detail=f"{stage.value}: {why}")) for stage in left]

    def _take(self, stage: Stage, reply: Reply, lines: list[bytes]) -> list[Answer]:
        kind = reply.code // 100
        if reply.code == 421 or not self._positive_fits(stage, reply):
            return self.lost(f"answered {reply.text!r}")
        if stage is Stage.BODY and self.lmtp and self.dot:
            self._bodies.append(reply)
            if len(self._bodies) < self._accepted:
                return []
            reply = self._combine()
            kind = reply.code // 100
        self._expected.popleft()
        if kind in (4, 5):
            return self._negative(stage, reply)
        return self._positive(stage, reply, lines)

    def _positive_fits(self, stage: Stage, reply: Reply) -> bool:
        if reply.code >= 400:
            return True
        if stage is Stage.BODY and not self.dot:
            return False  # a 2xx before our dot cannot be about the whole message
        if stage in _CODES:
            return reply.code == _CODES[stage]
        return reply.good

    def _negative(self, stage: Stage, reply: Reply) -> list[Answer]:
        if stage is Stage.HELLO and not self.lmtp and not self._tried_helo and reply.code // 100 == 5:
            self._tried_helo = True
            self._say_hello(b"HELO")
            return []
        if stage in (Stage.GREETING, Stage.HELLO):
            self._expected.appendleft(stage)
            return self.lost(f"answered {reply.text!r}")
        if stage is Stage.BODY and not self.dot:
            self.lost(f"refused in mid-message: {reply.text!r}")
        if stage is Stage.RSET:
            self.lost(f"refused RSET: {reply.text!r}")
        if stage in _VERBATIM:
            self.errors += 1
        if stage is Stage.BODY:
            self.dot = self.opened = False
        return [Answer(stage, reply)]

    def _positive(self, stage: Stage, reply: Reply, lines: list[bytes]) -> list[Answer]:
        match stage:
            case Stage.GREETING:
                self._say_hello(b"LHLO" if self.lmtp else b"EHLO")
                return []
            case Stage.HELLO:
                self.offers = Offers() if self._tried_helo else read_offers(lines[1:])
            case Stage.MAIL:
                self.opened, self._accepted, self._bodies = True, 0, []
            case Stage.RCPT:
                self._accepted += 1
            case Stage.DATA:
                self._expected.append(Stage.BODY)
            case Stage.BODY:
                self.dot = self.opened = False
                self.deliveries += 1
                self.resets = 0
            case Stage.RSET:
                self.opened = False
            case Stage.QUIT:
                self.lost("we said QUIT")
        return [Answer(stage, reply)]

    def _say_hello(self, verb: bytes) -> None:
        self._expected.appendleft(Stage.HELLO)
        self._outgoing += b"%b %b\r\n" % (verb, self._helo)

    def _combine(self) -> Reply:
        """One reply for LMTP's many. Mixed ones become 451: better twice for some than never for others."""
        if len({reply.code // 100 for reply in self._bodies}) == 1:
            return self._bodies[0]
        return replies.NEXT_HOP_FAILED.reply(detail="; ".join(reply.text for reply in self._bodies))
