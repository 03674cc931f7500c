"""The sockets under ``nexthop``: one connection to the next hop, with its time-outs.

Reading never stops while we write, because a next hop may refuse in the middle of a message. Whatever goes
wrong becomes a 451 to show the client; nothing here raises.

Does not choose connections or keep them: see ``pool.py``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

from gateway import replies
from gateway.dots import Stuffer
from gateway.nexthop import Conversation, Stage
from gateway.replies import Reply
from gateway.timer import Watchdog


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long the next hop may take, in seconds, phase by phase (RFC 5321 section 4.5.3.2)."""

    connect: float = 35.0
    """Until connected, greeted and EHLO answered."""
    command: float = 300.0
    """XFORWARD, MAIL, RCPT: each."""
    data: float = 120.0
    """DATA until 354."""
    block: float = 180.0
    """Until it has taken the next piece of the message."""
    dot: float = 600.0
    """The end of the message until the final reply. Leaving earlier than upstream would make duplicates."""
    reset: float = 20.0
    quit: float = 10.0


@dataclass(frozen=True, slots=True)
class NextHopConfig:
    """Where messages go and how long it may take."""

    scheme: str = "smtp"
    """"smtp", "lmtp" or "maildir"."""
    host: str = "127.0.0.1"
    port: int = 25
    path: str = ""
    """The Maildir's folder, for that scheme."""
    hostname: str = "localhost"
    """What we call ourselves in EHLO or LHLO."""
    timeouts: Timeouts = field(default_factory=Timeouts)
    keep: int = 20
    """Idle connections kept."""
    keep_seconds: float = 30.0
    """How long an idle connection is kept."""


class Link(asyncio.Protocol):
    """One connection to the next hop. Every question gets a Reply, in bounded time."""

    def __init__(self, loop: asyncio.AbstractEventLoop, config: NextHopConfig) -> None:
        self._loop = loop
        self._timeouts = config.timeouts
        self.conversation = Conversation(config.hostname.encode("ascii"), lmtp=config.scheme == "lmtp")
        self._transport: asyncio.Transport | None = None
        self._watch = Watchdog(loop, self._too_slow)
        self._answer: asyncio.Future[Reply] | None = None
        self._before: list[Reply] = []
        self._more = 0
        """Answers of a pipelined group that come before the one in ``_answer``, and how many are missing."""
        self._room: asyncio.Future[None] | None = None
        self.used = False
        """A transaction was begun on it before."""
        self.on_end: Callable[[Link], None] | None = None
        """Called when an idle connection ends or was idle too long."""

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        talk = self.conversation
        for answer in talk.receive(data):
            self._resolve(answer.reply)
        if out := talk.outgoing():
            self._write(out)
        if talk.dead:
            self._abort()

    def eof_received(self) -> bool:
        self._end("closed the connection")
        return False

    def connection_lost(self, error: Exception | None) -> None:
        self._end(f"connection lost: {error}" if error else "closed the connection")
        self._watch.stop()

    def pause_writing(self) -> None:
        if self._room is None:
            self._room = self._loop.create_future()

    def resume_writing(self) -> None:
        room, self._room = self._room, None
        if room is not None and not room.done():
            room.set_result(None)

    # What the pool and deliveries call.

    async def open(self, host: str, port: int) -> Reply:
        """Connect, read the greeting, say EHLO; a good reply, or ours saying why not."""
        self._answer = self._loop.create_future()
        try:
            async with asyncio.timeout(self._timeouts.connect):
                await self._loop.create_connection(lambda: self, host, port)
                return await self._answer
        except TimeoutError:
            self._end("no greeting or EHLO reply in time", replies.NEXT_HOP_SILENT)
            return replies.NEXT_HOP_SILENT.reply(detail=f"connect {host}:{port}: timed out")
        except OSError as error:
            self._end(str(error))
            return replies.NEXT_HOP_UNREACHABLE.reply(detail=f"connect {host}:{port}: {error}")
        finally:
            self._answer = None

    async def ask(self, stage: Stage, line: bytes, seconds: float | None = None) -> Reply:
        """Send a command and wait for its answer."""
        return (await self.ask_all([(stage, line)], seconds))[-1]

    async def ask_all(
        self, group: Sequence[tuple[Stage, bytes]], seconds: float | None = None
    ) -> list[Reply]:
        """Send several commands at once (RFC 2920) and wait for all answers."""
        talk = self.conversation
        if talk.dead:
            stage = group[0][0].value
            why = replies.NEXT_HOP_FAILED.reply(detail=f"{stage}: connection ended before: {talk.why}")
            return [why] * len(group)
        self._answer = self._loop.create_future()
        self._before, self._more = [], len(group) - 1
        self._write(b"".join([talk.command(stage, line) for stage, line in group]))
        last = await self._await_answer(self._timeouts.command if seconds is None else seconds)
        return [*self._before, last]

    async def message(
        self, pieces: AsyncIterator[bytes], wanted: Callable[[], bool], *, dotted: bool
    ) -> Reply:
        """Send a message after 354 and wait for the final reply; see ``Delivery.deliver``."""
        stuffer = Stuffer(dotted=dotted)
        self._answer = answer = self._loop.create_future()
        ready = b""
        try:
            async for piece in pieces:
                if ready:
                    self._write(ready)
                    await self._drained()
                ready = stuffer.feed(piece)
                if answer.done() or self.conversation.dead:
                    break
            if not answer.done() and not self.conversation.dead and not wanted():
                self._end("client left before the dot")
                return replies.CLIENT_GONE.reply()
        except OSError as error:
            self._end(f"spool: {error}")
            return replies.NO_SPACE.reply(detail=f"spool: {error}")
        except BaseException:
            self._end("given up in mid-message")
            raise
        if not answer.done() and not self.conversation.dead:
            self.conversation.dot_goes()
            self._write(ready + stuffer.end())
        return await self._await_answer(self._timeouts.dot)

    async def _await_answer(self, seconds: float) -> Reply:
        answer = self._answer
        assert answer is not None
        if self.conversation.dead and not answer.done():
            return replies.NEXT_HOP_FAILED.reply(detail=self.conversation.why)
        self._watch.set(seconds)
        try:
            return await answer
        except asyncio.CancelledError:
            self._end("given up by us")
            raise
        finally:
            self._answer = None
            self._watch.lift()

    async def _drained(self) -> None:
        if self._room is None:
            return
        self._watch.set(self._timeouts.block)
        try:
            await self._room
        finally:
            self._watch.lift()

    def idle(self, seconds: float) -> None:
        """Wait to be used again, for so long."""
        self._watch.set(seconds)

    def wake(self) -> None:
        """Is used again."""
        self._watch.lift()
        self.used = True

    def quit(self) -> None:
        """End the connection politely, without waiting for it."""
        if self.conversation.dead or self.conversation.waiting is not None:
            self._end("no longer needed")
            return
        self._write(self.conversation.command(Stage.QUIT, b"QUIT"))
        self._watch.set(self._timeouts.quit)

    def drop(self, why: str) -> None:
        """End the connection at once."""
        self._end(why)

    # Inside.

    def _write(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def _resolve(self, reply: Reply) -> None:
        if self._more:
            self._more -= 1
            self._before.append(reply)
            if not self.conversation.dead:
                self._watch.set(self._timeouts.command)
        elif self._answer is not None and not self._answer.done():
            self._answer.set_result(reply)
        self.resume_writing()

    def _too_slow(self) -> None:
        waiting = self.conversation.waiting
        if waiting is None and self.on_end is not None:
            self.on_end(self)  # idle for long enough
            self.quit()
            return
        self._end(f"silent at {waiting.value if waiting else 'idle'}", replies.NEXT_HOP_SILENT)

    def _end(self, why: str, own: replies.Own = replies.NEXT_HOP_FAILED) -> None:
        for answer in self.conversation.lost(why, own):
            self._resolve(answer.reply)
        self.resume_writing()
        self._abort()

    def _abort(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.abort()
        if self.on_end is not None:
            self.on_end(self)
