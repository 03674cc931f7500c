"""winmail.dat."""

from fixtures import files
from inspectors import limits
from inspectors.formats import tnef
from inspectors.model import Leaf, Span

LEAF = Leaf("2", "application/ms-tnef", "", "7bit", "winmail.dat", "attachment", Span(0, 0), Span(0, 0))
TEXTS = {"plain": b"http://p.example/", "html": b"<a href='http://h.example/'>", "rtf": files.rtf("hello")}


def test_texts_and_attachments_are_handed_on_with_their_long_names():
    reading = tnef.read(LEAF, files.winmail(TEXTS, {"a long näme.pdf": b"%PDF-1.4", "b.zip": b"PK"}))
    assert [(each.name, each.type, each.charset, each.content) for each in reading.inside] == [
        ("body.txt", "text/plain", "cp1252", TEXTS["plain"]),
        ("body.html", "text/html", "utf-8", TEXTS["html"]),
        ("body.rtf", "application/rtf", "", TEXTS["rtf"]),
        ("a long näme.pdf", "application/octet-stream", "", b"%PDF-1.4"),
        ("b.zip", "application/octet-stream", "", b"PK"),
    ]
    assert reading.skipped == ()


def test_it_is_known_by_type_name_or_beginning():
    other = Leaf("2", "application/octet-stream", "", "7bit", "x.bin", "attachment", Span(0, 0), Span(0, 0))
    assert tnef.accepts(LEAF, b"")
    assert tnef.accepts(other, files.winmail({}, {})[:1024])
    assert not tnef.accepts(other, b"x")


def test_a_cut_file_is_read_as_far_as_it_goes():
    whole = files.winmail(TEXTS, {"a.pdf": b"%PDF-1.4" * 100})
    reading = tnef.read(LEAF, whole[: whole.index(b"%PDF") + 100])
    assert [each.name for each in reading.inside][:3] == ["body.txt", "body.html", "body.rtf"]
    assert reading.inside[-1].content == (b"%PDF-1.4" * 100)[:100]


def test_what_is_none_or_holds_nothing_is_said():
    assert [each.kind for each in tnef.read(LEAF, b"nothing").skipped] == ["broken"]
    assert [each.kind for each in tnef.read(LEAF, b"\x78\x9f\x3e\x22\0\0\xff" * 9).skipped] == ["broken"]


def test_more_properties_than_are_read_are_said():
    whole = files.winmail(TEXTS, {})
    count = whole.index(b"\x03\x90\x06\0") + 8  # behind the attribute's id, type and length
    many = whole[:count] + (limits.TNEF_ATTRIBUTES + 1).to_bytes(4, "little") + whole[count + 4 :]
    assert "limit" in [each.kind for each in tnef.read(LEAF, many).skipped]
    assert "limit" not in [each.kind for each in tnef.read(LEAF, whole).skipped]
