"""The dot, attacked: every short body over the dangerous alphabet, every cut, every patch position."""

from __future__ import annotations

import itertools
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import replies
from gateway.dots import DataReader, Stuffer
from inspectors.model import Patch, Span
from inspectors.splice import Splicer, fit

ALPHABET = (b"\r", b"\n", b".", b"a")
SHORT = [b"".join(letters) for n in range(5) for letters in itertools.product(ALPHABET, repeat=n)]
LAX_ENDS = (
    b"\n.\n",
    b"\n.\r\n",
    b"\r\n.\n",
    b"\r\n.\r\r\n",
    b"\r\n.\r\n",
    b"\r.\r",
    b"\r.\r\n",
    b"\n.\r\r\n",
)


def read(data: bytes, pieces: list[int] | None = None, *, strict: bool = False) -> tuple[bytes, DataReader]:
    reader = DataReader(strict=strict)
    out = b""
    at = 0
    for size in [*(pieces or []), len(data)]:
        if reader.done:
            break
        out += reader.feed(data[at : at + size])
        at += size
    reader.rest += data[at:] if reader.done else b""
    return out, reader


def stuff(message: bytes, pieces: list[int] | None = None) -> bytes:
    stuffer = Stuffer()
    out = b""
    at = 0
    for size in [*(pieces or []), len(message)]:
        out += stuffer.feed(message[at : at + size])
        at += size
    return out + stuffer.end()


def is_dangerous(message: bytes) -> bool:
    """The rule in its plainest form."""
    return re.search(rb"\r\.|(?<!\r)\n\.", b"\r\n" + message) is not None


def lines_simply(data: bytes) -> bytes:
    """A strict reader written as naively as possible: line by line at CR LF."""
    got = b""
    while True:
        line, _, data = data.partition(b"\r\n")
        if line == b".":
            return got
        got += (line[1:] if line.startswith(b".") else line) + b"\r\n"


def test_every_short_body_comes_out_as_a_line_reader_would_read_it() -> None:
    checked = 0
    for body in SHORT:
        wire = body + b"\r\n.\r\nQUIT\r\n"
        message, reader = read(wire)
        assert reader.done
        assert message == lines_simply(wire), body
        checked += 1
    assert checked == 341


def test_every_short_body_is_refused_exactly_by_the_rule() -> None:
    for body in SHORT:
        message, reader = read(body + b"\r\n.\r\n")
        assert (reader.refusal is replies.SMUGGLING) == is_dangerous(message), (body, message)


def test_nothing_that_passes_holds_an_end_of_data_a_lax_server_would_take() -> None:
    passed = 0
    for body in SHORT:
        message, reader = read(body + b"\r\n.\r\n")
        if reader.refusal is not None:
            continue
        wire = b"\r\n" + stuff(message)
        assert wire.endswith(b"\r\n.\r\n")
        for end in LAX_ENDS:
            assert wire.find(end) in (-1, len(wire) - len(end)), (body, end)
        passed += 1
    assert passed > 200


def test_the_strict_rule_refuses_every_bare_cr_or_lf() -> None:
    for body in SHORT:
        message, reader = read(body + b"\r\n.\r\n", strict=True)
        bare = re.search(rb"\r(?!\n)|(?<!\r)\n", message) is not None
        assert (reader.refusal is not None) == bare, body


@pytest.mark.parametrize("rest", [b"", b"QUIT\r\n", b"MAIL FROM:<>\r\n.\r\n"])
def test_cuts_at_every_byte_change_nothing(rest: bytes) -> None:
    wire = b"..x\r\n\r\n.\rb\n\r\r\n...\r\n.a\r\n\r\n.\r\n" + rest
    whole, reader = read(wire)
    for cut in range(len(wire)):
        message, again = read(wire, [cut])
        assert (message, again.rest, again.refusal) == (whole, reader.rest, reader.refusal), cut
    message, again = read(wire, [1] * len(wire))
    assert (message, again.refusal) == (whole, reader.refusal)
    assert reader.rest == rest


def test_whatever_stands_behind_the_dot_is_given_back() -> None:
    for rest in SHORT:
        for body in (b"", b"x\r\n", b"x\r\n\r\n", b"..\r\n"):
            wire = body + b".\r\n" + rest
            for cut in range(len(body) + 3, len(wire) + 1):
                message, reader = read(wire[:cut])
                assert reader.done, wire[:cut]
                assert message == body.replace(b"..", b"."), wire[:cut]
                assert reader.rest == rest[: cut - len(body) - 3], wire[:cut]


def test_an_empty_message_is_empty() -> None:
    message, reader = read(b".\r\n")
    assert (message, reader.done, reader.size) == (b"", True, 0)


def test_a_bare_lf_and_its_dot_are_seen_across_a_cut() -> None:
    for cut in range(1, 8):
        _, reader = read(b"ab\n.cd\r\n.\r\n", [cut])
        assert reader.refusal is replies.SMUGGLING


pieces = st.lists(st.integers(0, 9), max_size=30)
texts = st.lists(st.sampled_from([b"\r", b"\n", b".", b"a", b"\r\n", b"\0", b"\xff"]), max_size=40).map(
    b"".join
)


@given(texts, pieces, pieces)
def test_stuffing_and_reading_back_gives_the_same_message_in_any_pieces(
    body: bytes, cuts: list[int], others: list[int]
) -> None:
    message = body + b"\r\n" if body else b""
    wire = stuff(message, cuts)
    got, reader = read(wire, others)
    assert reader.done
    assert got == message
    assert reader.size == len(message)


def test_the_stuffer_ends_a_message_without_line_end() -> None:
    assert stuff(b"abc") == b"abc\r\n.\r\n"
    assert stuff(b"abc\r") == b"abc\r\r\n.\r\n"
    assert stuff(b"") == b".\r\n"


@given(st.binary(max_size=60), st.data(), pieces)
def test_patches_in_pieces_equal_patches_at_once(
    message: bytes, data: st.DataObject, cuts: list[int]
) -> None:
    edges = sorted(data.draw(st.lists(st.integers(0, len(message)), max_size=8)))
    spans = list(zip(edges[::2], edges[1::2], strict=False))
    patches = [Patch(Span(a, b), data.draw(st.binary(max_size=5))) for a, b in spans]
    assert fit(patches, len(message))
    expected = bytearray(message)
    for patch in reversed(patches):
        expected[patch.span.start : patch.span.end] = patch.data
    splicer = Splicer(patches)
    out = b""
    at = 0
    for size in [*cuts, len(message)]:
        out += splicer.feed(message[at : at + size])
        at += size
    assert out + splicer.end() == bytes(expected)


def test_patches_that_overlap_or_leave_the_message_do_not_fit() -> None:
    assert not fit([Patch(Span(0, 3), b""), Patch(Span(2, 4), b"")], 10)
    assert not fit([Patch(Span(4, 5), b""), Patch(Span(1, 2), b"")], 10)
    assert not fit([Patch(Span(9, 11), b"")], 10)
    assert not fit([Patch(Span(5, 4), b"")], 10)


def test_reading_a_large_body_byte_by_byte_stays_linear() -> None:
    rng = random.Random(1)
    body = bytes(rng.choice(b"\r\n.ab") for _ in range(20000)).replace(b"\r\n.\r\n", b"")
    reader = DataReader()
    for index in range(len(body)):
        reader.feed(body[index : index + 1])
    assert not reader.done
