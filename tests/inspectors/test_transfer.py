"""Transfer encodings: decoding, and the way back for an edit."""

import base64
import binascii
import dataclasses
import quopri
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspectors import transfer
from inspectors.base64 import is_clean
from inspectors.model import Edit, Leaf, Link, Replacement, Span
from inspectors.splice import apply


def leaf_of(body: bytes, encoding: str, before: bytes = b"H: x\r\n\r\n", after: bytes = b"\r\n--b--\r\n"):
    raw = before + body + after
    span = Span(len(before), len(before) + len(body))
    return raw, Leaf("1", "text/plain", "utf-8", encoding, "", "", Span(0, len(before) - 2), span)


LINK = Link("1", "http://old.example/", "http://old.example/", "", "text", None)


def replace(body: bytes, encoding: str, old: bytes, *new: bytes):
    raw, leaf = leaf_of(body, encoding)
    content = transfer.decode(raw, leaf).content
    at = content.index(old)
    wanted = Replacement(Span(at, at + len(old)), new, (Edit(LINK, ()),))
    return raw, leaf, content, transfer.encode(raw, leaf, content, [wanted])


@pytest.mark.parametrize(
    ("encoding", "body", "content"),
    [
        ("7bit", b"a=3D", b"a=3D"),
        ("quoted-printable", b"a=3Db=\r\nc \r\nd", b"a=bc\r\nd"),
        ("quoted-printable", b"=e4=zz=\t\r\n==", b"\xe4=zz="),
        ("quoted-printable", b"a=\rb\r\nc", b"ab\r\nc"),
        ("quoted-printable", b"a===\rb==\rc=4=\r", b"a=b=\rc=4"),
        ("quoted-printable", b"a=\r \nb\rc=", b"a\nb\rc"),
        ("base64", b"aGVs\r\nbG8=", b"hello"),
        ("base64", b"aGVs?bG8", b"hello"),
        ("base64", b"aGVsbG8=aGVs", b"hello"),
        ("base64", b"aGVsb", b"hel"),
        ("base64", b"", b""),
        ("x-unknown", b"raw", b"raw"),
        ("x-uuencode", b"begin 644 a\r\n#8V%T\r\n`\r\nend\r\n", b"cat"),
        ("x-uuencode", b"no file", b"no file"),
    ],
)
def test_content_is_decoded_as_clients_do(encoding, body, content):
    raw, leaf = leaf_of(body, encoding)
    assert transfer.decode(raw, leaf).content == content


def test_oddities_of_an_encoding_are_named():
    assert transfer.decode(*leaf_of(b"aGVs?bG8=aGVs", "base64")).oddities == (
        "base64-after-padding",
        "base64-alien",
    )
    assert transfer.decode(*leaf_of(b"x", "x-unknown")).oddities == ("transfer-unknown",)


@given(st.binary(max_size=400), st.integers(1, 90), st.data())
def test_base64_changes_only_the_quanta_it_touches(content, width, data):
    letters = base64.b64encode(content)
    body = b"\r\n".join(letters[i : i + width] for i in range(0, len(letters), width))
    raw, leaf = leaf_of(body, "base64")
    start = data.draw(st.integers(0, len(content)))
    end = data.draw(st.integers(start, len(content)))
    new = data.draw(st.binary(min_size=1, max_size=200))
    choices = (new, new + b"1", new + b"12")
    done = transfer.encode(raw, leaf, content, [Replacement(Span(start, end), choices, (Edit(LINK, ()),))])
    assert not done.refused
    (patch,) = done.patches
    out = apply(raw, done.patches)
    changed = Leaf(
        "1", "", "", "base64", "", "", leaf.head, Span(leaf.body.start, len(out) - (len(raw) - leaf.body.end))
    )
    after = transfer.decode(out, changed).content
    assert after in [content[:start] + choice + content[end:] for choice in choices]
    # Only whole quanta around the edit were taken out; the edit itself touches at most one more on each side.
    quanta = len(re.sub(rb"[^A-Za-z0-9+/=]", b"", patch.span.of(raw)))
    assert quanta <= max(1, -(-end // 3) - start // 3) * 4
    if width <= 76:
        assert max(map(len, changed.body.of(out).split(b"\r\n"))) <= 76


@given(st.binary(max_size=300), st.data())
def test_quoted_printable_replaces_exactly_the_range_and_keeps_lines_short(content, data):
    body = quopri.encodestring(content)
    raw, leaf = leaf_of(body, "quoted-printable")
    content = transfer.decode(raw, leaf).content  # quopri normalises what it cannot represent
    if not content:
        return
    start = data.draw(st.integers(0, len(content) - 1))
    end = data.draw(st.integers(start + 1, len(content)))
    new = data.draw(
        st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=200)
    ).encode()
    done = transfer.encode(raw, leaf, content, [Replacement(Span(start, end), (new,), (Edit(LINK, ()),))])
    if done.refused:  # only where the range has no bytes of its own, such as half of a line end
        assert content[end - 1 : end + 1] == b"\r\n" or content[start - 1 : start + 1] == b"\r\n"
        return
    (_patch,) = done.patches
    out = apply(raw, done.patches)
    size = len(out) - (len(raw) - leaf.body.end)
    changed = Leaf("1", "", "", "quoted-printable", "", "", leaf.head, Span(leaf.body.start, size))
    assert transfer.decode(out, changed).content == content[:start] + new + content[end:]
    longest = max(map(len, body.split(b"\n")))
    assert max(len(line.rstrip(b"\r")) for line in changed.body.of(out).split(b"\n")) <= max(76, longest)


QUOTED = (
    b"=",
    b"\r",
    b"\n",
    b"\r\n",
    b" ",
    b"\t",
    b"a",
    b"=3D",
    b"=e4",
    b"==",
    b"=zz",
    b"=4",
    b"=\r\n",
    b"=\r",
    b"= \r\n",
)


@given(st.lists(st.sampled_from(QUOTED), max_size=12).map(b"".join), st.data())
def test_each_byte_of_broken_quoted_printable_is_replaced_alone_or_not_at_all(body, data):
    raw, leaf = leaf_of(body, "quoted-printable")
    content = transfer.decode(raw, leaf).content
    if not content:
        return
    at = data.draw(st.integers(0, len(content) - 1))
    if content[at] in b"\r\n":
        return  # blanks in front of it would be part of the content without it
    done = transfer.encode(raw, leaf, content, [Replacement(Span(at, at + 1), (b"XYZ",), (Edit(LINK, ()),))])
    assert done.refused == ()
    out = apply(raw, done.patches)
    size = len(out) - (len(raw) - leaf.body.end)
    changed = Leaf("1", "", "", "quoted-printable", "", "", leaf.head, Span(leaf.body.start, size))
    after = transfer.decode(out, changed).content
    assert after == content[:at] + b"XYZ" + content[at + 1 :]


def test_a_soft_break_inside_a_link_goes_and_the_rest_of_the_line_stays():
    body = b"see http://old.exam=\r\nple/ now =E4\r\nnext"
    raw, _leaf, _, done = replace(body, "quoted-printable", b"http://old.example/", b"http://new.example/")
    assert apply(raw, done.patches) == raw.replace(b"http://old.exam=\r\nple/", b"http://new.example/")


def test_blanks_at_the_end_of_a_quoted_printable_range_stay_inside_it():
    body = b'<a href=3D"http://old.example/ =\r\n">x</a>'
    raw, _leaf, _, done = replace(body, "quoted-printable", b"http://old.example/ ", b"http://new.example/")
    assert apply(raw, done.patches) == raw.replace(b"http://old.example/ ", b"http://new.example/")


def test_two_edits_in_one_quantum_of_base64_become_one_patch():
    content = b"xxaybzz"
    raw, leaf = leaf_of(base64.b64encode(content), "base64")
    edits = [
        Replacement(Span(3, 4), (b"AAAA",), (Edit(LINK, ()),)),
        Replacement(Span(5, 6), (b"BBBB",), (Edit(LINK, ()),)),
    ]
    done = transfer.encode(raw, leaf, content, edits)
    assert len(done.patches) == 1
    out = apply(raw, done.patches)
    assert base64.b64decode(out[leaf.body.start : len(out) - 9]) == b"xxaAAAAbBBBBz"


def test_a_length_that_would_shift_the_rest_of_a_base64_part_is_refused():
    _raw, _leaf, _, done = replace(base64.b64encode(b"aaa old zzz" * 9), "base64", b"old", b"newer")
    assert done.patches == ()
    assert "length" in done.refused[0][1]


def test_a_plain_line_never_grows_past_998_bytes():
    _raw, _leaf, _, done = replace(b"x" * 980 + b" old", "7bit", b"old", b"n" * 60)
    assert (done.patches, done.refused[0][1]) == ((), "the line would grow past 998 bytes")
    _raw, _leaf, _, done = replace(b"x" * 2000 + b" older", "7bit", b"older", b"new")
    assert done.refused == ()


def test_an_appended_revision_goes_behind_the_padding_of_base64():
    content = b"%PDF-1.4 twenty bytes"
    raw, leaf = leaf_of(base64.encodebytes(content).replace(b"\n", b"\r\n"), "base64")
    more = Replacement(Span(len(content), len(content)), (b"+" * 100,), (Edit(LINK, ()),))
    done = transfer.encode(raw, leaf, content, [more])
    out = apply(raw, done.patches)
    changed = Leaf("1", "", "", "base64", "", "", leaf.head, Span(leaf.body.start, len(out) - 9))
    assert transfer.decode(out, changed).content == content + b"+" * 100
    assert out.endswith(b"\r\n\r\n--b--\r\n")


def test_an_edit_at_the_end_does_not_bring_in_what_only_padding_kept_out():
    content = b"end http://old.example/"  # 23 bytes: one letter of padding
    body = base64.b64encode(content) + b"\r\nAAAA"
    raw, leaf = leaf_of(body, "base64")
    wanted = (b"x" * 20, b"x" * 19)  # the first would need no padding
    done = transfer.encode(raw, leaf, content, [Replacement(Span(4, 23), wanted, (Edit(LINK, ()),))])
    out = apply(raw, done.patches)
    changed = Leaf("1", "", "", "base64", "", "", leaf.head, Span(leaf.body.start, len(out) - 9))
    assert transfer.decode(out, changed).content == b"end " + b"x" * 19


@pytest.mark.parametrize("width", [4, 60, 72, 76, 1000])
def test_base64_of_equal_length_keeps_line_ends_where_they_are(width):
    content = bytes(range(200))
    letters = base64.b64encode(content)
    body = b"\r\n".join(letters[at : at + width] for at in range(0, len(letters), width))
    raw, leaf = leaf_of(body, "base64")
    edit = Edit(LINK, ())
    for span in (Span(50, 90), Span(150, 200)):
        result = transfer.encode(raw, leaf, content, [Replacement(span, (b"y" * len(span),), (edit,))])
        out = apply(raw, result.patches)
        assert [len(line) for line in out.split(b"\n")] == [len(line) for line in raw.split(b"\n")]
        new = transfer.decode(out, leaf).content
        assert new == content[: span.start] + b"y" * len(span) + content[span.end :]


def test_an_edit_that_takes_two_replacements_is_made_whole_or_not_at_all():
    content = bytes(range(120))
    raw, leaf = leaf_of(base64.b64encode(content), "base64")
    torn, whole = Edit(LINK, ("https://a.example/",)), Edit(LINK, ("https://b.example/",))
    bystander = Edit(LINK, ("https://c.example/",))
    wanted = [
        Replacement(Span(0, 3), (b"xyz",), (torn, bystander)),
        Replacement(Span(30, 33), (b"xyz",), (whole,)),
        Replacement(Span(60, 63), (b"no length that fits",), (torn,)),
        Replacement(Span(90, 93), (b"xyz",), (whole,)),
        Replacement(Span(96, 99), (b"xyz",), (bystander,)),
    ]
    result = transfer.encode(raw, leaf, content, wanted)
    assert result.done == (whole,)
    assert {edit for edit, _ in result.refused} == {torn, bystander}
    new = transfer.decode(apply(raw, result.patches), leaf).content
    assert new == content[:30] + b"xyz" + content[33:90] + b"xyz" + content[93:]


CODED = {
    "base64": st.lists(st.sampled_from([b"Q", b"UI", b"=", b"==", b"\r\n", b" ", b"!", b"aHR0"]), max_size=9)
}
CODED["quoted-printable"] = st.lists(
    st.sampled_from([b"=", b"\r", b"\n", b"\r\n", b" ", b"\t", b"=41", b"x", b"=="]), max_size=9
)


@given(CODED["base64"])
def test_clean_base64_is_decoded_as_any_other(pieces):
    body = b"".join(pieces)
    letters = re.sub(rb"[^A-Za-z0-9+/=]", b"", body).partition(b"=")[0]
    letters = letters[:-1] if len(letters) % 4 == 1 else letters
    assert transfer.decode(*leaf_of(body, "base64")).content == base64.b64decode(
        letters + b"=" * (-len(letters) % 4)
    )


@given(CODED["base64"])
def test_base64_is_clean_where_letters_stand_and_at_most_two_equals_signs_behind_them(pieces):
    body = b"".join(pieces)
    wanted = re.fullmatch(rb"[A-Za-z0-9+/\s]*(?:=\s*){0,2}", body) is not None
    assert is_clean(body) == wanted


@given(CODED["quoted-printable"])
def test_blanks_at_the_ends_of_lines_and_bare_soft_breaks_are_no_content(pieces):
    body = b"".join(pieces)
    plain = re.sub(rb"(?<!=)((?:==)*+=)\r(?!\n)", rb"\1\n", body)
    plain = re.sub(rb"[ \t]+(?=\r?\n|\Z)", b"", plain)
    assert transfer.decode(*leaf_of(body, "quoted-printable")).content == binascii.a2b_qp(plain)


@pytest.mark.parametrize("encoding", ["7bit", "quoted-printable", "base64", "x-odd"])
def test_contents_are_what_decoding_gives_and_a_part_of_a_leaf_is_not_the_leaf(encoding):
    raw, leaf = leaf_of(base64.b64encode(b"see http://h.example/ there"), encoding)
    short = dataclasses.replace(leaf, body=Span(leaf.body.start, leaf.body.start + 8))
    contents = transfer.Contents(raw)
    for each in (leaf, short, leaf, short):
        assert contents.of(each) == transfer.decode(raw, each)


def test_contents_are_decoded_once():
    raw, leaf = leaf_of(base64.b64encode(b"see http://h.example/ there"), "base64")
    contents = transfer.Contents(raw)
    assert contents.of(leaf) is contents.of(dataclasses.replace(leaf))
