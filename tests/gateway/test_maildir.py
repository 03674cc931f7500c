from __future__ import annotations

import re
import stat
from pathlib import Path
from typing import Any

import pytest

from gateway.commands import Command
from gateway.maildir import MaildirNextHop, unique_name
from gateway.screen import Outgoing
from gateway.spool import Spool
from inspectors.model import Patch, Span

MAIL = Command(b"MAIL FROM:<>", "", frozenset())


async def deliver(path: Path, text: bytes, wanted: bool = True, **changes: Any) -> Any:
    spool = Spool(path.parent, 100)
    await spool.write(text)
    await spool.finish()
    delivery, reply = await MaildirNextHop(path).begin(MAIL, {}, "0123456789abcdef")
    assert reply.code == 250
    assert delivery is not None
    assert (await delivery.rcpt(MAIL)).code == 250
    reply = await delivery.deliver(Outgoing(spool, **changes), lambda: wanted)
    delivery.close()
    spool.close()
    return reply


@pytest.mark.parametrize("text", [b"", b"a\r\n", b"\r\n.\r\n..\r\n", b"x\0\xff\n\r" * 100])
async def test_a_message_is_one_file_with_its_own_bytes(tmp_path: Path, text: bytes) -> None:
    reply = await deliver(tmp_path / "mail", text)
    assert reply.text == "250 2.0.0 Stored (id=0123456789abcdef)"
    (found,) = (tmp_path / "mail" / "new").iterdir()
    assert found.read_bytes() == text
    assert stat.S_IMODE(found.stat().st_mode) == 0o600
    assert list((tmp_path / "mail" / "tmp").iterdir()) == []


async def test_prefix_and_patches_are_carried_out(tmp_path: Path) -> None:
    await deliver(
        tmp_path / "mail", b"0123456789" * 30, prefix=b"X: 1\r\n", patches=(Patch(Span(2, 4), b"ab"),)
    )
    (found,) = (tmp_path / "mail" / "new").iterdir()
    assert found.read_bytes() == b"X: 1\r\n01ab456789" + b"0123456789" * 29


async def test_a_message_nobody_waits_for_is_not_delivered(tmp_path: Path) -> None:
    assert (await deliver(tmp_path / "mail", b"x\r\n", wanted=False)).code == 451
    assert [path for path in (tmp_path / "mail").rglob("*") if path.is_file()] == []


async def test_a_folder_that_cannot_be_written_is_transient_and_leaves_nothing(tmp_path: Path) -> None:
    hop = MaildirNextHop(tmp_path / "mail")
    (tmp_path / "mail" / "new").rmdir()
    delivery, _ = await hop.begin(MAIL, {}, "id")
    assert delivery is not None
    reply = await delivery.deliver(Outgoing(Spool()), lambda: True)
    assert (reply.code, "maildir" in reply.detail, "maildir" in reply.words) == (451, True, False)
    assert [path for path in (tmp_path / "mail").rglob("*") if path.is_file()] == []


def test_names_are_unique_and_safe() -> None:
    names = {unique_name(1.5) for _ in range(1000)}
    assert len(names) == 1000
    assert all(re.fullmatch(r"1\.P\d+Q\d+R[0-9a-f]{16}\.[^/:]+", name) for name in names)
