"""Messages inside a leaf, and opaque S/MIME."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures import files
from inspectors.formats import der, nested, smime
from inspectors.model import Leaf, Span


def leaf(kind: str, name: str = "") -> Leaf:
    return Leaf("2", kind, "", "base64", name, "attachment", Span(0, 0), Span(0, 0))


PARTS = [
    ("1", "text/plain", b"see http://inner.example/text"),
    ("2", "text/html", b"<a href='http://inner.example/html'>go</a>"),
]


def parts(reading) -> list[tuple[str, str, bytes]]:
    return [(each.name, each.type, each.content) for each in reading.inside]


def test_the_parts_of_a_message_inside_are_handed_on_decoded_under_their_paths():
    assert parts(nested.read(leaf("message/rfc822"), files.MAIL)) == PARTS


def test_file_names_of_inner_parts_are_kept():
    mail = b"A: b\r\nContent-Type: application/octet-stream; name=i.ics\r\n\r\nx"
    (only,) = nested.read(leaf("message/rfc822"), mail).inside
    assert (only.name, only.filename) == ("1", "i.ics")


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("message/rfc822", "", True),
        ("application/octet-stream", "f.EML", True),
        ("application/x-mimearchive", "p.mht", True),
        ("application/octet-stream", "f.msg", False),
    ],
)
def test_a_message_is_known_by_type_or_name(kind, name, expected):
    assert nested.accepts(leaf(kind, name), b"") is expected


def test_what_was_noticed_inside_is_told_under_its_whole_path():
    mail = (
        b"Content-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\n\r\nx\r\n--q\r\nContent-Type: "
        b"multipart/encrypted; boundary=r\r\n\r\n--r\r\n\r\nx\r\n--r--\r\n--q--\r\n"
    )
    reading = nested.read(leaf("message/rfc822"), mail)
    assert [(each.leaf, each.kind) for each in reading.skipped] == [("2/2", "encrypted")]


def test_the_length_in_front_of_apples_files_is_passed_over():
    content = b"%d\n" % len(files.MAIL) + files.MAIL
    assert parts(nested.read(leaf("application/octet-stream", "1.emlx"), content)) == PARTS


@pytest.mark.parametrize(
    "wrap",
    [
        files.smime_signed,
        files.smime_streamed,
        files.smime_compressed,
        lambda mail: files.smime_signed(files.smime_compressed(mail)),
        lambda mail: files.smime_streamed(files.smime_signed(mail), 7),
    ],
)
def test_what_is_signed_or_compressed_is_opened(wrap):
    reading = smime.read(leaf("application/pkcs7-mime", "smime.p7m"), wrap(files.MAIL))
    assert parts(reading) == PARTS
    assert reading.skipped == ()


def test_a_signature_is_flagged_and_compression_alone_is_not():
    kind = "application/pkcs7-mime"
    assert [x.flag for x in smime.read(leaf(kind), files.smime_signed(files.MAIL)).flags] == ["signed"]
    assert smime.read(leaf(kind), files.smime_compressed(files.MAIL)).flags == ()


def test_what_is_encrypted_is_said_to_be():
    reading = smime.read(leaf("application/pkcs7-mime"), files.smime_enveloped())
    assert [each.kind for each in reading.skipped] == ["encrypted"]
    assert [each.flag for each in reading.flags] == ["encrypted"]


def test_a_signature_around_what_is_encrypted_is_both():
    reading = smime.read(leaf("application/pkcs7-mime"), files.smime_signed(files.smime_enveloped()))
    assert [each.flag for each in reading.flags] == ["signed", "encrypted"]


@pytest.mark.parametrize(
    "content", [b"", b"0", b"0\x80", b"0\x84\xff\xff\xff\xff", b"\x04\x01a", b"\xff" * 9]
)
def test_damage_is_said(content):
    reading = smime.read(leaf("application/pkcs7-mime"), content)
    assert [each.kind for each in reading.skipped] == ["broken"]


@given(st.integers(0, 400), st.binary(max_size=4))
def test_any_bytes_in_a_signed_message_give_a_reading(at, new):
    for whole in (files.smime_signed(files.MAIL), files.smime_streamed(files.MAIL)):
        smime.read(leaf("application/pkcs7-mime"), whole[:at] + new + whole[at + len(new) :])


def test_more_elements_than_the_limit_are_an_error(monkeypatch):
    monkeypatch.setattr(der.limits, "DER_ELEMENTS", 5)
    data = b"\x24\x80" + b"\x04\x01a" * 9 + bytes(2)
    with pytest.raises(der.DerError):
        der.octets(data, der.element(data, 0, len(data)))
    with pytest.raises(der.DerError):
        der.after(data, der.element(data, 0, len(data)))


def test_each_message_of_a_mailbox_file_is_handed_on():
    content = b"From a@a.example Mon\nA: b\n\nfirst\n\nFrom b@b.example Tue\nA: c\n\nsecond\n"
    assert parts(nested.read(leaf("application/octet-stream", "a.mbox"), content)) == [
        ("1", "message/rfc822", b"A: b\n\nfirst"),
        ("2", "message/rfc822", b"A: c\n\nsecond\n"),
    ]


def test_a_saved_page_under_the_name_of_a_document_is_a_message():
    assert nested.accepts(leaf("application/msword", "a.doc"), b"\r\nMIME-Version: 1.0\r\n")
    assert not nested.accepts(leaf("application/msword", "a.doc"), b"{\\rtf1")
    assert not nested.accepts(leaf("application/octet-stream", "a.txt"), b"MIME-Version: 1.0\r\n")
