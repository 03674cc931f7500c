"""The structure of messages as spans."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspectors import limits, mime


def leaves(raw):
    return [(leaf.path, leaf.type, leaf.body.of(raw)) for leaf in mime.read(raw).message.leaves]


def flags(raw):
    return [flag.flag for flag in mime.read(raw).flags]


NESTED = b"""\
Content-Type: multipart/mixed; boundary=out\r
\r
preamble\r
--out\r
Content-Type: multipart/alternative; boundary=outer\r
\r
--outer\r
\r
one\r
--outer\r
Content-Type: text/html\r
\r
two\r
\r
--outer--\r
--out\r
Content-Type: message/rfc822\r
\r
Subject: inside\r
\r
three\r
--out\r
Content-Type: application/pdf; name=a.pdf\r
Content-Disposition: attachment; filename="b.pdf"\r
\r
four--out\r
--out--\r
epilogue\r
"""


def test_leaves_are_numbered_as_imap_numbers_them_and_delimiters_own_their_line_end():
    assert leaves(NESTED) == [
        ("1.1", "text/plain", b"one"),
        ("1.2", "text/html", b"two\r\n"),
        ("2.1", "text/plain", b"three"),
        ("3", "application/pdf", b"four--out"),
    ]


def test_a_boundary_that_begins_with_the_one_around_it_is_flagged():
    assert flags(NESTED) == ["ambiguous-boundary"]
    assert flags(NESTED.replace(b"outer", b"inner")) == []


def test_a_leaf_in_an_attached_message_is_marked_and_so_is_its_file_name():
    found = mime.read(NESTED).message.leaves
    assert [leaf.sealed for leaf in found] == ["", "", "attached", ""]
    assert (found[3].filename, found[3].disposition) == ("b.pdf", "attachment")


def test_line_feeds_alone_give_the_same_structure():
    raw = NESTED.replace(b"\r\n", b"\n")
    assert [(path, kind) for path, kind, _ in leaves(raw)] == [
        (path, kind) for path, kind, _ in leaves(NESTED)
    ]


def test_a_plain_message_is_leaf_one():
    assert leaves(b"Subject: x\r\n\r\nhello") == [("1", "text/plain", b"hello")]


def test_an_attached_message_at_the_top_is_leaf_one_point_one():
    assert leaves(b"Content-Type: message/rfc822\n\nA: b\n\nx") == [("1.1", "text/plain", b"x")]


def test_what_begins_with_no_field_is_all_body():
    assert leaves(b"just text\r\n\r\nhttp://a.example/") == [
        ("1", "text/plain", b"just text\r\n\r\nhttp://a.example/")
    ]


def test_a_missing_close_is_flagged_and_the_last_part_runs_to_the_end():
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nlast\n"
    assert leaves(raw) == [("1", "text/plain", b"last\n")]
    assert flags(raw) == ["ambiguous-no-close"]


def test_a_multipart_without_its_boundary_is_read_as_text():
    raw = b"Content-Type: multipart/mixed; boundary=b\n\nhttp://a.example/\n"
    assert leaves(raw) == [("1", "text/plain", b"http://a.example/\n")]
    assert flags(raw) == ["ambiguous-no-delimiter"]


@pytest.mark.parametrize(
    ("raw", "flag"),
    [
        (b"Content-Type: text/plain\nContent-Type: text/html\n\nx", "ambiguous-duplicate-header"),
        (b"Content-Type: multipart/mixed\n\nx", "ambiguous-boundary"),
        (
            b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n--b\n\ny\n",
            "ambiguous-after-close",
        ),
        (b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b ?\n--b--\n", "ambiguous-delimiter"),
        (b"Content-Type: nonsense\n\nx", "ambiguous-type"),
        (b"A: b\n \nContent-Type: text/plain\n\nx", "ambiguous-header-line"),
        (b"A: b\r\rC: d\r\n\r\nx", "ambiguous-control"),
        (b"A: b\0\r\n\r\nx", "ambiguous-control"),
        (b"Content-Transfer-Encoding: base65\n\nx", "ambiguous-transfer"),
        (b"Content-Transfer-Encoding : base64\n\nx", "ambiguous-header-blank"),
        (b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--bb\n--b--\n", "ambiguous-delimiter"),
        (b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\r--b\n--b--\n", "ambiguous-delimiter"),
        (b"Content-Type: multipart/mixed; boundary=b\n--b\n\nx\n--b--\n", "ambiguous-no-empty-line"),
        (b"--b\nContent-Type: text/html\n\nx", "ambiguous-no-header"),
        (
            b"Content-Transfer-Encoding: base64\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n--b--",
            "ambiguous-encoded-multipart",
        ),
    ],
)
def test_what_other_readers_may_read_differently_is_flagged(raw, flag):
    assert flag in flags(raw)


def test_the_parts_of_signed_mail_are_sealed_and_encrypted_ones_skipped():
    signed = b"Content-Type: multipart/signed; boundary=b\n\n--b\n\nx\n--b\n\ny\n--b--\n"
    assert [leaf.sealed for leaf in mime.read(signed).message.leaves] == ["signed", "signed"]
    encrypted = signed.replace(b"signed", b"encrypted")
    assert [(s.leaf, s.reason) for s in mime.read(encrypted).skipped] == [("1", "encrypted")]


def test_an_attached_message_in_a_transfer_encoding_is_a_leaf():
    head = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
    assert leaves(
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" + head + b"QTogYgoKeA==\n--b--\n"
    ) == [("1", "message/rfc822", b"QTogYgoKeA==")]
    assert leaves(head + b"QTogYgoKeA==") == [("1", "message/rfc822", b"QTogYgoKeA==")]


def test_a_line_that_is_the_delimiter_of_a_nested_multipart_is_in_order():
    raw = (
        b'Content-Type: multipart/mixed; boundary="a"\n\n--a\n'
        b'Content-Type: multipart/mixed; boundary="ab"\n\n--ab\n\nx\n--ab--\n--a--\n'
    )
    assert "ambiguous-delimiter" not in flags(raw)


def test_a_digest_holds_messages_by_default():
    raw = b"Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: x\n\nbody\n--b--\n"
    assert leaves(raw) == [("1.1", "text/plain", b"body")]


def test_deep_nesting_and_many_parts_end_at_the_limit_with_a_result():
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(2000))
    many = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 100_000
    for raw in (deep, many, b"Content-Type: message/rfc822\n\n" * 5000):
        found = mime.read(raw)
        assert "limit" in [flag.flag for flag in found.flags]
        assert len(found.message.leaves) <= limits.PARTS
        assert found.skipped


def test_a_header_that_is_not_read_to_its_end_has_a_reason_of_its_own():
    field = b"X-Pad: " + b"x" * 990 + b"\n"
    for number, kinds in ((limits.HEADER_BYTES // 1000, []), (limits.HEADER_BYTES // 990, ["header_limit"])):
        found = mime.read(field * number + b"From: clerk@office.example\n\nbody\n")
        assert [skipped.kind for skipped in found.skipped] == kinds


PIECES = st.sampled_from(
    [
        b"Content-Type: multipart/mixed; boundary=b\n",
        b"Content-Type: message/rfc822\r\n",
        b"\n",
        b"\r\n",
        b"--b\n",
        b"--b--\r\n",
        b"--bb\n",
        b"Content-Type: multipart/digest; boundary=bb\r\n",
        b"text\n",
        b" folded\n",
        b"\x00",
        b"\r",
    ]
)


@given(st.lists(PIECES, max_size=40).map(b"".join))
def test_leaves_of_any_bytes_lie_inside_and_never_overlap(raw):
    position = 0
    for leaf in mime.read(raw).message.leaves:
        assert position <= leaf.head.start <= leaf.head.end <= leaf.body.start <= leaf.body.end <= len(raw)
        position = leaf.body.end


def test_a_part_has_the_base_of_its_own_header_or_of_one_around_it():
    raw = (
        b"Content-Base: http://a.example/x/\nContent-Type: multipart/mixed; boundary=b\n\n"
        b"--b\n\nx\n"
        b"--b\nContent-Location: HTTPS://b.example/\n  y\n\nx\n"
        b"--b\nContent-Location: cid:z\nContent-Base: http://c.example/\n\nx\n"
        b"--b\nContent-Location: page.html\n\nx\n--b--"
    )
    assert [leaf.base for leaf in mime.read(raw).message.leaves] == [
        "http://a.example/x/", "HTTPS://b.example/y", "http://c.example/", "http://a.example/x/"
    ]  # fmt: skip
