"""The embedded next hop ``maildir:PATH``: a message is a file, complete or not there at all.

Written to tmp/, fsynced, renamed into new/, and the directory fsynced, before anybody is told 250
(https://cr.yp.to/proto/maildir.html, plus the fsyncs). The bytes are the message's own, CR LF included and
nothing added, so that what arrived can be compared with what was sent; one file per message, whatever the
number of recipients.

Does not read mail, keep quotas or know mailboxes of several people.
"""

from __future__ import annotations

import asyncio
import errno
import itertools
import os
import secrets
import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from gateway import replies
from gateway.commands import Command
from gateway.replies import Reply
from gateway.screen import Delivery, Outgoing

OFFERS = frozenset({"SIZE", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"})
"""A file takes any bytes; delivery notifications it could not send, so DSN is not offered."""

_count = itertools.count()
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def unique_name(now: float) -> str:
    """A file name no other delivery has, on this machine or another sharing the folder."""
    host = socket.gethostname().replace("/", r"\057").replace(":", r"\072")
    return f"{int(now)}.P{os.getpid()}Q{next(_count)}R{secrets.token_hex(8)}.{host}"


class MaildirNextHop:
    """Delivers into one Maildir."""

    size = 0

    def __init__(self, path: Path) -> None:
        """Make the Maildir where it is missing. Raises OSError."""
        self._path = path
        for name in ("", "tmp", "new", "cur"):
            (path / name).mkdir(mode=0o700, parents=True, exist_ok=True)

    async def offers(self) -> frozenset[str]:
        """What a file can carry."""
        return OFFERS

    async def begin(
        self, mail: Command, xforward: dict[str, bytes], id: str, ahead: Sequence[Command] = ()
    ) -> tuple[Delivery | None, Reply]:
        """Always succeeds; the disk is asked when there is something to write."""
        return _MaildirDelivery(self._path, id), replies.SENDER_OK.reply()

    async def close(self) -> None:
        """Nothing is held open."""


class _MaildirDelivery:
    in_doubt = False

    def __init__(self, path: Path, id: str) -> None:
        self._path = path
        self._id = id

    async def rcpt(self, command: Command) -> Reply:
        return replies.RECIPIENT_OK.reply()

    async def deliver(self, message: Outgoing, wanted: Callable[[], bool]) -> Reply:
        name = unique_name(time.time())
        written = self._path / "tmp" / name
        try:
            handle = await asyncio.to_thread(os.open, written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                async for piece in message.chunks():
                    await asyncio.to_thread(_write_all, handle, piece)
                await asyncio.to_thread(os.fsync, handle)
            finally:
                os.close(handle)
            if not wanted():
                return replies.CLIENT_GONE.reply(self._id)
            await asyncio.to_thread(_publish, written, self._path / "new")
        except OSError as error:
            own = replies.NO_SPACE if error.errno in _FULL else replies.OUR_FAULT
            return own.reply(self._id, detail=f"maildir: {error}")
        finally:
            written.unlink(missing_ok=True)
        return replies.STORED.reply(self._id)

    def close(self) -> None:
        pass


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _publish(written: Path, folder: Path) -> None:
    """Move into place so that it survives a crash: rename, then fsync the directory that holds the name."""
    written.rename(folder / written.name)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
