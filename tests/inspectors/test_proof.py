"""Law 4 on values: exactly the edited links lead elsewhere afterwards, wherever a format shows them then."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspectors.model import Edit, Inspection, Link, Message, Skipped
from inspectors.proof import compare, misread

NEW = "https://click.example/odd.example/AAAA"


def link(url: str, place: str = "pdf:annotation", leaf: str = "2", page: int = 1, handle: int = 0) -> Link:
    return Link(leaf, url, url, "", place, handle, page=page)


def read(*links: Link, skipped: tuple[Skipped, ...] = ()) -> Inspection:
    return Inspection(Message(b"", (), ()), links, skipped)


A, B, C = (link(f"https://{name}.example/") for name in "abc")
HTML = link("https://h.example/", "html:a.href", "1", 0)


def edited(old: Link, *urls: str) -> Edit:
    return Edit(old, urls or (NEW,))


@pytest.mark.parametrize("place", ["pdf:launch", "pdf:javascript", "pdf:text", "pdf:annotation"])
def test_a_link_of_a_pdf_may_be_found_at_another_place(place: str) -> None:
    old = link("https://b.example/", place)
    for after in (read(A, link(NEW), C), read(link(NEW), A, C), read(A, C, link(NEW))):
        assert compare(read(A, old, C), after, [edited(old)]) == ()
        assert misread(read(A, old, C), after, [edited(old)]) == ()


def test_a_link_that_is_gone_is_named_and_blamed() -> None:
    edit = edited(B)
    assert compare(read(A, B), read(A), [edit]) == ("a rewritten link in 2 is gone",)
    assert misread(read(A, B), read(A), [edit]) == (edit,)


def test_a_new_link_in_another_leaf_does_not_count() -> None:
    assert compare(read(A, B), read(A, link(NEW, leaf="3")), [edited(B)])
    assert compare(read(A, B), read(A, link(NEW, "text")), [edited(B)])


def test_what_stays_of_the_old_link_is_seen() -> None:
    assert compare(read(A, B), read(A, B, link(NEW)), [edited(B)]) == ("1 links became 2",)


@pytest.mark.parametrize(
    "changed",
    [
        link("https://x.example/"),
        link("https://a.example/", "pdf:launch"),
        link("https://a.example/", leaf="3"),
        replace(A, written="other"),
    ],
)
def test_every_other_link_has_to_be_as_it_was(changed: Link) -> None:
    assert compare(read(A, B), read(changed, link(NEW)), [edited(B)])


def test_the_others_keep_their_order() -> None:
    assert compare(read(A, B, C), read(C, link(NEW), A), [edited(B)])


def test_a_url_over_several_lines_has_a_link_on_each_of_them() -> None:
    old = link("https://b.example/", "pdf:text")
    two = read(A, link(NEW), link(NEW))
    assert compare(read(A, old), two, [edited(old)]) == ()
    assert compare(read(A, old), read(A, link(NEW), link(NEW, page=2)), [edited(old)])
    assert compare(read(A, B), two, [edited(B)])


def test_two_texts_with_one_new_url_each_keep_their_own() -> None:
    one, two = (link("https://b.example/", "pdf:text", handle=n) for n in (1, 2))
    edits = [edited(one), edited(two)]
    assert compare(read(one, two), read(link(NEW), link(NEW)), edits) == ()
    assert compare(read(one, two), read(link(NEW)), edits)


def test_text_below_what_became_a_link_may_no_longer_be_one() -> None:
    launch, words = link("https://l.example/", "pdf:launch"), link("https://t.example/", "pdf:text")
    far = link("https://t.example/", "pdf:text", page=2)
    assert compare(read(launch, words, far), read(link(NEW), far), [edited(launch)]) == ()
    assert compare(read(launch, words, far), read(link(NEW), words, far), [edited(launch)]) == ()
    assert compare(read(launch, words, far), read(link(NEW), words), [edited(launch)])
    assert compare(read(A, words), read(link(NEW)), [edited(A)])


def test_other_formats_stay_strict() -> None:
    edit = edited(HTML)
    assert compare(read(HTML, A), read(replace(HTML, url=NEW), A), [edit]) == ()
    assert compare(read(HTML, A), read(link(NEW, "html:area.href", "1", 0), A), [edit])
    assert misread(read(HTML, A), read(replace(HTML, url="x"), A), [edit]) == (edit,)
    assert misread(read(HTML, A), read(A), [edit]) == ()


def test_what_could_be_read_has_to_stay_the_same() -> None:
    skipped = (Skipped("2", "x"), Skipped("2", "y"))
    assert compare(read(A), read(A, skipped=skipped), ())
    assert compare(read(A, skipped=skipped), read(A), ())
    assert compare(read(HTML, skipped=skipped), read(replace(HTML, url=NEW)), [edited(HTML)])
    assert compare(read(A), read(link(NEW), skipped=skipped), [edited(A)])


def test_more_of_a_damaged_pdf_may_be_readable_afterwards() -> None:
    skipped = (Skipped("2", "x"), Skipped("2", "y"))
    assert compare(read(A, skipped=skipped), read(link(NEW), skipped=skipped[1:]), [edited(A)]) == ()
    other = (*skipped, Skipped("3", "z"))
    assert compare(read(A, skipped=other), read(link(NEW), skipped=skipped), [edited(A)])


@given(
    st.lists(
        st.tuples(st.sampled_from("abcd"), st.sampled_from(["annotation", "launch", "next"])), max_size=8
    ),
    st.data(),
)
def test_law_any_links_of_a_pdf_may_move_and_no_other_may_change(kinds, data) -> None:
    links = [
        link(f"https://{name}.example/", f"pdf:{where}", handle=n) for n, (name, where) in enumerate(kinds)
    ]
    odd = data.draw(st.sets(st.sampled_from(links))) if links else set()
    edits = [edited(each, f"{NEW}{each.handle}") for each in links if each in odd]
    after = [each for each in links if each not in odd]
    for edit in edits:
        after.insert(data.draw(st.integers(0, len(after))), link(edit.urls[0]))
    assert compare(read(*links), read(*after), edits) == ()
    if after:
        wrong = data.draw(st.integers(0, len(after) - 1))
        broken = [*after[:wrong], replace(after[wrong], url="https://wrong.example/"), *after[wrong + 1 :]]
        assert compare(read(*links), read(*broken), edits)
