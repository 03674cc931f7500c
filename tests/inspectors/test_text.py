"""Links in plain text."""

import binascii
import re
from email import message_from_bytes

import pytest

from inspectors import limits, message, splice, text
from inspectors.model import Edit, Leaf, Span


def leaf(charset="utf-8"):
    return Leaf("1", "text/plain", charset, "8bit", "", "", Span(0, 0), Span(0, 0))


def mail(body: str, parameters: str = "", transfer: str = "8bit") -> bytes:
    head = f"Content-Type: text/plain; charset=utf-8{parameters}\nContent-Transfer-Encoding: {transfer}\n\n"
    return (head + body).replace("\n", "\r\n").encode()


def rewritten(raw: bytes, *new: str) -> tuple[bytes, tuple[str, ...]]:
    """The message with its links replaced in turn, proved by reading it again; and reasons of refusals."""
    before = message.inspect(raw)
    edits = [Edit(link, (url,)) for link, url in zip(before.links, new, strict=True)]
    rewriting = message.rewrite(before, edits)
    out = splice.apply(raw, rewriting.patches)
    assert message.compare(before, message.inspect(out), rewriting.done) == ()
    return out, tuple(reason for _, reason in rewriting.refused)


def test_a_host_without_scheme_opens_over_http_and_keeps_its_written_form():
    (link,) = text.read(leaf(), b"go to www.a.example/x").links
    assert (link.url, link.written, link.place) == ("http://www.a.example/x", "www.a.example/x", "text")


def test_bytes_that_do_not_decode_end_neither_reading_nor_rewriting():
    content = b"\xfd\xff http://a.example/\xe9 \xff"
    (link,) = text.read(leaf(), content).links
    assert link.url == "http://a.example/%EF%BF%BD"
    ((replacement,), refused) = text.edit(leaf(), content, [Edit(link, ("https://c.example/x",))])
    assert (replacement.span.of(content), replacement.choices) == (
        b"http://a.example/\xe9",
        (b"https://c.example/x",),
    )
    assert refused == ()


def test_a_link_in_utf_7_is_rewritten_where_it_stands_in_ascii():
    (link,) = text.read(leaf("utf-7"), b"http://a.example/").links
    ((made,), refused) = text.edit(leaf("utf-7"), b"http://a.example/", [Edit(link, ("https://c.example/",))])
    assert refused == ()
    assert (made.span, made.choices) == (Span(0, 17), (b"https://c.example/",))


def test_an_unknown_charset_is_flagged():
    assert [flag.flag for flag in text.read(leaf("x-odd"), b"x").flags] == ["charset-unknown"]


def test_a_link_too_long_to_read_is_said_to_be_skipped():
    content = b"http://a.example/" + b"x" * limits.URL_CHARACTERS + b" http://b.example/"
    reading = text.read(leaf(), content)
    assert [link.host for link in reading.links] == ["b.example"]
    assert [(skipped.reason, skipped.kind) for skipped in reading.skipped] == [(text.TOO_LONG, "limit")]


def test_a_text_over_the_limit_is_skipped():
    reading = text.read(leaf(), b" " * (limits.TEXT_BYTES + 1))
    assert (reading.links, len(reading.skipped)) == ((), 1)


DELSP = "; format=flowed; delsp=yes"


def test_a_link_broken_over_soft_line_breaks_is_read_whole_and_rewritten_whole():
    raw = mail("> see http://a.example/lo \n> ng/pa \n> th and more\n> end\n", DELSP)
    (link,) = message.inspect(raw).links
    assert link.url == "http://a.example/long/path"
    assert link.written == "http://a.example/lo \r\n> ng/pa \r\n> th"
    out, refused = rewritten(raw, "https://c.example/x")
    assert refused == ()
    assert out == mail("> see https://c.example/x and more\n> end\n", DELSP)


def test_without_delsp_the_blank_at_a_soft_break_stays_and_ends_the_link():
    raw = mail("http://a.example/lo \nng\n", "; format=flowed")
    assert [link.url for link in message.inspect(raw).links] == ["http://a.example/lo"]


def test_the_parameters_of_flowed_text_are_read_in_any_case():
    raw = mail("http://a.example/lo \nng\n", "; FORMAT=Flowed; DelSp=Yes")
    assert [link.url for link in message.inspect(raw).links] == ["http://a.example/long"]


def test_more_soft_breaks_than_are_joined_are_said_to_be_skipped():
    content = b"a \n" * (limits.SOFT_BREAKS + 2) + b"http://a.example/lo \nng"
    flowing = Leaf("1", "text/plain", "utf-8", "8bit", "", "", Span(0, 0), Span(0, 0), flowed="delsp")
    reading = text.read(flowing, content)
    assert [(each.reason, each.kind) for each in reading.skipped] == [(text.TOO_BROKEN, "limit")]
    assert [link.url for link in reading.links] == ["http://a.example/lo"]


@pytest.mark.parametrize(("parameters", "added"), [("; format=flowed", "\n"), (DELSP, " \n")])
def test_in_flowed_text_a_soft_break_keeps_a_long_line_within_its_limit(parameters, added):
    words = "x" * 960 + " "
    new = "https://c.example/" + "y" * 60
    out, refused = rewritten(mail(words + "http://a.example/ z\n", parameters), new)
    assert refused == ()
    assert out == mail(words + added + new + " z\n", parameters)


def test_in_other_text_a_line_that_would_outgrow_its_limit_keeps_its_link():
    raw = mail("x" * 960 + " http://a.example/\n")
    out, refused = rewritten(raw, "https://c.example/" + "y" * 60)
    assert (out, refused) == (raw, ("the line would grow past 998 bytes",))


@pytest.mark.parametrize("transfer", ["7bit", "quoted-printable"])
def test_a_link_wrapped_between_angle_brackets_is_rewritten_whole(transfer):
    raw = mail("see <http://a.example/long/\n   path> here\n", "", transfer)
    (link,) = message.inspect(raw).links
    assert link.url == "http://a.example/long/path"
    out, refused = rewritten(raw, "https://c.example/x")
    assert refused == ()
    assert out == mail("see <https://c.example/x> here\n", "", transfer)


@pytest.mark.parametrize("tail", ["/maps/", "ple/x", "ple.com/x", "www.b.example", "http://b.example/"])
def test_what_stands_behind_a_line_end_between_angle_brackets_does_not_shield_a_link(tail):
    raw = mail(f"see <http://a.exam\n{tail}> here\n")
    links = message.inspect(raw).links
    assert links[0].host == "a.exam"
    new = [f"https://c.example/{n}" for n in range(len(links))]
    out, refused = rewritten(raw, *new)
    assert refused == ()
    assert [link.url for link in message.inspect(out).links] == new


def test_a_bare_host_with_a_path_opens_over_http():
    raw = mail("Pay at pay.example.com/now today\n")
    (link,) = message.inspect(raw).links
    assert (link.url, link.written) == ("http://pay.example.com/now", "pay.example.com/now")
    assert link.place == "text"
    assert rewritten(raw, "https://c.example/x")[0] == mail("Pay at https://c.example/x today\n")


def uuencoded(data: bytes) -> str:
    lines = [binascii.b2a_uu(data[at : at + 45]).decode() for at in range(0, len(data), 45)]
    return "begin 644 page.html\n" + "".join(lines) + "`\nend\n"


def test_a_file_uuencoded_in_a_text_is_read_and_not_rewritten():
    page = b'<a href="http://hidden.example/">x</a>'
    raw = mail("Look:\n" + uuencoded(page) + "bye http://a.example/\n")
    before = message.inspect(raw)
    assert [link.url for link in before.links] == ["http://a.example/", "http://hidden.example/"]
    rewriting = message.rewrite(before, [Edit(before.links[1], ("https://c.example/",))])
    assert (rewriting.patches, len(rewriting.refused)) == ((), 1)


def test_a_part_in_uuencode_is_read_and_not_rewritten():
    raw = mail(uuencoded(b"see http://hidden.example/ now"), "", "x-uuencode")
    before = message.inspect(raw)
    assert message_from_bytes(raw).get_payload(decode=True) == b"see http://hidden.example/ now"
    assert [link.url for link in before.links] == ["http://hidden.example/"]
    rewriting = message.rewrite(before, [Edit(before.links[0], ("https://c.example/",))])
    assert (rewriting.patches, len(rewriting.refused)) == ((), 1)
    assert re.search("uuencode", rewriting.refused[0][1])


def test_of_the_links_only_new_ones_are_made():
    content = b"see http://known.example/a and http://new.example/b and http://known.example/c"
    asked = []

    def is_new(url: str, host: str) -> bool:
        asked.append((url, host))
        return host == "new.example"

    (link,) = text.read_new(leaf(), content, is_new).links
    assert link in text.read(leaf(), content).links
    assert link.url == "http://new.example/b"
    assert asked[0] == ("http://known.example/a", "known.example")
    assert len(asked) == 3
