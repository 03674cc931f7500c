"""The second parser: what it lets pass and what it stops."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspectors import htmlproof, limits

NEW = ("https://c.example/h/T", "https://c.example/h/TT")


def differences(before, after, done=(NEW,)):
    return htmlproof.differences(before, after, done)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<a href='http://h.example/' id=x>y</a>", "<a href='{}' id=x>y</a>"),
        ("<a href=http://h.example/>y", "<a href=\n{}\n>y"),
        ("<p>see http://h.example/ there", "<p>see \n{}\n there"),
        ("<meta http-equiv=refresh content='0; url=x'>", "<meta http-equiv=refresh content='0; url={}'>"),
        ("<!--[if mso]><a href=x>x</a><![endif]-->", "<!--[if mso]><a href={}>x</a><![endif]-->"),
        ("<a href=http://h.example/>x</a> www.h.example", "<a href={}>x</a> {}"),
        ("\x00é<a href=http://h.example/>\x0b", "\x00é<a href={}>\x0b"),
        ("http://h.example/", "{}"),
    ],
)  # fmt: skip
def test_a_replaced_url_passes(before, after):
    assert differences(before, after.replace("{}", NEW[1])) == ()


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("<a href=x>y", "<a href={}>z", htmlproof.OTHERWISE),
        ("<a href=x id=1>y", "<a href={} id=2>y", htmlproof.OTHERWISE),
        ("<a href=x>y", "<a href={} id=2>y", htmlproof.OTHERWISE),
        ("<a href=x>y", "<b href={}>y", htmlproof.OTHERWISE),
        ("<a href=x>y", "<a href={}>y<b>", htmlproof.OTHERWISE),
        ("<a href=x>y<b>", "<a href={}>y", htmlproof.OTHERWISE),
        ("<p>one x two", "<p>one {} three", htmlproof.OTHERWISE),
        ("<p>one x two", "<p>uno {} two", htmlproof.OTHERWISE),
        ("<a href=x>y", "<a href='{} {}' >y", ""),
        ("<a href=x>y", "<a href=x>y", htmlproof.UNSEEN),
        ("<a href=x>y", "<a href=http://other.example/>y", htmlproof.OTHERWISE),
        ("<!-- x -->", "<!-- {} --><p>", htmlproof.OTHERWISE),
    ],
)
def test_anything_else_is_a_difference(before, after, reason):
    found = differences(before, after.replace("{}", NEW[0]))
    assert found == ((reason,) if reason else ())


def test_every_new_url_must_be_seen():
    after = f"<a href={NEW[0]}>x</a><a href=y>z</a>"
    other = ("https://c.example/i/U",)
    assert differences("<a href=x>x</a><a href=y>z</a>", after, (NEW, other)) == (htmlproof.UNSEEN,)


def test_pages_too_large_for_a_soup_are_compared_all_the_same():
    filler = "<p>x</p>" * (limits.SOUP_STEPS // 3 + 1)
    before = f"{filler}<a href=x>y</a>"
    assert differences(before, before.replace("href=x", f"href={NEW[0]}")) == ()
    assert differences(before, before.replace("href=x>y", f"href={NEW[0]}>z")) == (htmlproof.OTHERWISE,)


def test_what_has_too_many_tags_is_said_not_to_be_proved():
    page = "<a href={}>" + "</a><p>x</p>" * (limits.PROVED_STEPS // 3 + 1)
    assert differences(page, page.replace("{}", NEW[0])) == (htmlproof.TOO_LONG,)


def test_what_is_nested_too_deeply_is_said_not_to_be_proved():
    deep = "<div>" * 100_000 + "<a href={}>"
    assert differences(deep, deep.replace("{}", NEW[0])) == (htmlproof.TOO_DEEP,)


PIECES = st.sampled_from(
    ["<a href=q>", "</a>", "<p>", "<b>", "<table>", "<td>", "t ", "&lt;", "<!--c-->", "\x00", "é"]
)


@given(st.lists(PIECES, max_size=20), st.lists(PIECES, max_size=20))
def test_law_only_the_replaced_value_may_differ(head, tail):
    before = f"{''.join(head)}<i title=q>x</i>{''.join(tail)}"
    after = before.replace("title=q", f"title={NEW[0]}")
    assert differences(before, before.replace("title=q", "title=r")) != ()
    found = differences(before, after)
    assert found in ((), (htmlproof.UNSEEN,))
    assert differences(before, after + "<hr>") != ()


def test_a_form_feed_between_attributes_is_a_blank():
    assert differences("<a\fhref=x>y", "<a\fhref={}>y".replace("{}", NEW[0])) == ()
