"""Links in Rich Text Format."""

import pytest

from fixtures import files
from inspectors import limits
from inspectors.formats import lzfu, rtf
from inspectors.model import Leaf, Reading, Span


def read(content: bytes) -> Reading:
    leaf = Leaf("2", "application/rtf", "", "7bit", "a.rtf", "attachment", Span(0, 0), Span(0, 0))
    return rtf.read(leaf, content)


def links(body: str) -> list[tuple[str, str, str]]:
    return [(link.place, link.url, link.shown) for link in read(files.rtf(body)).links]


@pytest.mark.parametrize(
    "body",
    [
        '{\\field{\\*\\fldinst{HYPERLINK "http://a.example/x"}}{\\fldrslt{\\ul go {\\b now}}}}',
        '{\\field{\\*\\fldinst HYPERLINK "http://a.example/x" \\\\o "http://t.example/"}{\\fldrslt go now}}',
        '{\\field{\\*\\fldinst HYPERLINK \\\\l "place" "http://a.example/x"}{\\fldrslt go now}}',
        "{\\field{\\*\\fldinst HYPERLINK http://a.example/x}{\\fldrslt go now}}",
        '{\\field{\\*\\fldinst{ HYPER}{LINK "http:}{\\i //a.example/x"}}{\\fldrslt go\\~now}}',
        '{\\field{\\*\\fldinst HYPERLINK "\\\'68ttp://a.\\u101?xample/x"}{\\fldrslt go now}}',
        '{\\field{\\*\\fldinst HYPERLINK "http://a.example/x{\\*\\unheard noise}"}{\\fldrslt go now}}',
    ],
)
def test_a_hyperlink_field_is_read_however_it_is_written(body):
    assert links(body) == [("rtf:hyperlink", "http://a.example/x", "go now")]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("{\\*\\template http://a.example/x}", "rtf:template"),
        (
            '{\\field{\\*\\fldinst INCLUDEPICTURE "http://a.example/x" \\\\d}{\\fldrslt }}',
            "rtf:includepicture",
        ),
        ("{\\*\\shpinst{\\sp{\\sn pihlShape}{\\sv {\\*\\hl{\\hlsrc http://a.example/x}}}}}", "rtf:hlink"),
        ("{\\object{\\*\\objdata 0105" + b"http://a.example/x\0".hex() + "}}", "rtf:objdata"),
        (
            "{\\object{\\*\\objdata 0105\n" + "http://a.example/x\0".encode("utf-16-le").hex("\n") + "}}",
            "rtf:objdata",
        ),
        ("text http://a.example/x\\par more", "rtf:text"),
        ("\\uc0\\u104 \\u116 \\u116 \\u112 ://a.{\\b exa}mple/x text", "rtf:text"),
    ],
)
def test_other_places_that_lead_somewhere_are_listed(body, place):
    place = "rtf:hyperlink" if place == "rtf:hlink" else place
    assert [(where, url) for where, url, _ in links(body)] == [(place, "http://a.example/x")]


def test_a_url_shown_on_its_own_link_is_not_listed_twice():
    assert len(links(files.rtf_link("http://a.example/", "http://a.example/"))) == 1


def test_what_no_reader_sees_is_no_text():
    assert links("{\\*\\xmlnstbl {\\xmlns1 http://a.example/ns}}{\\info{\\title http://a.example/}}") == []


def test_binary_data_is_passed_over():
    assert [url for _, url, _ in links("{\\pict\\bin6 {{{}}}}}http://a.example/")] == ["http://a.example/"]


@pytest.mark.parametrize(
    "body", ["{" * 100, "}" * 100, "{\\field{\\*\\fldinst", "\\", "\\u", "\\bin99999999 "]
)
def test_groups_that_do_not_balance_hide_nothing_before_them(body):
    assert "http://a.example/" in [url for _, url, _ in links("http://a.example/ " + body)]


def test_a_document_over_the_limits_is_read_in_part_and_that_is_said(monkeypatch):
    reading = read(b"{\\rtf1 http://a.example/ " + b"{" * (limits.RTF_GROUPS + 10))
    assert [each.kind for each in reading.skipped] == ["limit"]
    assert len(reading.links) == 1
    monkeypatch.setattr(limits, "RTF_TOKENS", 50)
    assert read(b"{\\rtf1 " + b"}" * 50).skipped[0].kind == "limit"
    monkeypatch.setattr(limits, "RTF_BYTES", 50)
    assert read(b"{\\rtf1 " + b"x" * 50).skipped[0].kind == "limit"


@pytest.mark.parametrize("length", [0, 1, 7, 8, 9, 4000, 9000])
def test_compressed_rtf_is_unpacked(length):
    text = bytes(n % 251 for n in range(length))
    assert lzfu.decompress(files.lzfu(text), 100_000) == text


def test_compressed_rtf_repeats_what_came_before():
    # "ab", then a reference to these two for six bytes, which overlaps what it writes; then the end
    first = 207
    reference = (first << 4 | 4).to_bytes(2, "big")
    end = (first + 8 << 4).to_bytes(2, "big")
    body = bytes((0b1100,)) + b"ab" + reference + end
    packed = len(body).to_bytes(4, "little") + (8).to_bytes(4, "little") + b"LZFu" + bytes(4) + body
    assert lzfu.decompress(packed, 100) == b"abababab"
    assert lzfu.decompress(packed, 3) == b"aba"


def test_compressed_rtf_that_is_stored_or_damaged_is_read_as_far_as_it_goes():
    assert lzfu.decompress(bytes(4) + (3).to_bytes(4, "little") + b"MELA" + bytes(4) + b"abcd", 100) == b"abc"
    assert lzfu.decompress(b"x", 100) == b""
    assert lzfu.decompress(files.lzfu(b"abcdefgh" * 3)[:-5], 100).startswith(b"abcdefghabcdefgh")


def test_the_page_that_outlook_has_put_into_a_document_is_handed_on():
    body = (
        "\\fromhtml1{\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 "
        '{\\*\\htmltag84 <a href="https://a.example/\\{x\\}">}go{\\*\\htmltag92 </a>}\\htmlrtf }\\htmlrtf0 '
    )
    (page,) = read(files.rtf(body)).inside
    assert page.type == "text/html"
    assert b'<p><a href="https://a.example/{x}">go</a>' in page.content
    assert read(files.rtf("go")).inside == ()
