from __future__ import annotations

import asyncio

from aiosmtpd.smtp import SMTP

from gateway.dialog import Dialog, DialogLimits

CONVENIENCE = {"_call_limit_base", "_call_limit_default"}
"""Set by aiosmtpd only where a call limit is asked for."""


async def test_a_dialog_has_every_attribute_a_stock_instance_has() -> None:
    loop = asyncio.get_running_loop()
    stock = SMTP(object(), hostname="x.example", loop=loop)
    ours = Dialog(loop, "x.example", DialogLimits())
    assert set(vars(stock)) - set(vars(ours)) <= CONVENIENCE
    for name in (
        "_tls_handshake_okay",
        "_auth_required",
        "_proxy_timeout",
        "hostname",
        "transport",
        "session",
    ):
        assert getattr(ours, name) == getattr(stock, name), name


async def test_lines_ahead_are_seen_and_not_taken() -> None:
    dialog = Dialog(asyncio.get_running_loop(), "x.example", DialogLimits())
    dialog.data_received(b"one\r\ntwo\r\nthr")
    assert dialog.lines_ahead(5) == [b"one", b"two"]
    assert dialog.lines_ahead(1) == [b"one"]
    assert await dialog.read_line() == b"one"
    dialog.data_received(b"ee\r\n")
    assert dialog.lines_ahead(5) == [b"two", b"three"]
    assert [await dialog.read_line(), await dialog.read_line()] == [b"two", b"three"]


async def test_data_and_lines_come_from_the_same_stream() -> None:
    dialog = Dialog(asyncio.get_running_loop(), "x.example", DialogLimits())
    dialog.data_received(b"DATA\r\nbody")
    assert await dialog.read_line() == b"DATA"
    assert await dialog.read_some() == b"body"
    dialog.data_received(b"c\r\n")
    dialog.unread(b"NOOP\r\nb")
    assert [await dialog.read_line(), await dialog.read_line()] == [b"NOOP", b"bc"]
