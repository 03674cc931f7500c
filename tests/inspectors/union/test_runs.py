"""Runs of base64 are found where one pattern for both kinds, tried at every byte, finds them."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from inspectors.union import runs

BOTH = re.compile(
    rb"(?m)^(?:[ \t>]*+[A-Za-z0-9+/_=-]{2,}+[ \t]*+(?:[\r\n]++|\Z))++|[A-Za-z0-9+/_-]{16,}+={0,2}"
)
PIECES = (b"a", b"b" * 15, b"c" * 16, b" ", b"\n", b"\r\n", b"\r", b"=", b"==", b">", b".", b"\t", b"-")


@given(st.lists(st.sampled_from(PIECES), max_size=14).map(b"".join))
def test_the_quick_search_finds_what_the_pattern_finds(data: bytes) -> None:
    assert list(runs._runs(data)) == [match.span() for match in BOTH.finditer(data)]


def test_lines_of_letters_are_one_block_and_quoting_marks_are_no_part_of_it() -> None:
    text = b"see this.\n\n> aHR0cDovL2guZXhhbXBsZS8x\n> aHR0cDovL2kuZXhhbXBsZS8x\nend of it.\n"
    assert list(runs.blocks(text, hidden=False)) == [
        b" aHR0cDovL2guZXhhbXBsZS8x\n aHR0cDovL2kuZXhhbXBsZS8x\n",
    ]
