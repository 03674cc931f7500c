"""Links in calendar entries."""

import base64

import pytest

from fixtures import files
from inspectors import limits
from inspectors.formats import calendar
from inspectors.model import Leaf, Span


def leaf(kind: str = "text/calendar", name: str = "", disposition: str = "attachment") -> Leaf:
    return Leaf("2", kind, "", "7bit", name, disposition, Span(0, 0), Span(0, 0))


def links(*lines: str) -> list[tuple[str, str]]:
    return [(link.place, link.url) for link in calendar.read(leaf(), files.calendar(*lines)).links]


@pytest.mark.parametrize(
    ("line", "place", "url"),
    [
        ("URL:https://a.example/x", "calendar:url", "https://a.example/x"),
        ("URL;VALUE=URI:https://a.example/x", "calendar:url", "https://a.example/x"),
        ("ATTACH:http://a.example/f.pdf", "calendar:attach", "http://a.example/f.pdf"),
        (
            "CONFERENCE;VALUE=URI;FEATURE=AUDIO:https://a.example/c",
            "calendar:conference",
            "https://a.example/c",
        ),
        (
            "DESCRIPTION:Join at http://a.example/j\\, now\\nplease",
            "calendar:description",
            "http://a.example/j",
        ),
        ("LOCATION:http://a.example/room", "calendar:location", "http://a.example/room"),
        ('LOCATION;ALTREP="http://a.example/r":Room', "calendar:location", "http://a.example/r"),
        (
            "X-GOOGLE-CONFERENCE:https://a.example/g",
            "calendar:x-google-conference",
            "https://a.example/g",
        ),
        ("COMMENT:see www.a.example.", "calendar:comment", "http://www.a.example/"),
    ],
)
def test_each_property_with_a_url_is_listed_by_its_name(line, place, url):
    assert links(line) == [(place, url)]


def test_a_long_url_is_read_over_its_folds():
    url = "https://a.example/" + "x" * 300
    assert links("URL:" + url) == [("calendar:url", url)]


def test_an_html_description_and_an_attached_file_are_handed_on():
    data = base64.b64encode(b"%PDF-1.4").decode()
    reading = calendar.read(
        leaf(),
        files.calendar(
            'X-ALT-DESC;FMTTYPE=text/html:<a href="http://a.example/">x\\, y</a>',
            "ATTACH;ENCODING=BASE64;VALUE=BINARY;FMTTYPE=application/pdf;FILENAME=a.pdf:" + data,
        ),
    )
    assert [(each.name, each.type, each.content) for each in reading.inside] == [
        ("x-alt-desc", "text/html", b'<a href="http://a.example/">x, y</a>'),
        ("a.pdf", "application/pdf", b"%PDF-1.4"),
    ]


@pytest.mark.parametrize(
    ("kind", "name", "disposition", "expected"),
    [
        ("text/calendar", "", "", True),
        ("application/octet-stream", "i.ICS", "attachment", True),
        ("text/plain", "i.ics", "attachment", True),
        ("text/plain", "i.ics", "inline", False),
        ("text/html", "i.ics", "attachment", False),
    ],
)
def test_a_calendar_is_known_by_type_or_name(kind, name, disposition, expected):
    assert calendar.accepts(leaf(kind, name, disposition), b"") is expected


def test_a_calendar_over_the_limit_is_skipped():
    reading = calendar.read(leaf(), b"X:1\n" * (2 * limits.CONTENT_LINES + 1))
    assert [each.kind for each in reading.skipped] == ["limit"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_calendar_of_more_lines_than_are_read_is_said_whatever_ends_its_lines(end):
    content = f"X:{end}".encode() * limits.CONTENT_LINES + b"URL:https://a.example/x"
    assert [each.kind for each in calendar.read(leaf(), content).skipped] == ["limit"]


def test_a_uri_is_read_with_the_escapes_it_should_not_have():
    assert links("URL:https\\://a.example/x\\,y") == [("calendar:url", "https://a.example/x,y")]
