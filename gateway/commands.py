"""The strict byte grammar of what a client may say: EHLO, MAIL, RCPT, XFORWARD.

What passes here is sent to the next hop as the same bytes, so the grammar is the guard against command
injection: no control characters, no spaces outside quoted strings, no decoding of anything. It is as wide
as Postfix's own reading of unquoted and routed addresses, because a before-queue filter must take what
Postfix took (SMTPD_PROXY_README), and no wider.

Does not know which extensions are on offer at the moment; the caller passes them in.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from gateway import replies
from gateway.replies import Own

LINE_LIMIT = 4096
"""Longest command line in octets, CRLF included: RFC 5321's 512 and room for RFC 3461's parameters."""

_UTF8 = rb"\x80-\xff"
_ATEXT = rb"A-Za-z0-9!#$%&'*+/=?^_`{|}~\-"
_LOCAL = rb"(?:[%b.%b]+|\"(?:[ !#-\[\]-~%b]|\\[ -~])*\")" % (_ATEXT, _UTF8, _UTF8)
_DOMAIN = rb"(?:[A-Za-z0-9_.\-%b]+|\[[A-Za-z0-9:._\-]+\])" % _UTF8
_ROUTE = rb"(?:@%b(?:,@%b)*:)" % (_DOMAIN, _DOMAIN)
_MAILBOX = rb"%b(?:@%b)?" % (_LOCAL, _DOMAIN)
_PATH = rb"(?:<%b?(?P<path>%b)?>|(?P<bare>%b))" % (_ROUTE, _MAILBOX, _MAILBOX)
_REST = rb"(?P<rest>(?: .*)?)"

_MAIL = re.compile(rb"MAIL +FROM: *%b%b" % (_PATH, _REST), re.I)
_RCPT = re.compile(rb"RCPT +TO: *%b%b" % (_PATH, _REST), re.I)
_SHAPE = re.compile(rb"(?:MAIL +FROM|RCPT +TO): *\S", re.I)
_PARAMETER = re.compile(rb"([A-Za-z0-9][A-Za-z0-9-]*)(?:=([!-<>-~%b]+))?" % _UTF8)
_XTEXT = rb"(?:[!-*,-<>-~]|\+[0-9A-F]{2})"
_HELLO = re.compile(rb"(?:EHLO|HELO) +(?P<name>[!-~]{1,255}) *", re.I)
_XFORWARD = re.compile(rb"(NAME|ADDR|PORT|PROTO|HELO|IDENT|SOURCE)=((?:%b){1,255})" % _XTEXT, re.I)
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")

XFORWARD_NAMES = ("NAME", "ADDR", "PORT", "PROTO", "HELO", "IDENT", "SOURCE")
"""All attributes of Postfix's XFORWARD_README."""

_MAIL_PARAMETERS: Mapping[bytes, tuple[str, re.Pattern[bytes]]] = {
    b"SIZE": ("SIZE", re.compile(rb"[0-9]{1,20}")),
    b"BODY": ("8BITMIME", re.compile(rb"7BIT|8BITMIME", re.I)),
    b"SMTPUTF8": ("SMTPUTF8", re.compile(rb"")),
    b"RET": ("DSN", re.compile(rb"FULL|HDRS", re.I)),
    b"ENVID": ("DSN", re.compile(rb"%b{1,100}" % _XTEXT)),
}
_RCPT_PARAMETERS: Mapping[bytes, tuple[str, re.Pattern[bytes]]] = {
    b"NOTIFY": ("DSN", re.compile(rb"NEVER|(?:SUCCESS|FAILURE|DELAY)(?:,(?:SUCCESS|FAILURE|DELAY))*", re.I)),
    b"ORCPT": ("DSN", re.compile(rb"[A-Za-z0-9-]{1,32};[!-<>-~%b]{1,500}" % _UTF8)),
}
"""Parameter → the extension that brings it, and its value's form (RFC 1870, 6152, 6531, 3461)."""


class Refused(Exception):  # noqa: N818 - caught as an answer, not an error
    """The command is outside the grammar; ``own`` is the reply it gets."""

    def __init__(self, own: Own) -> None:
        super().__init__(own.words)
        self.own = own


@dataclass(frozen=True, slots=True)
class Command:
    """A validated MAIL or RCPT command."""

    line: bytes
    """As the client wrote it, without CRLF: what the next hop gets."""
    address: str
    """Without angle brackets and source route; empty for the null sender."""
    needs: frozenset[str]
    """Extensions the next hop must offer for its parameters."""
    size: int = 0
    """MAIL's SIZE, octets; 0 where not given."""


def has_control(line: bytes) -> bool:
    """Whether a control character stands in the line (RFC 5321 section 4.1.2 allows none)."""
    return _CONTROL.search(line) is not None


def hello(line: bytes) -> bytes:
    """The name an EHLO or HELO gives: any printable token, as real clients do. Raises Refused."""
    match = _HELLO.fullmatch(line)
    if match is None:
        raise Refused(replies.BAD_SYNTAX)
    return match["name"]


def mail(line: bytes, offers: Collection[str]) -> Command:
    """Read a MAIL command, given the extensions our EHLO offered. Raises Refused."""
    match = _MAIL.fullmatch(line)
    parameters = _parameters(match, line, _MAIL_PARAMETERS, offers)
    assert match is not None
    utf8 = b"SMTPUTF8" in parameters
    return Command(
        line,
        _address(match, line, utf8),
        frozenset(_MAIL_PARAMETERS[name][0] for name in parameters),
        int(parameters.get(b"SIZE", b"0")),
    )


def rcpt(line: bytes, offers: Collection[str], *, utf8: bool) -> Command:
    """Read a RCPT command; ``utf8`` says whether MAIL declared SMTPUTF8. Raises Refused."""
    match = _RCPT.fullmatch(line)
    parameters = _parameters(match, line, _RCPT_PARAMETERS, offers)
    assert match is not None
    address = _address(match, line, utf8)
    if not address:
        raise Refused(replies.BAD_ADDRESS)
    return Command(line, address, frozenset(_RCPT_PARAMETERS[name][0] for name in parameters))


def _parameters(
    match: re.Match[bytes] | None,
    line: bytes,
    known: Mapping[bytes, tuple[str, re.Pattern[bytes]]],
    offers: Collection[str],
) -> dict[bytes, bytes]:
    if match is None:
        raise Refused(replies.BAD_ADDRESS if _SHAPE.match(line) else replies.BAD_SYNTAX)
    found: dict[bytes, bytes] = {}
    for word in match["rest"].split():
        parts = _PARAMETER.fullmatch(word)
        if parts is None:
            raise Refused(replies.BAD_SYNTAX)
        name, value = parts[1].upper(), parts[2] or b""
        extension, form = known.get(name, ("", _CONTROL))
        if extension not in offers:
            raise Refused(replies.BAD_PARAMETER)
        if name in found or form.fullmatch(value) is None:
            raise Refused(replies.BAD_SYNTAX)
        found[name] = value
    return found


def _address(match: re.Match[bytes], line: bytes, utf8: bool) -> str:
    """The address as text; 8-bit bytes anywhere in the line only as UTF-8 and where it was declared."""
    try:
        line.decode("utf-8" if utf8 else "ascii")
    except UnicodeDecodeError:
        raise Refused(replies.BAD_ADDRESS) from None
    return (match["path"] or match["bare"] or b"").decode()


def xforward(line: bytes) -> dict[str, bytes]:
    """The attributes of an XFORWARD command as they stand there, still in xtext. Raises Refused."""
    words = line.split(b" ")[1:]
    attributes: dict[str, bytes] = {}
    for word in words:
        match = _XFORWARD.fullmatch(word)
        if match is None:
            raise Refused(replies.BAD_SYNTAX)
        attributes[match[1].decode().upper()] = match[2]
    if not attributes:
        raise Refused(replies.BAD_SYNTAX)
    return attributes


def xtext(value: bytes) -> str:
    """Decode xtext (RFC 3461 section 4) for the log; ``[UNAVAILABLE]`` and friends become empty."""
    plain = re.sub(rb"\+([0-9A-F]{2})", lambda m: bytes([int(m[1], 16)]), value)
    return "" if plain.upper() in (b"[UNAVAILABLE]", b"[TEMPUNAVAIL]") else plain.decode("utf-8", "replace")


def xforward_lines(attributes: Mapping[str, bytes], offered: Collection[str]) -> list[bytes]:
    """XFORWARD commands for what the next hop takes, each within 512 octets (XFORWARD_README)."""
    lines: list[bytes] = []
    for name, value in attributes.items():
        if name not in offered:
            continue
        word = b" %b=%b" % (name.encode(), value)
        if lines and len(lines[-1]) + len(word) <= 510:
            lines[-1] += word
        else:
            lines.append(b"XFORWARD" + word)
    return lines
