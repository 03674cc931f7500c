"""Conditional comments: which there are and where they stand."""

import pytest
import turbohtml
from hypothesis import given
from hypothesis import strategies as st

from inspectors import conditional, limits


def found(page):
    return list(conditional.comments(page, turbohtml.parse(page)))


@pytest.mark.parametrize(
    ("page", "source"),
    [
        ("<!--[if mso]><a href=x><![endif]-->", "<a href=x><![endif]"),
        ("<!-- [ IF gte mso 9 ] ><a href=x>-->", "<a href=x>"),
        ("<p><!--[if mso]><td background=x><![endif]-->", "<table><tr><td background=x><![endif]"),
        ("<!--[if mso]><a href=x", "<a href=x"),
        ("<!--[if mso]><!--[if gt x]><a href=x><![endif]-->", "              <a href=x><![endif]"),
    ],
)
def test_the_content_is_a_page_of_its_own(page, source):
    (one,) = found(page)
    assert one.source == source
    assert page[one.start :].startswith(one.source[one.added :].lstrip(" ")) or " " in one.source[:1]


@pytest.mark.parametrize(
    "page",
    [
        "<!-- if href -->",
        "<![if !mso]><a href=x><![endif]>",
        "<!--[if mso]><table><tr><td><![endif]-->",
        "<script><!--[if mso]><a href=x><![endif]--></script>",
        "<a title='<!--[if mso]><a href=x><![endif]-->'>",
    ],
)
def test_what_is_no_comment_or_holds_no_link_is_left_out(page):
    assert found(page) == []


def test_the_number_is_bounded():
    assert len(found("<!--[if a]>href-->" * (limits.COMMENTS + 5))) == limits.COMMENTS


PIECES = st.lists(
    st.sampled_from(["<!--", "[if x]>", "href", "-->", "--!>", "<p>", "<script>", "\n", "\x00", "]"])
)


@given(PIECES.map("".join))
def test_law_a_place_that_is_known_is_right(page):
    for one in found(page):
        if one.start >= 0:
            there = page[one.start : one.start + len(one.source) - one.added]
            inner = one.source[one.added :].replace("\ufffd", "\0")
            assert all(a == b or b == " " for a, b in zip(there, inner, strict=True))


@pytest.mark.parametrize("start", ["[if", "[IF", "[iF", "[ if", "[\n If"])
def test_a_comment_is_noticed_however_its_condition_is_spelled(start):
    page = f"<!--{start} mso]><a href=x><![endif]-->"
    assert conditional.may_stand_in(page)
    assert len(found(page)) == 1
