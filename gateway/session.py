"""One client's session: which command may come when, and what is answered.

A transparent proxy with no queue of its own. Each MAIL opens one transaction with the next hop; MAIL and RCPT
go down as the bytes they are and the next hop's replies come back as the bytes they are. Anything unexpected
is a 451.

Does not read or pass on messages; ``transaction.py`` does.
"""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

from gateway import commands, replies
from gateway.commands import Command, Refused
from gateway.dialog import ClientGone, Dialog, Unwelcome
from gateway.replies import Own, Reply
from gateway.transaction import Transaction

if TYPE_CHECKING:
    from gateway.relay import Relay

_OFFER_ORDER = ("PIPELINING", "SIZE", "8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES")
_AHEAD = 50
"""RCPTs sent down together with MAIL."""
_KNOWN_NOT_OFFERED = frozenset({b"AUTH", b"STARTTLS", b"EXPN", b"BDAT", b"XCLIENT", b"ETRN", b"TURN"})


class Session(Dialog):
    """The SMTP server side, for one connection."""

    def __init__(self, relay: Relay, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop, relay.config.hostname, relay.config.dialog)
        self.relay = relay
        self.client = ""
        """The peer's address, kept for when it has gone."""
        self._helo = ""
        self._offers: frozenset[str] = frozenset()
        self._xforward: dict[str, bytes] = {}
        self._transaction: Transaction | None = None
        self._bad = 0
        self._junk = 0
        self._failed = False
        """MAIL got a 4xx: what a pipelining client sends after it is not the client's mistake."""

    @property
    def idle(self) -> bool:
        return self._transaction is None

    async def converse(self) -> None:
        """Greet, then take commands until the client or we have had enough."""
        self.client = self.peer
        refusal = self.relay.admit(self)
        if refusal is not None:
            raise Unwelcome(refusal)
        try:
            self.say(Reply(220, "", f"{self.hostname} ESMTP oddlink"))
            while True:
                line = await self.read_line()
                await self._obey(line)
                if self.draining and self._transaction is None:
                    raise Unwelcome(replies.CLOSING)
        finally:
            self._abandon()
            self.relay.dismiss(self)

    async def _obey(self, line: bytes) -> None:
        verb = line.partition(b" ")[0].upper()
        method = VERBS.get(verb)
        try:
            if commands.has_control(line):
                self._object(replies.NOT_A_COMMAND)
            elif method is not None:
                await method(self, line)
            else:
                self._object(replies.NOT_OFFERED if verb in _KNOWN_NOT_OFFERED else replies.UNKNOWN_COMMAND)
        except Refused as refused:
            self._object(refused.own)
        except (ClientGone, Unwelcome):
            raise
        except Exception as error:
            self.relay.observe("bug", where=verb.decode("ascii", "replace")[:12], error=repr(error)[:500])
            self._abandon()
            self.say(replies.OUR_FAULT)

    def _object(self, own: Own) -> None:
        self._bad += 1
        if self._bad > self.limits.bad_commands:
            raise Unwelcome(replies.TOO_MANY_ERRORS)
        self.say(own)

    def _count_junk(self) -> None:
        self._junk += 1
        if self._junk > self.limits.junk_commands:
            raise Unwelcome(replies.TOO_MANY_COMMANDS)

    def _abandon(self) -> None:
        transaction, self._transaction = self._transaction, None
        if transaction is not None:
            transaction.delivery.close()
            self.relay.transactions -= 1
        self._xforward = {}
        self._failed = False

    # Commands. Each gets the whole line.

    async def smtp_EHLO(self, line: bytes) -> None:  # noqa: N802 - aiosmtpd's name
        """Offer what the next hop offers, of what we can carry, and what is ours."""
        self._count_junk()
        name = commands.hello(line)
        self._abandon()
        offers = await self.relay.next_hop.offers()
        if offers is None:
            raise Unwelcome(replies.NEXT_HOP_AWAY)
        self._helo, self._offers = name.decode("ascii"), offers
        lines = [self.hostname]
        for keyword in _OFFER_ORDER:
            if keyword == "SIZE" and keyword in offers:
                lines.append(f"SIZE {self.relay.size_limit}")
            elif keyword in offers or keyword == "PIPELINING":
                lines.append(keyword)
        if self.relay.may_xforward(self):
            lines.append("XFORWARD " + " ".join(commands.XFORWARD_NAMES))
        wire = "".join(f"250-{words}\r\n" for words in lines[:-1]) + f"250 {lines[-1]}\r\n"
        self.say(Reply(250, "", lines[-1], raw=wire.encode()))

    async def smtp_HELO(self, line: bytes) -> None:  # noqa: N802 - aiosmtpd's name
        """The old greeting: no extensions."""
        self._count_junk()
        name = commands.hello(line)
        self._abandon()
        self._helo, self._offers = name.decode("ascii"), frozenset()
        self.say(Reply(250, "", self.hostname))

    async def smtp_XFORWARD(self, line: bytes) -> None:  # noqa: N802 - aiosmtpd's name
        """Note what upstream says of the original client; goes down with the next MAIL."""
        self._count_junk()
        if not self.relay.may_xforward(self):
            raise Refused(replies.NOT_AUTHORISED)
        if self._transaction is not None:
            raise Refused(replies.NESTED_MAIL)
        self._xforward |= commands.xforward(line)
        self.say(replies.OK)

    async def smtp_MAIL(self, line: bytes) -> None:  # noqa: N802 - aiosmtpd's name
        """Open a transaction here and below."""
        if not self._helo:
            raise Refused(replies.HELLO_FIRST)
        if self._transaction is not None:
            raise Refused(replies.NESTED_MAIL)
        mail = commands.mail(line, self._offers)
        if mail.size > self.relay.size_limit:
            self.say(replies.TOO_BIG)
            return
        if self.relay.transactions >= self.relay.config.transactions:
            self.say(replies.BUSY)
            return
        self._failed = False
        id = secrets.token_hex(8)
        self.relay.transactions += 1
        try:
            ahead = self._recipients_ahead("SMTPUTF8" in mail.needs)
            delivery, reply = await self.relay.next_hop.begin(mail, self._xforward, id, ahead)
            if delivery is not None:
                self._transaction = Transaction(id, mail, delivery, self._helo, self._xforward)
        finally:
            if self._transaction is None:
                self.relay.transactions -= 1
        self._failed = reply.code // 100 == 4
        self.say(reply)

    def _recipients_ahead(self, utf8: bool) -> list[Command]:
        """The valid RCPTs right behind a pipelined MAIL, so that they can go down in the same write."""
        found: list[Command] = []
        for line in self.lines_ahead(min(_AHEAD, self.relay.config.recipients)):
            if line[:4].upper() != b"RCPT" or commands.has_control(line):
                break
            try:
                found.append(commands.rcpt(line, self._offers, utf8=utf8))
            except Refused:
                break
        return found

    async def smtp_RCPT(self, line: bytes) -> None:  # noqa: N802 - aiosmtpd's name
        """Ask the next hop about a recipient."""
        transaction = self._current()
        utf8 = "SMTPUTF8" in transaction.mail.needs
        command = commands.rcpt(line, self._offers, utf8=utf8)
        if len(transaction.rcpts) >= self.relay.config.recipients:
            self.say(replies.TOO_MANY_RECIPIENTS.reply(transaction.id))
            return
        reply = await transaction.delivery.rcpt(command)
        if reply.good:
            transaction.rcpts.append(command)
        self._failed = reply.code // 100 == 4
        self.say(reply)

    async def smtp_DATA(self, line: bytes) -> None:  # noqa: N802 - aiosmtpd's name
        """Take the message, have it screened, pass it on, give the next hop's reply back."""
        transaction = self._current()
        if line.strip().upper() != b"DATA":
            raise Refused(replies.BAD_SYNTAX)
        if not transaction.rcpts:
            raise Refused(replies.NEXT_HOP_FAILED if self._failed else replies.NO_RECIPIENTS)
        self.say(replies.START_DATA)
        try:
            await transaction.message(self)
        finally:
            self._abandon()
        self._junk = 0

    def _current(self) -> Transaction:
        if self._transaction is None:
            raise Refused(replies.NEXT_HOP_FAILED if self._failed else replies.MAIL_FIRST)
        return self._transaction

    async def smtp_RSET(self, line: bytes) -> None:  # noqa: N802 - aiosmtpd's name
        """Forget the transaction, here and below."""
        self._count_junk()
        self._abandon()
        self.say(replies.OK)

    async def smtp_NOOP(self, line: bytes) -> None:  # noqa: N802 - aiosmtpd's name
        """Answer."""
        self._count_junk()
        self.say(replies.OK)

    async def smtp_VRFY(self, line: bytes) -> None:  # noqa: N802 - aiosmtpd's name
        """Only the next hop could know."""
        self._count_junk()
        self.say(replies.CANNOT_VERIFY)

    async def smtp_HELP(self, line: bytes) -> None:  # noqa: N802 - aiosmtpd's name
        """Name the commands."""
        self._count_junk()
        self.say(replies.HELP)

    async def smtp_QUIT(self, line: bytes) -> None:  # noqa: N802 - aiosmtpd's name
        """Say goodbye."""
        raise Unwelcome(replies.BYE)


VERBS = {
    b"EHLO": Session.smtp_EHLO,
    b"HELO": Session.smtp_HELO,
    b"XFORWARD": Session.smtp_XFORWARD,
    b"MAIL": Session.smtp_MAIL,
    b"RCPT": Session.smtp_RCPT,
    b"DATA": Session.smtp_DATA,
    b"RSET": Session.smtp_RSET,
    b"NOOP": Session.smtp_NOOP,
    b"VRFY": Session.smtp_VRFY,
    b"HELP": Session.smtp_HELP,
    b"QUIT": Session.smtp_QUIT,
}
"""The commands we know; nothing is found by name at run time."""
