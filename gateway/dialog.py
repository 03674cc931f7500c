"""One client's connection: bytes in, lines and data out of them, replies back. On aiosmtpd's SMTP class.

What is ours here and why, measured on aiosmtpd 1.4.6: its DATA reader takes one await a line and refuses
lines over 998 octets (6 % of real mail); a client's EOF cancels the handler even after our dot went down; an
exception becomes a 500, which makes upstream bounce; commands may end in a bare LF; its constructor inspects
every method of handler and class anew for each connection. aiosmtpd gives the protocol's life cycle, session
and envelope, and later STARTTLS, AUTH and the PROXY header.

Does not know any command; see ``session.py``.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import cast

from aiosmtpd.smtp import SMTP

from gateway import commands, replies
from gateway.replies import Own, Reply
from gateway.timer import Watchdog

_HIGH_WATER = 1 << 18
"""Octets held unread before the socket is left alone."""
_YIELD_EVERY = 50
"""Pipelined commands taken in one go before other connections get their turn."""


class ClientGone(Exception):  # noqa: N818 - caught as an answer, not an error
    """The client closed the connection, or it broke."""


class Unwelcome(Exception):  # noqa: N818 - caught as an answer, not an error
    """The dialog ends with this reply."""

    def __init__(self, own: Own) -> None:
        super().__init__(own.words)
        self.own = own


@dataclass(frozen=True, slots=True)
class DialogLimits:
    """Bounds of one client's dialog."""

    idle: float = 300.0
    """Seconds until the next command (RFC 5321 section 4.5.3.2.7)."""
    block: float = 180.0
    """Seconds until the next piece of a message."""
    bad_commands: int = 20
    junk_commands: int = 100
    """NOOP, RSET, EHLO and such since the last message."""


class Dialog(SMTP):
    """The byte side of a session. Subclasses answer ``converse``."""

    def __init__(self, loop: asyncio.AbstractEventLoop, hostname: str, limits: DialogLimits) -> None:
        _start_without_introspection(self, loop, hostname, limits.idle)
        self.limits = limits
        self.gone = False
        """The client has left; it may have done so in good order, after its last command."""
        self.draining = False
        """The gateway is being stopped: no new transaction."""
        self._input = b""
        self._at = 0
        self._taken = 0
        self._wake: asyncio.Future[None] | None = None
        self._replies: list[bytes] = []
        self._held = False
        self._full = False
        self._watch = Watchdog(loop, self._too_slow)
        self._late = False

    # What asyncio calls.

    def data_received(self, data: bytes) -> None:
        self._input = self._input[self._at :] + data if self._at < len(self._input) else data
        self._at = 0
        if len(self._input) > _HIGH_WATER and not self._held and self._socket is not None:
            self._held = True
            self._socket.pause_reading()
        self._wake_up()

    def eof_received(self) -> bool:
        self.gone = True
        self._wake_up()
        return True  # keep our side open: what was pipelined before the end is still answered

    def connection_lost(self, error: Exception | None) -> None:
        self.gone = True
        self._watch.stop()
        self._wake_up()
        # Not SMTP's own, which would cancel the handler; it ends by itself, after the books are done.
        asyncio.StreamReaderProtocol.connection_lost(self, error)
        self.transport = None

    def pause_writing(self) -> None:
        self._full = True
        super().pause_writing()

    def resume_writing(self) -> None:
        self._full = False
        super().resume_writing()

    def _reset_timeout(self, duration: float | None = None) -> None:
        """Ours is ``_watch``; aiosmtpd's single timer would cut a slow next hop."""

    @property
    def _socket(self) -> asyncio.Transport | None:
        return cast("asyncio.Transport | None", self.transport)

    @property
    def task(self) -> asyncio.Task[None] | None:
        """The task that holds the dialog."""
        return self._handler_coroutine

    @property
    def peer(self) -> str:
        """The client's address; empty where there is none."""
        name = self.transport.get_extra_info("peername") if self.transport is not None else None
        return str(name[0]) if isinstance(name, tuple) else ""

    # Reading.

    async def read_line(self) -> bytes:
        """The next command without its CR LF. Raises ClientGone, or Unwelcome for what is no command line."""
        self._taken += 1
        if self._taken % _YIELD_EVERY == 0:
            await asyncio.sleep(0)
        while True:
            end = self._input.find(b"\n", self._at, self._at + commands.LINE_LIMIT)
            if end >= 0:
                break
            if len(self._input) - self._at >= commands.LINE_LIMIT:
                raise Unwelcome(replies.LINE_TOO_LONG)
            await self._more(self.limits.idle)
        line = self._input[self._at : end]
        self._at = end + 1
        if line[-1:] != b"\r":
            raise Unwelcome(replies.BARE_LF)
        return line[:-1]

    def lines_ahead(self, most: int) -> list[bytes]:
        """Complete lines that are here already, without CR LF, not taken yet; ``most`` at the most."""
        lines: list[bytes] = []
        at = self._at
        while len(lines) < most and (end := self._input.find(b"\r\n", at, at + commands.LINE_LIMIT)) >= 0:
            lines.append(self._input[at:end])
            at = end + 2
        return lines

    async def read_some(self) -> bytes:
        """Whatever comes next, at least one octet. Raises ClientGone or Unwelcome."""
        if self._at >= len(self._input):
            await self._more(self.limits.block)
        data = self._input[self._at :] if self._at else self._input
        self._input, self._at = b"", 0
        return data

    def unread(self, data: bytes) -> None:
        """Put back what belongs to the next command."""
        if data:
            self._input, self._at = data + self._input[self._at :], 0

    async def _more(self, seconds: float) -> None:
        await self.flush()
        if self.gone:
            raise ClientGone
        if self._held and self._socket is not None:
            self._held = False
            self._socket.resume_reading()
        self._wake = self.loop.create_future()
        self._watch.set(seconds)
        try:
            await self._wake
        finally:
            self._wake = None
            self._watch.lift()
        if self._late:
            raise Unwelcome(replies.TIMED_OUT)
        if self.draining and self.idle:
            raise Unwelcome(replies.CLOSING)
        if self.gone and self._at >= len(self._input):
            raise ClientGone

    @property
    def idle(self) -> bool:
        """Whether no transaction is open."""
        return True

    def start_draining(self) -> None:
        """Say goodbye as soon as no transaction is open."""
        self.draining = True
        if self.idle:
            self._wake_up()

    def _wake_up(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    def _too_slow(self) -> None:
        self._late = True
        if self._wake is not None:
            self._wake_up()
        elif self._socket is not None:
            self._socket.abort()  # it does not even read our replies

    # Writing.

    def say(self, reply: Reply | Own) -> None:
        """Queue a reply; it goes out with the others of a pipelined group, before we wait (RFC 2920)."""
        self._replies.append(reply.wire)

    async def flush(self) -> None:
        """Send what is queued. Raises ClientGone where nobody is there."""
        if not self._replies:
            return
        data = b"".join(self._replies)
        self._replies.clear()
        if self._socket is None or self._socket.is_closing():
            raise ClientGone
        self._socket.write(data)
        if not self._full:
            return
        self._watch.set(self.limits.idle)
        try:
            await self._writer.drain()
        except OSError:
            raise ClientGone from None
        finally:
            self._watch.lift()

    # The handler task that aiosmtpd starts in connection_made.

    async def _handle_client(self) -> None:
        try:
            await self.converse()
        except ClientGone:
            pass
        except Unwelcome as unwelcome:
            await self._last_word(unwelcome.own)
        except asyncio.CancelledError:
            await self._last_word(replies.CLOSING)
        finally:
            self._watch.stop()
            if self.transport is not None:
                self.transport.close()

    async def _last_word(self, own: Own) -> None:
        self.say(own)
        with contextlib.suppress(ClientGone):
            await self.flush()

    async def converse(self) -> None:
        """Hold the dialog until it ends. Raises ClientGone, Unwelcome."""
        raise NotImplementedError


def _start_without_introspection(
    dialog: Dialog, loop: asyncio.AbstractEventLoop, hostname: str, timeout: float
) -> None:
    """What SMTP.__init__ sets, without its look through all methods (94 µs and more a connection).

    A test compares the attributes with those of a stock instance, so that a new aiosmtpd cannot slip by.
    """
    asyncio.StreamReaderProtocol.__init__(
        dialog, asyncio.StreamReader(loop=loop), client_connected_cb=dialog._cb_client_connected, loop=loop
    )
    dialog.__ident__ = "oddlink"
    dialog.loop = loop
    dialog.event_handler = None
    dialog.data_size_limit = None
    dialog.enable_SMTPUTF8 = True
    dialog._decode_data = False
    dialog.hostname = hostname
    dialog.tls_context = None
    dialog.require_starttls = None
    dialog._timeout_duration = timeout
    dialog._timeout_handle = None
    dialog._tls_handshake_okay = True
    dialog._tls_protocol = None
    dialog._original_transport = None
    dialog.session = None
    dialog.envelope = None
    dialog.transport = None
    dialog._handler_coroutine = None
    dialog._auth_require_tls = True
    dialog._proxy_timeout = None
    dialog._authenticator = None
    dialog._auth_callback = None
    dialog._auth_required = False
    dialog._auth_methods = {}
    dialog._handle_hooks = {}
    dialog._ehlo_hook_ver = None
    dialog._smtp_methods = {}
    dialog._enforce_call_limit = False
