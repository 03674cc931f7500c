"""Quick looks: what is worth decoding."""

import pytest

from inspectors.union import signs


@pytest.mark.parametrize(
    ("text", "link", "host"),
    [
        (b"http=3A//h.example/", True, True),
        (b"http://h=2Eexample/", True, True),
        (b"http://h.exam=\r\nple/", True, True),
        (b"www=2Eh.example", True, True),
        (b'<a href=3D"http://h.example/">', True, True),
        (b"http://h.example/click?q=3aab", True, False),
        (b"http://h.example/path=\r\nmore", True, False),
        (b"http://h.example/click?q=ab", False, False),
    ],
)
def test_escapes_behind_a_host_matter_only_where_nothing_was_read(text: bytes, link: bool, host: bool):
    assert (signs.holds_escaped_link(text), signs.holds_escaped_host(text)) == (link, host)


def test_runs_too_short_alone_are_not_joined_to_one_that_is_text():
    half = b"AAAAAAAAAAAAAAAAAAAAaHR0"  # three letters more would begin a link
    assert not signs.holds_run(half + b" " + b"cDov" + b"AAAAAAAAAAAAAAAAAAAA")
    assert signs.holds_run(b"see aHR0cDovL2guZXhhbXBsZS8x here")
