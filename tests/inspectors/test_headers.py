"""Header blocks, fields and structured values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspectors import headers
from inspectors.model import Span


@pytest.mark.parametrize(
    ("raw", "head", "body"),
    [
        (b"A: 1\r\n\r\nbody", 6, 8),
        (b"A: 1\n\nbody", 5, 6),
        (b"A: 1\n\r\nbody", 5, 7),
        (b"\r\nbody", 0, 2),
        (b"\nbody", 0, 1),
        (b"A: 1\r\n", 6, 6),
        (b"", 0, 0),
        (b"A: 1\n\nb\r\n\r\nc", 5, 6),
    ],
)
def test_the_header_ends_at_the_first_empty_line(raw, head, body):
    assert headers.block(raw, 0, len(raw)) == (Span(0, head), body)


def test_a_field_keeps_its_span_and_its_value_is_unfolded():
    raw = b"Subject: one\r\n two\r\nTo: a@b.example\r\n"
    found, flags = headers.fields(raw, Span(0, len(raw)))
    assert [(f.name, f.value, f.span.of(raw)) for f in found] == [
        ("subject", b"one two", b"Subject: one\r\n two\r\n"),
        ("to", b"a@b.example", b"To: a@b.example\r\n"),
    ]
    assert flags == ()


def test_a_line_that_is_no_field_is_flagged_and_passed_over():
    raw = b"A: 1\r\nrubbish\r\nB: 2\r\n"
    found, flags = headers.fields(raw, Span(0, len(raw)))
    assert [f.name for f in found] == ["a", "b"]
    assert [f.flag for f in flags] == ["ambiguous-header-line"]


def test_an_mbox_separator_line_is_not_a_field_and_not_an_oddity():
    raw = b"From a@b.example Thu Jan  1 00:00:00 2026\nA: 1\n"
    found, flags = headers.fields(raw, Span(0, len(raw)))
    assert ([f.name for f in found], flags) == (["a"], ())


@pytest.mark.parametrize(
    ("raw", "value", "name", "parameter"),
    [
        (b'text/html; charset="utf-8"', "text/html", "charset", "utf-8"),
        (b"TEXT/HTML;CHARSET=utf-8", "text/html", "charset", "utf-8"),
        (b"multipart/mixed (comment); boundary = (another) x=y", "multipart/mixed", "boundary", "x=y"),
        (rb'a/b; boundary="a\"b;c"', "a/b", "boundary", 'a"b;c'),
        (b"a/b; name*0*=utf-8''%C3%A4; name*1=b", "a/b", "name", "äb"),
        (b"a/b; name*=iso-8859-1'de'%E4", "a/b", "name", "ä"),
        (b"a/b; name=plain; name*=utf-8''other", "a/b", "name", "plain"),
        (b"a/b; x=1; x=2", "a/b", "x", "1"),
        (b"a/b; boundary", "a/b", "boundary", ""),
        (b'a/b; boundary="open', "a/b", "boundary", "open"),
        (b"", "", "x", ""),
    ],
)
def test_structured_values_are_read_as_clients_read_them(raw, value, name, parameter):
    read = headers.structured(raw)
    assert (read.value, read.get(name)) == (value, parameter)


@given(st.binary(max_size=300))
def test_any_bytes_give_fields_whose_spans_do_not_overlap(raw):
    head, body = headers.block(raw, 0, len(raw))
    found, _ = headers.fields(raw, head)
    assert 0 <= head.end <= body <= len(raw)
    ends = [0, *(f.span.end for f in found)]
    assert all(f.span.start >= end for f, end in zip(found, ends, strict=False))
    for field in found:
        headers.structured(field.value)


@pytest.mark.parametrize("unit", [b"(", b'"', b";a=", b";a*0=", b"\\", b" "])
def test_long_hostile_values_are_read_in_bounded_steps(unit):
    assert headers.structured(b"a/b;" + unit * 100_000).value == "a/b"


PIECES = (b"A: b", b"B:", b" c", b"\t", b"\r\n", b"\n", b"\r", b":", b" ", b"\x0b", b"X: y\r\n", b"From x\n")


@given(st.lists(st.sampled_from(PIECES), max_size=9).map(b"".join))
def test_a_block_in_order_is_read_at_once_as_line_by_line(block: bytes) -> None:
    at_once = headers._fields_in_order(block, 0, len(block))
    if at_once is not None:
        assert (at_once, ()) == headers._fields_by_line(block, 0, len(block), "")


def test_a_folded_field_and_one_without_line_end_are_in_order() -> None:
    block = b"A: b\r\n\tc\r\nD: e"
    found = headers._fields_in_order(block, 0, len(block))
    assert [(each.name, each.value) for each in found or ()] == [("a", b"b\tc"), ("d", b"e")]
