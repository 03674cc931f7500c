"""Files in a text as uuencode puts them there."""

from hypothesis import given
from hypothesis import strategies as st

from fixtures.files import uuencoded
from inspectors import limits, uuencode
from inspectors.model import Inside


def test_files_are_found_between_lines_of_text():
    text = (
        b"hello\n"
        + uuencoded("a b.html", b"<a>" * 50)
        + b"and\n"
        + uuencoded("c", b"")
        + uuencoded("d", b"d")
    )
    assert uuencode.members(text) == (Inside("a b.html", b"<a>" * 50), Inside("d", b"d"))


def test_crlf_lines_and_the_base64_form_are_read():
    assert uuencode.members(uuencoded("a", b"abc").replace(b"\n", b"\r\n")) == (Inside("a", b"abc"),)
    assert uuencode.members(b"begin-base64 644 a\nYWJj\n====\n") == (Inside("a", b"abc"),)


def test_a_file_without_an_end_is_read_as_far_as_it_goes():
    (only,) = uuencode.members(uuencoded("a", b"x" * 90)[:-15])
    assert only.content.startswith(b"x" * 45)


def test_text_that_only_begins_so_is_none():
    assert not uuencode.holds(b"we begin 644 things\nbegin now\n")
    assert uuencode.members(b"begin 644 a\nordinary words that follow\n") in ((), (Inside("a", b""),))


@given(st.binary(max_size=300))
def test_what_was_put_in_comes_out(data):
    assert [each.content for each in uuencode.members(b"x\n" + uuencoded("a", data))] == (
        [data] if data else []
    )


@given(st.binary(max_size=300))
def test_any_bytes_give_an_answer(content):
    uuencode.members(b"begin 644 a\n" + content)


def test_one_file_more_than_may_be_read_is_handed_on_so_that_it_is_said():
    text = uuencoded("a", b"a") * (limits.INSIDE_FILES + 5)
    assert len(uuencode.members(text)) == limits.INSIDE_FILES + 1
