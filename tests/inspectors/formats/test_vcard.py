"""Links in address cards."""

import pytest

from fixtures import files
from inspectors import limits
from inspectors.formats import vcard
from inspectors.model import Leaf, Span

LEAF = Leaf("2", "text/vcard", "", "7bit", "a.vcf", "attachment", Span(0, 0), Span(0, 0))


def links(content: bytes) -> list[tuple[str, str]]:
    return [(link.place, link.url) for link in vcard.read(LEAF, content).links]


@pytest.mark.parametrize(
    ("line", "place", "url"),
    [
        ("URL:https://a.example/x", "vcard:url", "https://a.example/x"),
        ("URL:www.a.example", "vcard:url", "http://www.a.example/"),
        ("item1.URL;TYPE=work:https\\://a.example/x", "vcard:url", "https://a.example/x"),
        ("SOURCE:http://a.example/card.vcf", "vcard:source", "http://a.example/card.vcf"),
        ("PHOTO;MEDIATYPE=image/gif:http://a.example/p.gif", "vcard:photo", "http://a.example/p.gif"),
        ("NOTE:write to http://a.example/n\\, thanks", "vcard:note", "http://a.example/n"),
        ("X-SOCIALPROFILE;type=x:http://a.example/me", "vcard:x-socialprofile", "http://a.example/me"),
    ],
)
def test_each_property_with_a_url_is_listed_by_its_name(line, place, url):
    assert links(files.card(line)) == [(place, url)]


def test_quoted_printable_of_version_2_1_is_read():
    content = files.card("URL;ENCODING=QUOTED-PRINTABLE:http://a.example/?x=", "=3D1", version="2.1")
    assert links(content) == [("vcard:url", "http://a.example/?x=1")]


def test_a_picture_inside_a_card_is_not_taken_for_text():
    assert links(files.card("PHOTO;ENCODING=b;TYPE=JPEG:d3d3LmEuZXhhbXBsZQ==")) == []


def test_a_card_over_the_limit_is_skipped():
    assert [each.kind for each in vcard.read(LEAF, bytes(limits.TEXT_BYTES + 1)).skipped] == ["limit"]
