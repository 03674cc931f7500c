"""Next hops over the network: connections kept for reuse, and one transaction on one of them.

A connection serves one transaction at a time. It is kept while it is unworn (see ``nexthop``); a transaction
that was left open is closed with RSET before the connection serves again. Only where a *reused* connection
fails at MAIL is the command tried again, once, on a fresh one: an idle connection may have been closed from
the other side, and nothing has been handed over yet.

Does not look at messages or judge replies; ``nexthop`` did.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from gateway import replies
from gateway.commands import Command, xforward_lines
from gateway.nexthop import Offers, Stage
from gateway.replies import Reply
from gateway.screen import Delivery, Observe, Outgoing, ignore
from gateway.wire import Link, NextHopConfig

_HOP_FAULTS = frozenset(
    own.words for own in (replies.NEXT_HOP_FAILED, replies.NEXT_HOP_SILENT, replies.NEXT_HOP_CHANGED)
)


class SmtpNextHop:
    """An SMTP or LMTP server to pass messages to."""

    def __init__(self, config: NextHopConfig, observe: Observe = ignore) -> None:
        self.config = config
        self.observe = observe
        self._idle: list[Link] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._last: Offers | None = None
        self._probing: asyncio.Task[None] | None = None

    @property
    def size(self) -> int:
        """The next hop's size limit in octets as last seen; 0 for none."""
        return self._last.size if self._last else 0

    async def offers(self) -> frozenset[str] | None:
        """What the last connection offered; asks the next hop where there was none yet."""
        if self._last is None:
            if self._probing is None or self._probing.done():
                self._probing = asyncio.create_task(self._probe())
            await asyncio.shield(self._probing)
        return self._last.keywords if self._last else None

    async def _probe(self) -> None:
        link, _ = await self._connect()
        if link is not None:
            self.release(link)

    async def begin(
        self, mail: Command, xforward: dict[str, bytes], id: str, ahead: Sequence[Command] = ()
    ) -> tuple[Delivery | None, Reply]:
        """Open a transaction on a kept or fresh connection."""
        link: Link | None = self._idle.pop() if self._idle else None
        if link is not None:
            link.wake()
            found = await self._mail(link, mail, xforward, ahead)
            reply = found[0]
            if reply.raw or not link.conversation.dead or reply.words == replies.NEXT_HOP_SILENT.words:
                return self._begun(link, found, id)
            self.observe("next_hop_reuse_failed", id=id, why=link.conversation.why)
        link, reply = await self._connect()
        if link is None:
            self.observe("next_hop_unreachable", id=id, why=reply.detail)
            return None, _with_id(reply, id)
        return self._begun(link, await self._mail(link, mail, xforward, ahead), id)

    def _begun(self, link: Link, found: list[Reply], id: str) -> tuple[Delivery | None, Reply]:
        reply = found[0]
        if not reply.good:
            self.note_failure(reply, id)
            self.release(link)
            return None, _with_id(reply, id)
        return _SmtpDelivery(self, link, id, found[1:]), reply

    async def _mail(
        self, link: Link, mail: Command, xforward: dict[str, bytes], ahead: Sequence[Command]
    ) -> list[Reply]:
        """MAIL, and in the same write the RCPTs known already; their replies in order."""
        offers = link.conversation.offers
        if not mail.needs <= offers.keywords:
            return [replies.NEXT_HOP_CHANGED.reply(detail=f"needs {sorted(mail.needs)}")]
        if xforward:
            for line in xforward_lines(xforward, offers.xforward):
                reply = await link.ask(Stage.XFORWARD, line)
                if link.conversation.dead:
                    return [reply]  # a refused XFORWARD is no reason to refuse mail: it changes logs only
        group = [(Stage.MAIL, mail.line)]
        if "PIPELINING" in offers.keywords and not link.conversation.lmtp:
            for command in ahead:
                if not command.needs <= offers.keywords:
                    break
                group.append((Stage.RCPT, command.line))
        return await link.ask_all(group)

    async def _connect(self) -> tuple[Link | None, Reply]:
        link = Link(asyncio.get_running_loop(), self.config)
        reply = await link.open(self.config.host, self.config.port)
        if not reply.good:
            return None, reply
        self._last = link.conversation.offers
        return link, reply

    def note_failure(self, reply: Reply, id: str) -> None:
        """Tell the observer of a failure that is the next hop's and not the message's."""
        if not reply.raw and reply.words in _HOP_FAULTS:
            self.observe("next_hop_failed", id=id, code=reply.code, why=reply.detail)

    def release(self, link: Link) -> None:
        """Take a connection back: keep it, clean it first, or end it."""
        talk = link.conversation
        if talk.worn or talk.waiting is not None or len(self._idle) >= self.config.keep:
            link.quit()
        elif talk.opened:
            task = asyncio.create_task(self._clean(link))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        else:
            link.on_end = self._forget
            self._idle.append(link)
            link.idle(self.config.keep_seconds)

    async def _clean(self, link: Link) -> None:
        await link.ask(Stage.RSET, b"RSET", self.config.timeouts.reset)
        self.release(link)

    def _forget(self, link: Link) -> None:
        link.on_end = None
        if link in self._idle:
            self._idle.remove(link)

    async def close(self) -> None:
        """End all kept connections."""
        if self._probing is not None:
            self._probing.cancel()
        idle, self._idle = self._idle, []
        for link in idle:
            link.on_end = None
            link.quit()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


class _SmtpDelivery:
    """One transaction; MAIL was accepted."""

    def __init__(self, hop: SmtpNextHop, link: Link, id: str, ahead: list[Reply]) -> None:
        self._hop = hop
        self._link: Link | None = link
        self._talk = link.conversation
        self._id = id
        self._recipients = 0
        self._ahead = deque(ahead)
        """The replies to the RCPTs that went down together with MAIL, in the order they will be asked for."""

    @property
    def in_doubt(self) -> bool:
        return self._talk.dot

    async def rcpt(self, command: Command) -> Reply:
        assert self._link is not None
        if self._ahead:
            return self._noted(self._ahead.popleft())
        if self._talk.lmtp and self._recipients:
            return replies.TOO_MANY_RECIPIENTS.reply(self._id)
        if not command.needs <= self._talk.offers.keywords:
            return replies.NEXT_HOP_CHANGED.reply(self._id, detail=f"needs {sorted(command.needs)}")
        reply = await self._link.ask(Stage.RCPT, command.line)
        self._recipients += reply.good
        return self._noted(reply)

    async def deliver(self, message: Outgoing, wanted: Callable[[], bool]) -> Reply:
        assert self._link is not None
        timeouts = self._hop.config.timeouts
        reply = await self._link.ask(Stage.DATA, b"DATA", timeouts.data)
        if reply.code == 354:
            reply = await self._link.message(message.chunks(), wanted, dotted=message.dotted)
        return self._noted(reply)

    def _noted(self, reply: Reply) -> Reply:
        self._hop.note_failure(reply, self._id)
        return _with_id(reply, self._id)

    def close(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            self._hop.release(link)


def _with_id(reply: Reply, id: str) -> Reply:
    """Our own replies carry the transaction's id; the next hop's stay as they came."""
    if reply.raw or not id or id in reply.words:
        return reply
    return Reply(reply.code, reply.enhanced, f"{reply.words} (id={id})", reply.detail)
