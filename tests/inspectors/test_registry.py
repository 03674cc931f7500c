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
        ("text/plain", "page.HTM", b"", "text"),
        ("text/x-amp-html", "", b"", "html"),
        ("text/watch-html", "", b"", "html"),
        ("application/octet-stream", "page.xht", b"", "html"),
        ("application/octet-stream", "page.html. ", b"", "html"),
        ("application/octet-stream", "page.html", b"", "html"),
        ("image/png", "page.html", b"", "image"),
        ("application/pdf", "", b"not one", "pdf"),
        ("text/plain", "", b"\n%PDF-1.4", "text"),
        ("application/octet-stream", "x.bin", b"x" * 1020 + b"%PDF", None),
        ("application/octet-stream", "", b"PK\x03\x04....[Content_Types].xml", "office"),
        ("application/zip", "report.docx", b"PK\x03\x04", "office"),
        ("application/zip", "files.zip", b"PK\x03\x04", "archive"),
        ("application/msword", "", b"{\\rtf1", "rtf"),
        ("text/x-patch", "", b"", "text"),
        ("text/plain", "fix.patch", b"", "text"),
        ("text/calendar", "", b"", "calendar"),
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
    light = {each.name for each in registry.INSPECTORS if not each.heavy}
    assert light == {"html", "text", "pgp", "calendar", "vcard", "shortcut"}


@pytest.mark.parametrize(
    ("kind", "filename", "start", "format"),
    [
        ("message/rfc822", "", b"", "nested"),
        ("application/octet-stream", "mail.eml", b"", "nested"),
        ("application/pkcs7-mime", "smime.p7m", b"", "smime"),
        ("application/pgp-encrypted", "", b"", "pgp"),
        ("application/octet-stream", "winmail.dat", b"", "tnef"),
        ("application/msword", "letter.doc", b"{\\rtf1", "rtf"),
        ("image/svg+xml", "", b"", "svg"),
        ("image/png", "", b"", "image"),
        ("application/octet-stream", "i.ics", b"", "calendar"),
        ("text/x-vcard", "", b"", "vcard"),
        ("application/octet-stream", "a.url", b"", "shortcut"),
        ("application/octet-stream", "a.bin", b"Rar!\x1a\x07", "archive"),
        ("text/plain", "", b"{\\rtf1", "text"),
        ("text/html", "a.svg", b"", "html"),
    ],
)
def test_a_format_is_known_by_its_type_its_name_or_its_beginning(kind, filename, start, format):
    found = registry.inspector(leaf(kind, filename), start)
    assert (found.name if found else None) == format


@pytest.mark.parametrize(
    ("kind", "filename"), [("text/x-patch", ""), ("text/plain", "fix.patch"), ("text/x-diff", "fix.txt")]
)
def test_an_attached_patch_is_not_read_for_links(kind, filename):
    attached = Leaf("2", kind, "", "7bit", filename, "attachment", Span(0, 0), Span(0, 0))
    assert registry.inspector(attached, b"see http://a.example/") is None


@pytest.mark.parametrize(
    "magic",
    [
        b"GIF89a\xff\xff\xff\xff", b"\x89PNG\r\n\x1a\n", b"RIFF1234WEBP", b"\x78\x9f\x3e\x22",
        b"PK\x03\x04word/", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"L\0\0\0\x01\x14\x02\0",
        b"<!-- /2006/xmlPackage -->", b"{\\rtf1 ",
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["text/html", "text/plain", "application/xhtml+xml"])
def test_what_is_shown_as_page_or_text_is_read_so_whatever_it_begins_with(magic, kind):
    found = registry.inspector(leaf(kind, "winmail.dat"), magic + b"<a href=x>")
    assert found is not None
    assert found.name == ("text" if kind == "text/plain" else "html")
