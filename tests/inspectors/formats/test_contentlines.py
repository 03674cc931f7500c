"""Content lines of calendars and address books."""

from hypothesis import given
from hypothesis import strategies as st

from fixtures.files import folded
from inspectors.formats import contentlines


def read(text: str):
    return list(contentlines.read(text.encode(), "utf-8"))


def test_folded_lines_are_joined_wherever_they_were_cut():
    (line,) = read("DESCRIPTION:http://a.exa\r\n mple/x\r\n\ty\n z\r\n")
    assert (line.name, line.value) == ("description", "http://a.example/xyz")


def test_parameters_may_hold_colons_and_semicolons_in_quotes():
    (line,) = read('item1.LOCATION;ALTREP="http://a.example/;x:y";LANGUAGE=en:Room 1\r\n')
    assert (line.name, line.value) == ("location", "Room 1")
    assert line.parameter("altrep") == "http://a.example/;x:y"
    assert line.parameter("language") == "en"
    assert line.parameter("none") == ""


def test_escapes_are_undone_in_words_only():
    (line,) = read("NOTE:a\\, b\\; c\\\\d\\ne\r\n")
    assert line.words == "a, b; c\\d\ne"
    assert line.value == "a\\, b\\; c\\\\d\\ne"


def test_quoted_printable_of_old_cards_is_decoded_over_its_soft_breaks():
    (line, other) = read(
        "NOTE;QUOTED-PRINTABLE;CHARSET=iso-8859-1:caf=E9 http://a.exam=\r\nple/=3Dx\r\nFN:A\r\n"
    )
    assert line.words == "café http://a.example/=x"
    assert other.name == "fn"


def test_a_line_that_is_no_property_is_all_value():
    assert [(line.name, line.value) for line in read("no property\r\n\r\n")] == [("", "no property")]


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=200), st.integers(10, 75))
def test_folding_at_any_width_changes_nothing(value, width):
    (line,) = read(folded("X:" + value, width)) or [None]
    assert line.value == value


@given(st.binary(max_size=300))
def test_any_bytes_give_lines(content):
    assert all(line.line for line in contentlines.read(content, ""))
