"""A whole message: inspected, rewritten, read again."""

import base64
import io
import pickle

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspectors import limits, message, splice
from inspectors.model import Edit

NEW = ("https://c.example/h.example/TTT", "https://c.example/h.example/TT", "https://c.example/h.example/T")
MIXED = (
    b"From: a@a.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\n\r\nhttp://one.example/ http://two.example/\r\n"
    b"--b\r\nContent-Type: text/html\r\n\r\n<a href='http://three.example/'>x</a>\r\n"
    b"--b\r\nContent-Type: application/zip\r\n\r\nPK\r\n"
    b"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nhttp://four.example/\r\n"
    b"--b--\r\n"
)


def rewritten(raw: bytes, *hosts: str):
    before = message.inspect(raw)
    edits = [Edit(link, NEW) for link in before.links if link.host in hosts]
    result = message.rewrite(before, edits)
    return before, splice.apply(raw, result.patches), result


def test_every_link_is_found_with_its_leaf_and_what_was_not_read_is_said():
    inspection = message.inspect(MIXED)
    found = [(link.leaf, link.place, link.host) for link in inspection.links]
    assert found == [
        ("1", "text", "one.example"),
        ("1", "text", "two.example"),
        ("2", "html:a.href", "three.example"),
        ("4.1", "text", "four.example"),
    ]
    assert [(skipped.leaf, skipped.reason) for skipped in inspection.skipped] == [("3", "a damaged zip")]
    assert pickle.loads(pickle.dumps(inspection)) == inspection


def test_edits_in_several_parts_change_exactly_their_links():
    before, out, result = rewritten(MIXED, "one.example", "three.example")
    expected = MIXED.replace(b"http://one.example/", NEW[0].encode())
    assert out == expected.replace(b"http://three.example/", NEW[0].encode())
    assert message.compare(before, message.inspect(out), result.done) == ()


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (MIXED.replace(b"one", b"own"), "the part belongs to an attached message"),
        (
            b"Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\nhttp://four.example/\r\n--b--",
            "is signed",
        ),
        (
            b"A: b\r\nhttp://four.example/ x\r\n not a field http://four.example/",
            "no empty line stands before",
        ),
        (b"A: b\r\n\r\n" + b"x" * 980 + b" http://four.example/", "the line would grow past 998 bytes"),
    ],
)
def test_a_link_that_cannot_be_changed_is_refused_with_the_reason(raw, reason):
    _, out, result = rewritten(raw, "four.example")
    assert out == raw
    assert result.done == ()
    assert all(reason in words for _, words in result.refused)


def test_links_that_share_a_line_do_not_together_outgrow_it():
    line = b" ".join(b"http://h%d.example/" % n for n in range(40))
    raw = b"A: b\r\n\r\n" + line + b"\r\n"
    _, out, result = rewritten(raw, *(f"h{n}.example" for n in range(40)))
    assert max(map(len, out.split(b"\r\n"))) <= limits.LINE_PLAIN
    assert len(result.done) + len(result.refused) == 40
    assert len(result.done) > 15


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64"])
def test_links_that_share_an_encoded_line_leave_no_line_over_76(encoding):
    import base64

    text = b"http://h1.example/ http://h2.example/a http://h3.example/ab"
    body = base64.b64encode(text) if encoding == "base64" else text
    body = body if encoding == "quoted-printable" else body[:76] + b"\r\n" + body[76:]
    raw = b"A: b\r\nContent-Transfer-Encoding: " + encoding.encode() + b"\r\n\r\n" + body + b"\r\n"
    before, out, result = rewritten(raw, "h1.example", "h2.example", "h3.example")
    assert result.refused == ()
    assert message.compare(before, message.inspect(out), result.done) == ()
    assert max(map(len, out.split(b"\r\n"))) <= 76


def test_compare_names_what_is_wrong():
    before, out, result = rewritten(MIXED, "one.example")
    after = message.inspect(out)
    assert message.compare(before, message.inspect(MIXED), result.done)
    assert message.compare(before, after, ())
    assert message.compare(before, message.inspect(out.replace(b"two.", b"six.")), result.done)
    assert message.compare(before, message.inspect(out.replace(b"http://two.example/", b"")), result.done)
    assert message.compare(before, message.inspect(out.replace(b"application/zip", b"text/x")), result.done)


def test_links_over_the_limit_are_said_to_be_skipped():
    part = b"--b\r\n\r\n" + b"www.a.example " * (limits.LINKS // 2 + 1) + b"\r\n"
    raw = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part * 3 + b"--b--"
    inspection = message.inspect(raw)
    assert len(inspection.links) == limits.LINKS + limits.LINKS_MORE
    assert [flag.flag for flag in inspection.flags] == ["limit"]
    assert [(one.leaf, one.reason, one.kind) for one in inspection.skipped] == [
        ("2", "links over the limit", "limit")
    ]


def test_five_thousand_decoys_do_not_hide_the_one_link_beside_them():
    decoys = b"www.a.example " * (limits.LINKS + 1)
    raw = (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n" + decoys + b"\r\n"
        b"--b\r\nContent-Type: text/html\r\n\r\n<a href='http://beside.example/'>x</a>\r\n--b--"
    )
    inspection = message.inspect(raw)
    assert [link.host for link in inspection.links[limits.LINKS :]] == ["beside.example"]
    assert [skipped.kind for skipped in inspection.skipped] == ["limit"]


def test_what_can_be_read_in_part_is_and_anything_else_is_left_out():
    with pikepdf.new() as pdf:
        action = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://p.example/")
        pdf.add_blank_page().Annots = [pikepdf.Dictionary(Subtype=pikepdf.Name.Link, A=action)]
        pdf.save(file := io.BytesIO())
    raw = MIXED.replace(
        b"application/zip\r\n\r\nPK",
        b"application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(file.getvalue()).replace(b"\n", b"\r\n").rstrip(),
    )
    lightly = message.LIGHTLY + "it took too long"
    found = message.inspect(raw, (("3", lightly), ("1", lightly)))
    assert "https://p.example/" in [link.url for link in found.links]
    assert not [link for link in found.links if link.leaf == "1"]
    assert {(each.leaf, each.kind) for each in found.skipped} == {("3", "limit"), ("1", "limit")}
    assert ("3", lightly) in [(each.leaf, each.reason) for each in found.skipped]


def test_heavy_parts_can_be_left_out_with_a_reason():
    raw = MIXED.replace(b"application/zip", b"application/pdf")
    inspection = message.inspect(raw, (("3", "the worker was ended"),))
    assert [(skipped.leaf, skipped.reason) for skipped in inspection.skipped] == [
        ("3", "the worker was ended")
    ]
    assert len(inspection.links) == 4
    assert message.heavy_leaves(raw)
    assert message.heavy_leaves(MIXED)  # the archive
    assert "3" not in message.heavy_leaves(MIXED.replace(b"application/zip", b"application/x-odd"))


@pytest.mark.parametrize(
    "raw",
    [
        MIXED,
        MIXED.replace(b"application/zip", b"application/x-odd"),
        b"Content-Type: text/html\r\n\r\n<a href='http://a.example/'>go</a>",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\nhttp://a.example/",
        b"Subject: x\r\n\r\n" + base64.b64encode(b"see https://hidden.test/a now"),
    ],
)
def test_a_message_without_heavy_leaves_is_read_at_once_and_no_other(raw):
    light = message.heavy_leaves(raw) == ()
    assert message.is_light(raw) == light
    assert message.inspect_light(raw) == (message.inspect(raw) if light else None)


def test_where_the_second_reading_is_left_out_nothing_is_planned_for_it(monkeypatch):
    monkeypatch.setattr(message.union.plan, "make", None)
    (skipped,) = message.inspect(b"A: b\r\n\r\nx", ((message.union.HIDDEN, "it took too long"),)).skipped
    assert skipped.reason == "it took too long"


@given(st.binary(max_size=300))
def test_any_bytes_give_an_inspection_whose_leaves_lie_inside_and_apart(raw):
    if raw.startswith(b"%PDF-"):
        return
    position = 0
    for leaf in sorted(message.inspect(raw).message.leaves, key=lambda leaf: leaf.head.start):
        assert position <= leaf.head.start <= leaf.head.end <= leaf.body.start <= leaf.body.end <= len(raw)
        position = leaf.body.end


def test_a_first_line_like_a_pdfs_does_not_make_a_message_a_file():
    raw = b"%PDF-1: x\r\nContent-Type: text/html\r\n\r\n<a href='http://a.example/'>go</a>"
    assert [link.url for link in message.inspect(raw).links] == ["http://a.example/"]


def test_blank_lines_before_an_encoded_pdf_do_not_hide_it():
    raw = (
        b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + b"\r\n" * 3000
        + base64.b64encode(b"%PDF-1.4 broken")
    )
    assert message.heavy_leaves(raw)
    assert [skipped.leaf for skipped in message.inspect(raw).skipped] == ["1"]


def test_many_fields_do_not_hide_what_says_how_to_read_the_body():
    raw = b"A: b\r\n" * 3000 + b"Content-Type: text/html\r\n\r\n<a href='http://a.example/'>go</a>"
    assert [link.place for link in message.inspect(raw).links] == ["html:a.href"]


@pytest.mark.parametrize(
    "decoy", ["<!x {} >", "<?x {} >", "</ {} >", "<!-->{}<!-- -->", "<!-- {} -->", "<!---> <!-- {} -->"]
)
def test_the_same_link_in_a_comment_does_not_shield_the_one_in_the_text(decoy):
    url = "http://a.example/x"
    raw = f"Content-Type: text/html\r\n\r\n<p>{url} </p>{decoy.format(url)}\r\n".encode()
    inspection = message.inspect(raw)
    made = message.rewrite(inspection, [Edit(inspection.links[0], ("https://click.example/y",))])
    assert (len(made.done), made.refused) == (1, ())
    assert b"<p>https://click.example/y </p>" in splice.apply(raw, made.patches)


def test_a_link_in_a_long_line_of_html_is_put_on_a_line_of_its_own():
    raw = (
        b"Content-Type: text/html\r\n\r\n" + b"x " * 480 + b'<a href="http://a.example/">go</a>' + b" x" * 400
    )
    inspection = message.inspect(raw)
    made = message.rewrite(inspection, [Edit(inspection.links[0], ("https://click.example/" + "y" * 60,))])
    out = splice.apply(raw, made.patches)
    assert b'href="\r\nhttps://click.example/' in out
    assert max(map(len, out.split(b"\r\n"))) <= max(map(len, raw.split(b"\r\n")))
    assert message.compare(inspection, message.inspect(out), made.done) == ()


def test_letters_behind_the_padding_do_not_shield_a_part():
    content = b"<a href='http://a.example/'>go</a>."
    raw = (
        b"Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.b64encode(content)
        + b"\r\nA\r\n"
    )
    inspection = message.inspect(raw)
    urls = tuple("https://click.example/" + "y" * n for n in (40, 41, 42))
    made = message.rewrite(inspection, [Edit(inspection.links[0], urls)])
    assert len(made.done) == 1
    assert message.compare(inspection, message.inspect(splice.apply(raw, made.patches)), made.done) == ()


def page(body: str) -> bytes:
    return b"Content-Type: text/html; charset=utf-8\r\n\r\n" + body.encode()


def test_a_second_parser_proves_changed_html_and_names_the_edit_it_cannot_prove():
    raw = page("<p>x <a href=http://one.example/>y</a> http://two.example/")
    before, out, result = rewritten(raw, "one.example", "two.example")
    assert len(result.done) == 2
    assert message.prove(before, message.inspect(out), result.done) == ((), ())
    spoilt = message.inspect(out.replace(b"<p>x", b"<p>z"))
    problems, blamed = message.prove(before, spoilt, result.done)
    assert len(problems) == 1 and blamed == ()
    assert message.prove(before, spoilt, result.done[:1])[1] == result.done[:1]


def test_what_pages_fetch_never_crowds_out_links():
    pictures = "".join(f"<img src=http://p{number}.example/>" for number in range(limits.FETCHED))
    pages = [page(f"<a href=http://h{n}.example/>x</a>{pictures}") for n in range(6)]
    parts = b"".join(b"--b\r\n" + each + b"\r\n" for each in pages)
    inspection = message.inspect(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + parts + b"--b--")
    assert [link.host for link in inspection.links if not link.fetched] == [f"h{n}.example" for n in range(6)]
    assert sum(link.fetched for link in inspection.links) == limits.FETCHED_IN_MESSAGE
    assert [flag.flag for flag in inspection.flags].count("limit") == 1


def test_a_page_in_an_attribute_is_read_with_the_base_of_the_page_around_it():
    raw = page("<base href=http://one.example/c/><iframe srcdoc='<a href=d>x</a>'></iframe>")
    (link,) = message.inspect(raw).links
    assert (link.leaf, link.url) == ("1/srcdoc-1.html", "http://one.example/c/d")
