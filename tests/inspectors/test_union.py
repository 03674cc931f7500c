"""No reader sees a link that neither reading finds; and ordinary mail gives the second one nothing to say."""

import base64
import signal
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspectors import doubts, limits, message, mime, splice, union
from inspectors.model import Edit
from tests.inspectors import ambiguous, unforeseen


def found(case):
    return any(link.url == case.url for link in message.inspect(case.raw).links)


def flagged(raw):
    read = message.inspect(raw)
    return any(flag.flag in doubts.AMBIGUOUS for flag in read.flags) or bool(read.skipped)


def seen(raw):
    """URLs only the second reading shows."""
    return [link.url for link in message.inspect(raw).links if link.ambiguous]


def text(body, *fields):
    return b"\r\n".join((b"Subject: x", *fields, b"", body))


def test_of_the_ambiguous_messages_98_in_100_are_found_and_none_is_unfound_and_unflagged():
    cases = list(ambiguous.messages())
    missed = [case for case in cases if not found(case)]
    assert len(cases) >= 300
    assert len({case.kind for case in cases}) >= 10
    assert len(missed) * 50 <= len(cases), [(case.kind, case.name) for case in missed]
    assert [case.name for case in missed if not flagged(case.raw)] == []


def test_of_messages_it_was_not_written_for_90_in_100_are_found_and_none_is_unfound_and_unflagged():
    cases = list(unforeseen.messages())
    missed = [case for case in cases if not found(case)]
    assert len(cases) >= 60
    assert len(missed) * 10 <= len(cases), [case.name for case in missed]
    assert [case.name for case in missed if not flagged(case.raw)] == []


def test_a_link_only_the_second_reading_shows_says_so_everywhere():
    read = message.inspect(text(base64.b64encode(b"see https://hidden.test/a now")))
    (link,) = read.links
    assert (link.leaf, link.url, link.place) == ("1", "https://hidden.test/a", "ambiguous:text")
    assert link.ambiguous
    assert link.handle is None
    assert [flag.flag for flag in read.flags] == ["ambiguous-link"]


def test_a_link_of_a_hidden_page_names_its_attribute():
    (link,) = message.inspect(text(base64.b64encode(b'<a href="https://hidden.test/a">x</a>'))).links
    assert link.place == "ambiguous:html.a.href"


def test_a_link_of_a_hidden_pdf_is_ambiguous_and_its_leaf_is_named():
    (link,) = message.inspect(text(ambiguous.b64(ambiguous.pdf("https://hidden.test/a")))).links
    assert (link.leaf, link.place, link.ambiguous) == ("hidden-1.pdf", "pdf:annotation", True)


def test_an_ambiguous_link_is_never_rewritten():
    read = message.inspect(text(base64.b64encode(b"see https://hidden.test/a now")))
    edit = Edit(read.links[0], ("https://c.example/",))
    made = message.rewrite(read, [edit])
    assert made.patches == ()
    assert made.refused == ((edit, message._AMBIGUOUS),)


def test_a_copy_of_a_rewritten_link_that_another_reading_shows_does_not_undo_the_rewriting():
    raw = text(b"https://a.test/x\r\n\r\n" + base64.b64encode(b"see https://a.test/x now") + b"\r\n")
    before = message.inspect(raw)
    edit = Edit(before.links[0], ("https://c.example/y",))
    made = message.rewrite(before, [edit])
    after = message.inspect(splice.apply(raw, made.patches))
    assert [link.ambiguous for link in after.links] == [False, True]
    assert message.compare(before, after, made.done) == ()


@pytest.mark.parametrize(
    "body",
    [
        b"Read https://a.test/?id=3Dab=20&x=41 and www.a.test/a=b",
        b"https://a.test/a\r\nnext line\r\n=====\r\nbegin with this",
        b"The class AbstractSingletonProxyFactoryBeanInterface of /usr/share/documentation/networking/README",
        b"Content of https://a.test/ and type",
        b"x=1\r\ny=2\r\nhttps://a.test/?q=\r\nend",
        b"da39a3ee5e6b4b0d3255bfef95601890afd80709 is the sum of https://a.test/",
        b"I use <p> and <a> in text, see https://a.test/?a=1&b=2",
        b"+AAA and ~{ and C++ at https://a.test/",
    ],
)
@pytest.mark.parametrize("kind", [b"text/plain", b"text/html"])
def test_ordinary_texts_hold_nothing_more(body, kind):
    assert seen(text(body, b"Content-Type: " + kind)) == []


def test_what_a_list_server_appends_behind_the_end_is_shown_by_nobody():
    mixed = ambiguous.multipart(b"Content-Type: multipart/mixed; boundary=b", ambiguous.PLAIN)
    assert seen(mixed + b"\r\n" + b"_" * 47 + b"\r\nA list\r\nhttps://list.test/info\r\n") == []
    assert seen(mixed + b"\r\nhttps://list.test/info\r\n") == ["https://list.test/info"]


def test_a_clean_attachment_is_not_read_again():
    part = b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    raw = ambiguous.multipart(
        b"Content-Type: multipart/mixed; boundary=b",
        ambiguous.PLAIN,
        part + ambiguous.b64(ambiguous.pdf("https://a.test/")),
    )
    assert union.plan.make(mime.read(raw)).pieces == ()
    assert message.heavy_leaves(raw) == ("2",)


def test_files_that_may_turn_up_are_announced_and_can_be_left_out():
    raw = text(ambiguous.b64(ambiguous.pdf("https://hidden.test/a")))
    assert message.heavy_leaves(raw) == (union.HIDDEN,)
    read = message.inspect(raw, ((union.HIDDEN, "it was ended"),))
    assert (read.links, [(each.leaf, each.reason) for each in read.skipped]) == (
        (),
        [("hidden", "it was ended")],
    )


def test_a_file_under_encodings_that_cannot_be_announced_is_named_as_unread():
    content = base64.b64encode(base64.b64encode(ambiguous.pdf("https://hidden.test/a")))
    raw = text(content)
    assert message.heavy_leaves(raw) == ()
    assert [each.kind for each in message.inspect(raw).skipped] == ["limit"]


def test_reaching_the_limit_is_a_result():
    doubtful = b"Content-Type: multipart/mixed; boundary=a; boundary=b"
    read = message.inspect(text(b"https://a.test/ " * (limits.UNION_READ // 8), doubtful))
    assert "limit" in [flag.flag for flag in read.flags]
    assert "limit" in [each.kind for each in read.skipped]


REPEATED = (
    b"=", b"=\n", b"=68", b"=6", b"aGVs", b"aGVs\n", b"aGVsbG8gaHR0cDovL2EudGVzdC8= x ",
    b"+AGg-", b"h\0", b"\x1b(B",
    b"--x\n", b"Content-Type: text/html\n\n<a href=x>", b"http://", b"<a ", b"begin 644 a\nM\n",
    b"=ybegin x\n", b"%PDF- obj\n", b"access-type=url ", b"BinHex 4\n:", b"____________________\n",
    b"> ", b"A: b\n \n", b"~{",
    b"&#104;",
    b"content-base: http://a.test/\n<a href=x>", b"\r", b"www.=\n", b"<!--", b"PK\x03\x04",
)  # fmt: skip


@pytest.fixture
def backstop():
    def over(*_):
        raise AssertionError("quadratic")

    before = signal.signal(signal.SIGPROF, over)
    signal.setitimer(signal.ITIMER_PROF, 20)
    yield
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGPROF, before)


@pytest.mark.parametrize("piece", REPEATED)
@pytest.mark.parametrize("head", [b"", b"Content-Type: multipart/mixed; boundary=a; boundary=b"])
def test_repeated_shapes_end(piece, head, backstop):
    raw = text(piece * (300_000 // len(piece)), *([head] if head else []))
    assert len(union.read(mime.read(raw), ()).links) <= limits.LINKS + 1


PIECES = st.sampled_from(
    [
        b"Content-Type: text/html\r\n", b"Content-Transfer-Encoding: base64\n", b"\r\n", b"\n\n", b"--b\r\n",
        b"--b--",
        base64.b64encode(b"http://a.test/"), ambiguous.escaped(b"http://b.test/"), b"=", b"\0", b"\r",
        b"+AGg-", b"\x1b(B",
        b"begin 644 x\n", b"=ybegin x\n", b"%PDF-1.4 obj", b"<a href=http://c.test/>",
        b"Content-Type: multipart/x; boundary=b\n",
    ]
)  # fmt: skip


@given(st.lists(PIECES | st.binary(max_size=8), max_size=25).map(b"".join))
@settings(max_examples=150, deadline=None)
def test_any_bytes_give_links_that_the_strict_reading_has_not(raw):
    structure = mime.read(raw)
    strict = [link for link in message.inspect(raw).links if not link.ambiguous]
    again = union.read(structure, strict)
    assert not {link.url for link in again.links} & {link.url for link in strict}
    assert max(Counter(link.url for link in again.links).values(), default=1) == 1
    assert all(link.ambiguous for link in again.links)


@pytest.mark.parametrize(
    "charset", ["utf-8", "gb18030", "shift_jis", "big5", "euc-kr", "iso-2022-jp", "koi8-r"]
)
def test_text_of_any_script_in_base64_is_no_noise(charset):
    words = {"koi8-r": "Добрый день, вот данные за март. ", "euc-kr": "안녕하세요 삼월 자료입니다. "}
    body = (
        words.get(
            charset, "三月的数据在此。" if charset in ("gb18030", "big5", "utf-8") else "三月の資料です。"
        )
    ) * 9
    head = b"Content-Type: text/plain; charset=" + charset.encode()
    data = body.encode(charset, "ignore") + b" https://a.test/x "
    raw = text(ambiguous.b64(data), head, b"Content-Transfer-Encoding: base64")
    assert not any(piece.hidden for piece in union.plan.make(mime.read(raw)).pieces)
    assert seen(raw) == []


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0"])
@pytest.mark.parametrize("kind", [b"text/html; charset=utf-8", b"text/plain", b"text/html"])
def test_a_byte_order_mark_before_ascii_hides_no_link_from_who_believes_the_label(mark, kind):
    raw = text(mark + b'<a href="https://h.example/x">x</a> https://h.example/x', b"Content-Type: " + kind)
    assert "https://h.example/x" in [link.url for link in message.inspect(raw).links]


@pytest.mark.parametrize("body", [b"<https://h.example/x>", b'<form action="https:&#47;/h.example/x">'])
def test_a_text_called_page_is_read_as_text_and_as_page(body):
    raw = text(body, b'Content-Type: text/plain; name="a.html"')
    assert "https://h.example/x" in [link.url for link in message.inspect(raw).links]
