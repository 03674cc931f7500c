"""Every reply the relay can give, as values, with when and why it is given.

Two kinds exist: our own, from the table below, and the next hop's, which keep their bytes so that they
go up as they came. The rule behind the table: what we are not sure about is transient. An upstream mail
server bounces at a 5xx and tries again at a 4xx, so only what the client itself did wrong, or what can
never become right, gets a 5xx (measured with Postfix: every unexpected 5xx is a lost message for somebody).

Does not send anything and does not decide when a reply is due.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_LINE = re.compile(rb"([2-5][0-5][0-9])(?:([ -])([\t\x20-\x7e\x80-\xff]*))?")
"""One reply line without its line end (RFC 5321 section 4.2; 8-bit text from RFC 6531 section 3.7.4.2)."""

_ENHANCED = re.compile(rb"([245]\.[0-9]{1,3}\.[0-9]{1,3})(?: |$)")
"""RFC 2034 section 4."""


class NotAReply(Exception):  # noqa: N818 - caught as an answer, not an error
    """The bytes are not an SMTP reply."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One SMTP reply, of one or more lines."""

    code: int
    """200 to 599."""
    enhanced: str
    """RFC 3463 status code; empty where there is none."""
    words: str
    """For the peer; of a reply with several lines the last."""
    detail: str = ""
    """For the log only."""
    raw: bytes = b""
    """The next hop's bytes with all line ends; empty for our own replies."""

    @property
    def wire(self) -> bytes:
        """The bytes to send, CRLF included."""
        return self.raw or f"{self.text}\r\n".encode()

    @property
    def text(self) -> str:
        """Code, enhanced code and words on one line; for logs and the store."""
        return " ".join(part for part in (str(self.code), self.enhanced, self.words) if part)

    @property
    def good(self) -> bool:
        """Whether it is a 2xx."""
        return self.code // 100 == 2


def parse_line(line: bytes) -> tuple[int, bool, bytes]:
    """Code, whether it is the last line, and text of one reply line without CRLF. Raises NotAReply."""
    match = _LINE.fullmatch(line)
    if match is None:
        raise NotAReply(f"not a reply line: {line[:80]!r}")
    return int(match[1]), match[2] != b"-", match[3] or b""


def from_next_hop(code: int, text: bytes, raw: bytes) -> Reply:
    """The value of a reply read from the next hop; ``text`` is its last line's, ``raw`` all of it."""
    match = _ENHANCED.match(text)
    enhanced = match[1].decode() if match else ""
    words = text[match.end() :] if match else text
    return Reply(code, enhanced, words.decode("utf-8", "replace"), raw=raw)


@dataclass(frozen=True, slots=True)
class Own:
    """A reply of ours: what it says and when it is due."""

    code: int
    enhanced: str
    words: str
    when: str
    wire: bytes = field(init=False, repr=False)
    """The reply's bytes where no id stands in it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "wire", self.reply().wire)

    def reply(self, id: str = "", detail: str = "") -> Reply:
        """The reply; ``id`` is the transaction's and stands in the text, ``detail`` goes to the log only."""
        words = f"{self.words} (id={id})" if id else self.words
        return Reply(self.code, self.enhanced, words, detail)


# The dialog itself.
OK = Own(250, "2.0.0", "Ok", "a command we answer ourselves: RSET, NOOP, XFORWARD")
SENDER_OK = Own(250, "2.1.0", "Ok", "MAIL, where the next hop is a Maildir")
RECIPIENT_OK = Own(250, "2.1.5", "Ok", "RCPT, where the next hop is a Maildir")
STORED = Own(250, "2.0.0", "Stored", "the message is on disk in the Maildir, fsynced and renamed")
START_DATA = Own(354, "", "End data with <CR><LF>.<CR><LF>", "DATA after at least one accepted recipient")
BYE = Own(221, "2.0.0", "Bye", "QUIT")
CANNOT_VERIFY = Own(252, "2.5.0", "Cannot verify, but will pass mail on", "VRFY; only the next hop knows")
HELP = Own(214, "2.0.0", "A relay for mail servers: EHLO MAIL RCPT DATA RSET NOOP QUIT", "HELP")

# The client did something wrong. These are the only 5xx of ours.
UNKNOWN_COMMAND = Own(500, "5.5.2", "Command not recognised", "a verb we do not know")
NOT_A_COMMAND = Own(500, "5.5.2", "Not a command: control character in the line", "NUL, bare CR and such")
BARE_LF = Own(
    500, "5.5.2", "Commands end in CR LF; closing", "a bare LF in a command: smuggling, so we close"
)
LINE_TOO_LONG = Own(500, "5.5.2", "Command line too long; closing", "a command over the line limit")
NOT_OFFERED = Own(502, "5.5.1", "Command not implemented", "AUTH, STARTTLS, EXPN, BDAT: known, not offered")
BAD_SYNTAX = Own(501, "5.5.4", "Syntax error in the command's argument", "an argument outside the grammar")
BAD_PARAMETER = Own(555, "5.5.4", "Parameter not recognised or not offered", "a parameter EHLO did not offer")
BAD_ADDRESS = Own(553, "5.1.3", "Malformed address", "an address outside the grammar; never sent on")
HELLO_FIRST = Own(503, "5.5.1", "Send EHLO or HELO first", "MAIL before EHLO")
NESTED_MAIL = Own(503, "5.5.1", "Mail transaction already open", "MAIL or XFORWARD inside a transaction")
MAIL_FIRST = Own(503, "5.5.1", "Need MAIL first", "RCPT or DATA outside a transaction")
NO_RECIPIENTS = Own(554, "5.5.1", "No valid recipients", "DATA although no recipient was accepted")
NOT_AUTHORISED = Own(550, "5.7.0", "Not authorised to use XFORWARD", "XFORWARD from outside its networks")
TOO_BIG = Own(552, "5.3.4", "Message too big", "over our size limit, in SIZE= or in fact")
SMUGGLING = Own(
    550, "5.5.2", "Bare CR or LF before a dot", "a next hop might take it for the end of the message"
)
BARE_LINE_END = Own(550, "5.5.2", "Bare CR or LF in the message", "with the strict rule for line ends only")
LOOP = Own(554, "5.4.6", "Too many hops", "more Received lines than allowed")

# The administrator's policy says so; the only 5xx that content can cause.
POLICY = Own(550, "5.7.1", "Message refused by policy", "an action of the policy says refuse")

# Limits. The client may come back.
TOO_MANY_RECIPIENTS = Own(452, "4.5.3", "Too many recipients", "over the limit, or a second one towards LMTP")
TOO_MANY_ERRORS = Own(421, "4.7.0", "Too many errors; closing", "the client's bad commands used up")
TOO_MANY_COMMANDS = Own(421, "4.7.0", "Too many commands without mail; closing", "NOOP, RSET, … used up")
TOO_MANY_CONNECTIONS = Own(421, "4.7.0", "Too many connections; try later", "the client's or all connections")
NOT_ALLOWED = Own(
    421, "4.7.1", "Not allowed to send mail here", "a client outside the networks; 4xx: the list may be wrong"
)
BUSY = Own(451, "4.3.2", "Too many messages at once; try later", "transactions used up")
TIMED_OUT = Own(421, "4.4.2", "Timed out waiting for you; closing", "no command, or no data, in time")
CLOSING = Own(421, "4.3.2", "Service closing; try again", "the gateway is being stopped")

# We or the next hop failed. Always transient.
NEXT_HOP_UNREACHABLE = Own(451, "4.4.1", "Next mail server not reachable; try later", "no connection or EHLO")
NEXT_HOP_AWAY = Own(421, "4.4.1", "Next mail server not reachable; try later", "EHLO, and no offers known")
NEXT_HOP_FAILED = Own(
    451, "4.3.0", "Next mail server gave no usable answer; try later", "dropped, talked rubbish or 421"
)
NEXT_HOP_SILENT = Own(451, "4.4.2", "Next mail server did not answer in time; try later", "a phase timed out")
NEXT_HOP_CHANGED = Own(
    451, "4.3.5", "Next mail server no longer offers this; try later", "offers shrank after our EHLO"
)
CLIENT_GONE = Own(451, "4.4.2", "Connection lost before the end", "the client left before our dot went down")
NO_SPACE = Own(452, "4.3.1", "No space; try later", "spool or Maildir could not be written")
BROKEN = Own(421, "4.3.0", "Internal error; closing, try later", "a bug while we were reading a message")
UNSCREENED = Own(
    451, "4.7.1", "Message could not be looked into; try later", "screening failed, and policy refuses then"
)
OUR_FAULT = Own(451, "4.3.0", "Internal error; try later", "an exception of ours: a bug, counted and logged")

TABLE: tuple[Own, ...] = tuple(value for value in tuple(globals().values()) if isinstance(value, Own))
