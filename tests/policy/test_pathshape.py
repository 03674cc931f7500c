"""policy/pathshape.py: what stays the same when a portal sends its next link."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.pathshape import MORE, MOST_SEGMENTS, MOST_VALUES, endings, shape


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("", ""), ("/", ""), ("/?q=1", "?"), ("/#top", ""),
        ("/invoices/2025/4711.pdf?lang=en", "w/n/n.pdf?"),
        ("/news/a-long-title-of-words", "w/w"),
        ("/id/0f8fad5b-d9cb-469f-a165-70867728950e", "w/h"),
        ("/t/Zk93kQmd82LsPq01", "w/h"), ("/deadbeef01", "h"), ("/deadbeef", "w"),
        ("/item12/", "m"), ("/2025-11-22", "n"), ("/v2.1", "m"), ("/top-10-offers-of-the-year", "m"),
        ("/a/b/c/d/e.docx", f"w/w/w/{MORE}.docx"), ("//a///b", "w/w"),
        ("/%41bc/d%2Fe", "w/w"), ("/.htaccess", "w"), ("/archive.tar.gz", "w.gz"), ("/1.2.3", "n"),
    ],
)  # fmt: skip
def test_segments_become_their_classes(path: str, told: str) -> None:
    assert shape(f"https://portal.example{path}") == told


def test_what_differs_only_in_numbers_and_names_has_one_shape() -> None:
    made = {shape(f"https://p.example/in/{word}/{n}") for word in ("open", "close") for n in range(50)}
    assert made == {"w/w/n"}


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://a.example/x.ZIP", ("zip",)),
        ("https://a.example/get?file=a.exe&site=b.com&b=c.pdf", ("exe", "pdf")),
        ("https://a.example/x%2eexe%20?", ("exe",)),
        ("https://a.example/.zip", ()), ("https://a.example/", ()), ("https://[", ()),
    ],
)  # fmt: skip
def test_endings_are_those_of_the_path_and_the_querys_values(url: str, found: tuple[str, ...]) -> None:
    assert endings(url) == found


def test_a_query_is_read_only_so_far() -> None:
    far = "&".join(["a=b"] * MOST_VALUES) + "&f=x.exe"
    assert endings(f"https://a.example/?{far}") == ()
    assert endings(f"https://a.example/?{far[4:]}") == ("exe",)


@given(st.text(max_size=300))
def test_no_url_makes_it_raise_and_shapes_stay_short(text: str) -> None:
    for url in (text, f"https://a.example/{text}"):
        assert len(shape(url)) <= 2 * MOST_SEGMENTS + len(MORE) + len(".abcde?") + 1
        assert all(ending and ending == ending.lower() for ending in endings(url))
