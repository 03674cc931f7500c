"""Fields that readers read differently are flagged, and ordinary ones are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspectors import doubts

ORDINARY = (
    ("content-type", b'multipart/mixed; boundary="----=_Part_1_2.3"'),
    ("content-type", b"multipart/mixed; boundary=----=_Part_1/2?3;"),
    ("content-type", b"text/plain; charset=utf-8; format=flowed; delsp=yes"),
    ("content-type", b'application/pdf; name="a (1).pdf"; x-unix-mode=0644'),
    ("content-type", b"application/pdf; name=a (1).pdf"),
    ("content-type", b"application/pdf; name*0*=utf-8''a%20; name*1=b"),
    ("content-type", b'application/pdf; name="=?utf-8?q?=C3=A4?="'),
    ("content-transfer-encoding", b"Quoted-Printable"),
    ("content-transfer-encoding", b""),
    ("content-disposition", b"attachment; filename=a(b)"),
)


@pytest.mark.parametrize(("name", "value"), ORDINARY)
def test_ordinary_fields_raise_no_doubt(name, value):
    assert doubts.of_field(name, value) == ()


@pytest.mark.parametrize(
    ("value", "flag"),
    [
        (b"multipart/mixed; boundary=a; boundary=b", "ambiguous-boundary"),
        (b"multipart/mixed; boundary*=us-ascii''b", "ambiguous-boundary"),
        (b"multipart/mixed; boundary=a; boundary*0=b", "ambiguous-boundary"),
        (b'multipart/mixed; boundary="=?utf-8?q?b?="', "ambiguous-boundary"),
        (b'multipart/mixed; boundary="\\b"', "ambiguous-boundary"),
        (b'multipart/mixed; boundary=" b"', "ambiguous-boundary"),
        (b"multipart/mixed; boundary=b c", "ambiguous-boundary"),
        (b"multipart/mixed; boundary=b@c", "ambiguous-boundary"),
        (b'multipart/mixed; boundary="\xe4"', "ambiguous-boundary"),
        (b"multipart/mixed; boundary=b (x)", "ambiguous-comment"),
        (b"multipart/mixed; a; boundary=b", "ambiguous-parameter"),
        (b"multipart/mixed;; boundary=b", "ambiguous-parameter"),
        (b"multipart/mixed; a b=c", "ambiguous-parameter"),
        (b"text/plain; charset=a; charset=b", "ambiguous-parameter"),
        (b"text/plain text/html", "ambiguous-type"),
        (b'"text/html"', "ambiguous-type"),
        (b"text/html\0", "ambiguous-control"),
        (b"text/html; a=b\rc", "ambiguous-control"),
    ],
)
def test_content_types_that_readers_read_differently_are_flagged(value, flag):
    assert flag in doubts.of_field("content-type", value)


@pytest.mark.parametrize("value", [b"base64, 7bit", b'"base64"', b"x-uuencode", b"base64;", b"=?q?base64?="])
def test_transfer_encodings_that_not_everybody_knows_are_flagged(value):
    assert "ambiguous-transfer" in doubts.of_field("content-transfer-encoding", value)


def test_every_name_begins_alike_and_has_its_words():
    assert all(
        name.startswith("ambiguous-") and words.endswith(".") for name, words in doubts.AMBIGUOUS.items()
    )
    assert doubts.words("ambiguous-boundary") == doubts.AMBIGUOUS["ambiguous-boundary"]


@given(st.sampled_from(["content-type", "content-transfer-encoding", "x"]), st.binary(max_size=80))
def test_any_value_gives_known_names(name, value):
    assert set(doubts.of_field(name, value)) <= set(doubts.AMBIGUOUS)


@given(
    st.lists(
        st.sampled_from([b'"', b"\\", b";", b"=", b"(", b"a", b"boundary", b"*", b"0", b" "]), max_size=20
    )
)
def test_any_parameters_give_known_names(pieces):
    assert set(doubts.of_field("content-type", b"a/b" + b"".join(pieces))) <= set(doubts.AMBIGUOUS)
