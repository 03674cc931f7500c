from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.screen import Outgoing, PassAll, Screened
from gateway.spool import Spool
from inspectors.model import Patch, Span
from policy.model import Envelope


async def sent(text: bytes, in_memory: int, **changes: object) -> bytes:
    spool = Spool(None, in_memory)
    await spool.write(text)
    await spool.finish()
    try:
        return b"".join([piece async for piece in Outgoing(spool, **changes).chunks()])
    finally:
        spool.close()


@given(st.binary(max_size=30), st.binary(max_size=10), st.integers(0, 30), st.integers(0, 30))
async def test_what_goes_down_is_prefix_and_patched_message(
    text: bytes, prefix: bytes, one: int, other: int
) -> None:
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    patches = (Patch(Span(start, end), b"new"),)
    for in_memory in (1000, 0):
        got = await sent(text, in_memory, prefix=prefix, patches=patches)
        assert got == prefix + text[:start] + b"new" + text[end:]
        assert await sent(text, in_memory) == text


async def test_the_open_screen_changes_nothing() -> None:
    assert await PassAll().screen(Spool(), Envelope(), "id") == Screened("id", b"", ())
