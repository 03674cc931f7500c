"""The public listener: silent or too many connections are closed, requests are answered."""

from __future__ import annotations

import asyncio
import socket

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from gateway import web as module
from gateway.web import web

APP = Starlette(routes=[Route("/", lambda request: PlainTextResponse("here"))])
GET = b"GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n"


def listener() -> tuple[socket.socket, int]:
    bound = socket.create_server(("127.0.0.1", 0))
    return bound, bound.getsockname()[1]


async def asked(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    return answer


async def test_a_request_is_answered() -> None:
    bound, port = listener()
    async with web(APP, bound):
        answer = await asked(port, GET)
    assert answer.startswith(b"HTTP/1.1 200") and answer.endswith(b"here")
    assert b"server:" not in answer.lower()


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: a.ex"])
async def test_a_connection_without_a_whole_request_is_closed(
    monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    monkeypatch.setattr(module, "FIRST_REQUEST_SECONDS", 0.1)
    bound, port = listener()
    async with web(APP, bound):
        assert await asked(port, sent) == b""


async def test_beyond_the_bound_connections_are_closed_and_others_still_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MOST_CONNECTIONS", 3)
    bound, port = listener()
    async with web(APP, bound):
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        await asyncio.sleep(0.05)
        with pytest.raises((ConnectionError, AssertionError)):
            assert await asked(port, GET)
        held.pop()[1].close()
        await asyncio.sleep(0.05)
        assert (await asked(port, GET)).endswith(b"here")
        for _, writer in held:
            writer.close()


async def test_an_answered_connection_is_closed_although_the_client_would_keep_it() -> None:
    """A second request that is begun and never ended held the click page closed for everybody."""
    bound, port = listener()
    async with web(APP, bound):
        answer = await asked(port, b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
    assert answer.endswith(b"here")
    assert b"connection: close" in answer.lower()
