"""format=flowed: which lines are one line, and where its characters came from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspectors import flowed
from inspectors.model import Span


@pytest.mark.parametrize(
    ("characters", "joined"),
    [
        ("a \nb", "ab"),
        ("a \r\nb \r\nc\r\nd", "abc\r\nd"),
        ("a\nb", "a\nb"),
        ("a  \nb", "a b"),
        ("a \n b", "ab"),
        ("a \n  b", "a b"),
        ("> a \n> b", "> ab"),
        (">> a \n>>b", ">> ab"),
        ("> a \nb", "> a \nb"),
        ("a \n> b", "a \n> b"),
        ("> a \n>> b", "> a \n>> b"),
        ("-- \nme", "-- \nme"),
        ("> -- \n> me", "> -- \n> me"),
        ("x-- \ny", "x--y"),
        ("a\n \nb", "a\n \nb"),
        ("a ", "a "),
        ("", ""),
    ],
)
def test_soft_breaks_go_and_others_stay(characters, joined):
    assert flowed.joined(characters).text == joined


@given(st.text(alphabet=" \r\n>-ab", max_size=60))
def test_every_character_is_where_it_came_from(characters):
    joined = flowed.joined(characters)
    position = -1
    for at, character in enumerate(joined.text):
        place = joined.place(Span(at, at + 1))
        assert characters[place.start : place.end] == character
        assert place.start > position
        position = place.start


@given(st.lists(st.text(alphabet="abc/.", min_size=1, max_size=9), min_size=1, max_size=6), st.integers(0, 3))
def test_a_word_broken_anywhere_is_one_word(pieces, depth):
    marks = ">" * depth
    characters = " \r\n".join(f"{marks} {piece}" if marks else piece for piece in pieces)
    joined = flowed.joined(characters)
    word = "".join(pieces)
    at = joined.text.index(word)
    place = joined.place(Span(at, at + len(word)))
    assert characters[place.start :].startswith(pieces[0])
    assert characters[: place.end].endswith(pieces[-1])


@pytest.mark.parametrize(
    ("characters", "delsp", "added"),
    [
        ("word http", False, "\n"),
        ("word http", True, " \n"),
        ("(http", False, ""),
        ("(http", True, " \n"),
        ("> word http", True, ""),
        ("-- http", True, ""),
        ("http", True, ""),
        ("  http", False, ""),
    ],
)
def test_a_soft_break_stands_only_where_nobody_sees_it(characters, delsp, added):
    assert flowed.soft_break(f"above\n{characters}", 6 + characters.index("http"), delsp=delsp) == added
