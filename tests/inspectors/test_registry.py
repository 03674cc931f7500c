"""Which inspector reads which leaf."""

import pytest

from inspectors import registry
from inspectors.model import Edit, Leaf, Span


def leaf(kind: str, filename: str = "") -> Leaf:
    return Leaf("1", kind, "", "7bit", filename, "", Span(0, 0), Span(0, 0))


@pytest.mark.parametrize(
    ("kind", "filename", "start", "format"),
    [
        ("text/plain", "", b"", "text"),
        ("text/html", "", b"", "html"),
        ("text/x-unheard-of", "", b"", "text"),
        ("text/plain", "page.HTM", b"", "html"),
        ("application/octet-stream", "page.html", b"", "html"),
        ("image/png", "page.html", b"", None),
        ("application/pdf", "", b"not one", "pdf"),
        ("text/plain", "", b"\n%PDF-1.4", "pdf"),
        ("application/octet-stream", "x.bin", b"x" * 1020 + b"%PDF", None),
        ("text/x-patch", "", b"", "text"),
        ("text/plain", "fix.patch", b"", "text"),
        ("text/calendar", "", b"", "text"),
        ("message/delivery-status", "", b"", "text"),
    ],
)
def test_a_leaf_is_read_by_what_it_is_shown_as(kind, filename, start, format):
    found = registry.inspector(leaf(kind, filename), start)
    assert (found.name if found else None) == format


def test_links_in_texts_that_programs_read_are_listed_and_not_rewritten():
    calendar = leaf("text/calendar")
    found = registry.inspector(calendar, b"")
    (link,) = found.read(calendar, b"URL:http://a.example/\r\n").links
    made, refused = found.edit(calendar, b"URL:http://a.example/\r\n", [Edit(link, ("https://c.example/",))])
    assert made == ()
    assert "listed and not rewritten" in refused[0][1]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("image/png", False),
        ("text/x-patch", False),
        ("application/zip", True),
        ("application/pgp-signature", False),
    ],
)
def test_a_leaf_nobody_reads_is_reported_unless_it_can_hold_no_link(kind, expected):
    assert registry.expects_links(leaf(kind)) is expected


def test_only_formats_that_need_a_process_of_their_own_are_heavy():
    assert [each.name for each in registry.INSPECTORS if each.heavy] == ["pdf"]


@pytest.mark.parametrize(
    ("kind", "filename"), [("text/x-patch", ""), ("text/plain", "fix.patch"), ("text/x-diff", "fix.txt")]
)
def test_an_attached_patch_is_not_read_for_links(kind, filename):
    attached = Leaf("2", kind, "", "7bit", filename, "attachment", Span(0, 0), Span(0, 0))
    assert registry.inspector(attached, b"see http://a.example/") is None
