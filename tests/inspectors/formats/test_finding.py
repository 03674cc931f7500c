"""Links in values, texts and binary data."""

from inspectors import limits
from inspectors.formats import finding
from inspectors.model import Leaf, Span

LEAF = Leaf("2", "application/x-test", "", "7bit", "", "attachment", Span(0, 0), Span(0, 0))


def test_urls_in_binary_data_are_found_in_both_widths_and_end_at_what_no_url_holds():
    content = b"\0\x01http://a.example/x\0junk HTTPS://b.example/<" + "ftp://c.example/é".encode("utf-16-le")
    assert list(finding.literals(content)) == ["http://a.example/x", "HTTPS://b.example/", "ftp://c.example/"]


def test_equal_links_are_told_apart_by_their_handles():
    finds = finding.Finds(LEAF)
    finds.url("http://a.example/", "x:y")
    finds.url("http://a.example/", "x:y")
    assert len(set(finds.reading().links)) == 2


def test_a_value_without_scheme_is_looked_through_like_text():
    finds = finding.Finds(LEAF)
    assert finds.url("Room 5, www.a.example", "x:y")
    assert not finds.url("Room 5", "x:y")
    assert not finds.url("www.a.example", "x:y", text_too=False)
    assert [link.url for link in finds.links] == ["http://www.a.example/"]


def test_a_value_too_long_to_be_read_is_said():
    finds = finding.Finds(LEAF)
    finds.url("http://a.example/" + "x" * limits.URL_CHARACTERS, "x:y")
    assert [each.kind for each in finds.reading().skipped] == ["limit"]


def test_no_more_links_are_kept_than_a_message_may_have():
    finds = finding.Finds(LEAF)
    finds.text("http://a.example/ " * (limits.LINKS + 10), "x:y")
    assert limits.LINKS < len(finds.links) <= limits.LINKS + 1
