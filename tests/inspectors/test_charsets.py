"""Characters and bytes: labels as browsers read them, and the map back that must be proved."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspectors import charsets, limits
from inspectors.model import Span

LABELS = (
    "utf-8", "us-ascii", "iso-8859-1", "iso-8859-15", "windows-1252", "koi8-r", "shift_jis", "gb18030",
    "gb2312", "big5", "euc-kr", "euc-jp", "utf-16", "utf-16le", "", "x-unknown",
)  # fmt: skip


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("ISO-8859-1", "cp1252"),
        ('"utf-8"', "utf-8"),
        ("us-ascii", "utf-8"),
        ("GB2312", "gb18030"),
        ("Shift_JIS", "cp932"),
        ("utf-16", "utf-16-le"),
        ("", "utf-8"),
    ],
)
def test_labels_mean_what_they_mean_to_browsers(label, codec):
    view = charsets.view(b"ab", label)
    assert (view.codec, view.unknown) == (codec, "")


@pytest.mark.parametrize(
    ("content", "label", "codec"),
    [
        (b"\0h\0i", "utf-16", "utf-16-be"),
        (b"h\0i\0", "utf-16", "utf-16-le"),
        (b"\0h\0i", "utf-16le", "utf-16-le"),
        (b"\0\0\0h", "utf-32", "utf-32-be"),
        (b"h\0\0\0", "utf-32", "utf-32-le"),
        (b"", "utf-16", "utf-16-le"),
    ],
)
def test_where_nothing_says_the_byte_order_the_first_letter_does(content, label, codec):
    assert charsets.view(content, label).codec == codec


@pytest.mark.parametrize(
    "label", ["x-unknown", "rot13", "zip", "idna", "base64", "unicode_escape", "\xe9", "a" * 99]
)
def test_codecs_that_are_no_charsets_are_unknown_and_read_as_utf_8(label):
    view = charsets.view("ü".encode(), label)
    assert (view.text, view.codec, view.unknown) == ("ü", "utf-8", label)


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_counts_more_than_the_label_and_stays(codec):
    content = "süß http://a.example/".encode(codec)
    view = charsets.view(content, "iso-8859-1")
    assert view.text == "süß http://a.example/"
    (span,) = view.spans(content, [Span(4, 21)])
    assert span.of(content).decode(view.codec) == "http://a.example/"


ANY = (*LABELS, "utf-7", "iso-2022-jp", "hz-gb-2312")


@given(st.binary(max_size=60), st.sampled_from(ANY), st.binary(max_size=60))
def test_a_link_among_any_bytes_under_any_label_has_its_bytes_if_it_is_read(before, label, after):
    url = "http://a.example/x"
    content = before + b" " + url.encode() + b" " + after
    view = charsets.view(content, label)
    at = view.text.find(url)
    if at < 0 or b"http://" in before:
        return
    (span,) = view.spans(content, [Span(at, at + len(url))])
    assert span is not None
    assert span.of(content) in (url.encode(), view.encode(url))


@given(
    st.lists(st.text(max_size=8), min_size=1, max_size=6),
    st.sampled_from(("utf-8", "gb18030", "utf-16-le", "utf-32-be")),
)
def test_each_range_of_characters_has_exactly_its_bytes(pieces, codec):
    pieces = [
        "".join(c for c in piece if not "\ud800" <= c <= "\udfff" and c != "\ufeff") for piece in pieces
    ]
    content = "".join(pieces).encode(codec)
    view = charsets.view(content, codec)
    position, wanted = 0, []
    for piece in pieces:
        wanted.append(Span(position, position + len(piece)))
        position += len(piece)
    order = list(reversed(wanted[::2]))
    for chosen, span in zip(order, view.spans(content, order), strict=True):
        assert span.of(content).decode(codec) == view.text[chosen.start : chosen.end]


@pytest.mark.parametrize("label", ["iso-2022-jp", "iso-2022-kr"])
def test_a_link_between_shifted_characters_has_the_bytes_between_the_escapes(label):
    words = "日本" if label == "iso-2022-jp" else "한국"
    content = f"{words}http://a.example/{words}".encode(label)
    view = charsets.view(content, label)
    (span,) = view.spans(content, [Span(2, 19)])
    assert span.of(content) == b"http://a.example/"


@pytest.mark.parametrize("label", ["iso-2022-jp", "iso-2022-jp-2"])
def test_what_follows_a_link_that_ends_among_shifted_characters_is_shifted_again(label):
    text = "日本http://a.example/日本。日本\r\nx"
    content = text.encode(label)
    view = charsets.view(content, label)
    (span,) = view.spans(content, [Span(2, 21)])
    changed = content[: span.start] + b"https://c.example/" + view.resumed(content, span.end)
    assert (changed + content[span.end :]).decode(label) == "日本https://c.example/。日本\r\nx"


@pytest.mark.parametrize("end", [19, 21])
def test_what_follows_in_ascii_is_not_shifted(end):
    text = "日本http://a.example/日本 x"
    content = text.encode("iso-2022-jp")
    view = charsets.view(content, "iso-2022-jp")
    (span,) = view.spans(content, [Span(2, end)])
    changed = content[: span.start] + b"https://c.example/" + view.resumed(content, span.end)
    assert (changed + content[span.end :]).decode("iso-2022-jp") == f"日本https://c.example/{text[end:]}"


def test_shifted_characters_of_korean_inside_a_link_have_no_bytes_of_their_own():
    content = "한국http://a.example/한국".encode("iso-2022-kr")
    view = charsets.view(content, "iso-2022-kr")
    assert view.spans(content, [Span(2, 20)]) == [None]


@pytest.mark.parametrize("label", ["utf-7", "hz-gb-2312"])
def test_in_charsets_with_many_spellings_a_link_in_ascii_is_found(label):
    content = b"see http://a.example/?a=b now"
    view = charsets.view(content, label)
    assert view.text == content.decode()
    assert view.spans(content, [Span(4, 25)]) == [Span(4, 25)]


@pytest.mark.parametrize(
    ("content", "label"),
    [
        (b"\x1b$B\x467c\x1b(B\x1b(Bhttp://a.example/ x", "iso-2022-jp"),
        (b"\x87\x90 http://a.example/ x", "shift_jis"),
    ],
)
def test_text_that_has_other_spellings_than_ours_does_not_shield_its_links(content, label):
    view = charsets.view(content, label)
    at = view.text.index("http://a.example/")
    (span,) = view.spans(content, [Span(at, at + 17)])
    assert span.of(content) == b"http://a.example/"


def test_of_overlapping_ranges_only_the_first_has_a_place():
    view = charsets.view(b"abcdef", "utf-8")
    assert view.spans(b"abcdef", [Span(2, 5), Span(0, 3)]) == [None, Span(0, 3)]


def test_half_a_code_unit_at_the_end_does_not_hide_the_text():
    content = "\ufeffhttp://a.example/".encode("utf-16-le") + b"\n"
    view = charsets.view(content, "utf-16")
    assert view.text == "http://a.example/"


def test_a_long_text_full_of_bad_sequences_is_read_bytewise():
    content = b"\x81 " * (limits.ESCAPED_BYTES // 2 + 1) + b"http://a.example/"
    view = charsets.view(content, "shift_jis")
    assert len(view.text) == len(content)
    start = len(content) - 17
    assert view.spans(content, [Span(start, len(content))]) == [Span(start, len(content))]
