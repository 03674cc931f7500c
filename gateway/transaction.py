"""One message on its way through: taken to the dot, screened, passed on, answered.

DATA goes down only after the message has been screened, and 250 goes up only after the next hop's own 2xx,
with nothing awaited between reading that and writing this. The screen fails open (unless policy says
otherwise the message goes on as it came, and that is counted), the protocol fails closed.

Does not parse messages; it counts Received lines in the header block and hands the rest to the screen.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from gateway import commands, replies
from gateway.commands import Command
from gateway.dialog import ClientGone, Unwelcome
from gateway.dots import DataReader
from gateway.replies import Reply
from gateway.screen import Delivery, Outgoing, Screened
from gateway.spool import Spool
from inspectors.splice import fit
from policy.model import Envelope

if TYPE_CHECKING:
    from gateway.relay import Relay
    from gateway.session import Session

_HEADER_END = re.compile(rb"\n\r?\n")
_LAST_WORD = 5.0
"""Seconds for the screen to say what becomes of a message it failed at."""


class Transaction:
    """What is known between MAIL and the final reply."""

    def __init__(
        self, id: str, mail: Command, delivery: Delivery, helo: str, xforward: dict[str, bytes]
    ) -> None:
        self.id = id
        self.mail = mail
        self.delivery = delivery
        self.rcpts: list[Command] = []
        """Those the next hop accepted."""
        self._dotted = True
        self._helo = helo
        self._xforward = {name: commands.xtext(value) for name, value in xforward.items()}

    async def message(self, session: Session) -> None:
        """Read the message from the session, pass it on and answer. Raises ClientGone, Unwelcome."""
        relay = session.relay
        spool = Spool(relay.config.spool)
        try:
            try:
                refusal = await self._take(session, spool)
            except (ClientGone, Unwelcome):
                raise
            except Exception as error:
                # Only closing is safe: what follows in the stream is the message, not commands.
                relay.observe("bug", where="take", id=self.id, error=repr(error)[:500])
                raise Unwelcome(replies.BROKEN) from error
            if refusal is None and (count := await _received_lines(spool)) > relay.config.hops:
                refusal = replies.LOOP.reply(self.id, detail=f"{count} Received lines")
            if refusal is None:
                await self._pass_on(session, spool)
            else:
                relay.observe("refused", id=self.id, code=refusal.code, why=refusal.detail or refusal.words)
                session.say(refusal)
        finally:
            spool.close()

    async def _take(self, session: Session, spool: Spool) -> Reply | None:
        """Read to the dot, whatever happens on the way; a reply where the message cannot be taken."""
        limit = session.relay.size_limit
        reader = DataReader(strict=session.relay.config.line_ends == "strict")
        refusal: Reply | None = None
        while not reader.done:
            piece = reader.feed(await session.read_some())
            if refusal is None and reader.refusal is not None:
                refusal = reader.refusal.reply(self.id)
            if refusal is None and reader.size > limit:
                refusal = replies.TOO_BIG.reply(self.id)
            if refusal is None and piece:
                refusal = await self._write(spool, piece)
        self._dotted = reader.dotted
        session.unread(reader.rest)
        return refusal or await self._write(spool, b"")

    async def _write(self, spool: Spool, piece: bytes) -> Reply | None:
        try:
            await (spool.write(piece) if piece else spool.finish())
        except OSError as error:
            return replies.NO_SPACE.reply(self.id, detail=f"spool: {error}")
        return None

    async def _pass_on(self, session: Session, spool: Spool) -> None:
        relay, clock = session.relay, session.loop.time
        started = clock()
        screened = await self._screen(relay, spool, session.client)
        outgoing = Outgoing(spool, dotted=self._dotted)
        if screened is not None:
            added = screened.prefix[:1] == b"." or b"\n." in screened.prefix
            dotted = self._dotted or bool(screened.patches) or added
            outgoing = Outgoing(spool, screened.prefix, screened.patches, dotted)
        looked = clock()
        reply = replies.CLOSING.reply(self.id)
        try:
            refusal = screened.refusal if screened is not None else None
            reply = refusal or await self._deliver(session, outgoing)
            session.say(reply)
            await session.flush()
        finally:
            # Also where the client has gone or we are being stopped: the books are done in any case.
            if self.delivery.in_doubt:
                relay.observe("in_doubt", id=self.id, ident=self._xforward.get("IDENT", ""))
            relay.observe(
                "message",
                id=self.id,
                client=session.client,
                ident=self._xforward.get("IDENT", ""),
                size=spool.size,
                recipients=len(self.rcpts),
                code=reply.code,
                reply=reply.text[:200],
                why=reply.detail[:200],
                heard=not session.gone,
                screening=looked - started,
                delivering=clock() - looked,
            )
            if screened is not None:
                await self._settle(relay, screened, reply)

    async def _deliver(self, session: Session, outgoing: Outgoing) -> Reply:
        if session.gone:
            return replies.CLIENT_GONE.reply(self.id)
        try:
            return await self.delivery.deliver(outgoing, lambda: not session.gone)
        except Exception as error:
            session.relay.observe("bug", where="deliver", id=self.id, error=repr(error)[:500])
            return replies.OUR_FAULT.reply(self.id)

    async def _screen(self, relay: Relay, spool: Spool, client: str) -> Screened | None:
        """What the screen says; None where it has nothing to say: then the message goes on as it came."""
        envelope = Envelope(
            self.mail.address,
            tuple(command.address for command in self.rcpts),
            self._xforward.get("ADDR", "").removeprefix("IPV6:") or client,
            self._xforward.get("HELO", "") or self._helo,
            bool(self._xforward.get("ADDR", "")),
        )
        try:
            async with asyncio.timeout(relay.config.screen_seconds):
                screened = await relay.screen.screen(spool, envelope, self.id)
            if _fits(screened, spool):
                return screened
            why = "prefix or patches do not fit the message"
        except TimeoutError:
            why = "not ready in time"
        except asyncio.CancelledError:
            if _we_are_cancelled():
                raise
            why = "cancelled from inside"
        except Exception as error:
            why = repr(error)[:500]
        relay.observe("screen_failed", id=self.id, why=why)
        return await self._failed(relay, spool, envelope, why)

    async def _failed(self, relay: Relay, spool: Spool, envelope: Envelope, why: str) -> Screened | None:
        try:
            async with asyncio.timeout(_LAST_WORD):
                screened = await relay.screen.failed(spool, envelope, self.id, why)
            if screened is None or _fits(screened, spool):
                return screened
            error = "prefix or patches do not fit the message"
        except asyncio.CancelledError:
            if _we_are_cancelled():
                raise
            error = "cancelled from inside"
        except Exception as caught:
            error = repr(caught)[:500]
        relay.observe("bug", where="failed", id=self.id, error=error)
        return None

    async def _settle(self, relay: Relay, screened: Screened, reply: Reply) -> None:
        try:
            async with asyncio.timeout(relay.config.screen_seconds):
                await relay.screen.settled(screened, reply)
        except asyncio.CancelledError:
            if _we_are_cancelled():
                raise
            relay.observe("settle_failed", id=screened.id, why="cancelled from inside")
        except Exception as error:
            relay.observe("settle_failed", id=screened.id, why=repr(error)[:500])


def _fits(screened: Screened, spool: Spool) -> bool:
    """Whether what is to be added and changed is whole lines and lies within the message."""
    whole_lines = not screened.prefix or screened.prefix.endswith(b"\r\n")
    return whole_lines and fit(screened.patches, spool.size)


def _we_are_cancelled() -> bool:
    """Whether a CancelledError is meant for us, rather than leaking out of somebody's worker pool."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _received_lines(spool: Spool) -> int:
    head = await spool.head()
    end = _HEADER_END.search(head)
    block = head[: end.start()] if end else head
    return (b"\n" + block.lower()).count(b"\nreceived:")
