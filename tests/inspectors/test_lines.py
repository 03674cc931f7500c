"""Columns and line ends while a body is patched from front to back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspectors.lines import Lines
from inspectors.model import Leaf, Span


def leaf(start: int, end: int) -> Leaf:
    return Leaf("1", "", "", "", "", "", Span(0, 0), Span(start, end))


@given(
    st.lists(st.sampled_from([b"a", b"bb", b"\n", b"\r\n", b"ccc"]), max_size=20).map(b"".join),
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 3), st.sampled_from([b"", b"xyz", b"x\r\nyy"])),
        max_size=5,
    ),
)
def test_columns_are_those_of_the_outgoing_bytes(raw, steps):
    lines = Lines(raw, leaf(0, len(raw)))
    out, position = b"", 0
    for gap, length, data in steps:
        span = Span(min(len(raw), position + gap), min(len(raw), position + gap + length))
        out += raw[position : span.start]
        place = lines.place(span)
        assert place.column == len(out) - (out.rfind(b"\n") + 1)
        rest = raw[span.end :].split(b"\n")[0]
        assert place.rest in (len(rest), len(rest.removesuffix(b"\r")))
        lines.wrote(span, data)
        out += data
        position = span.end


@pytest.mark.parametrize(
    ("raw", "start", "at", "eol"),
    [
        (b"H: x\n\nbody", 6, 8, b"\n"),
        (b"H: x\r\n\r\nbody", 8, 9, b"\r\n"),
        (b"body", 0, 2, b"\r\n"),
        (b"a\r\nb\nc d", 0, 6, b"\n"),
        (b"a\nb\r\nc d", 0, 6, b"\r\n"),
        (b"\nabc", 0, 2, b"\n"),
    ],
)
def test_the_line_end_is_the_one_in_use_nearby(raw, start, at, eol):
    assert Lines(raw, leaf(start, len(raw))).place(Span(at, at + 1)).eol == eol
