from __future__ import annotations

import pytest

from gateway import replies
from gateway.replies import NotAReply, Reply, from_next_hop, parse_line

CLIENTS_FAULT = {
    "UNKNOWN_COMMAND", "NOT_A_COMMAND", "BARE_LF", "LINE_TOO_LONG", "NOT_OFFERED", "BAD_SYNTAX",
    "BAD_PARAMETER", "BAD_ADDRESS", "HELLO_FIRST", "NESTED_MAIL", "MAIL_FIRST", "NO_RECIPIENTS",
    "NOT_AUTHORISED", "TOO_BIG", "SMUGGLING", "BARE_LINE_END", "LOOP",
}  # fmt: skip
ADMINISTRATORS_WISH = {"POLICY"}


def test_only_the_clients_own_faults_and_policy_are_permanent() -> None:
    names = {name for name, value in vars(replies).items() if isinstance(value, replies.Own)}
    permanent = {name for name in names if getattr(replies, name).code >= 500}
    assert permanent == CLIENTS_FAULT | ADMINISTRATORS_WISH
    assert len(replies.TABLE) == len(names)


def test_every_reply_of_ours_is_a_reply_and_its_codes_agree() -> None:
    for own in replies.TABLE:
        reply = own.reply("0123456789abcdef")
        code, last, text = parse_line(reply.wire.removesuffix(b"\r\n"))
        assert (code, last) == (own.code, True)
        assert b"(id=0123456789abcdef)" in text
        assert not own.enhanced or own.enhanced[0] == str(own.code)[0]
        assert own.when


def test_detail_never_goes_to_the_peer() -> None:
    assert b"secret" not in replies.OUR_FAULT.reply(detail="secret path").wire


def test_a_next_hops_reply_keeps_its_bytes() -> None:
    raw = b"250-2.1.0 first\r\n250 2.1.0 s\xc3\xa9cond  line\r\n"
    reply = from_next_hop(250, "2.1.0 sécond  line".encode(), raw)
    assert reply.wire == raw
    assert reply.enhanced == "2.1.0"
    assert reply.words == "sécond  line"
    assert reply.good


@pytest.mark.parametrize(
    "line", [b"", b"25", b"250x", b"2500 a", b"150 a", b"650 a", b"260 a", b"250 a\0", b"250 a\rb", b"hello"]
)
def test_what_is_not_a_reply_line_is_refused(line: bytes) -> None:
    with pytest.raises(NotAReply):
        parse_line(line)


@pytest.mark.parametrize("line", [b"250", b"250 ", b"250-", b"421 4.3.2 bye", b"550 \xff\xfe"])
def test_odd_but_real_reply_lines_are_read(line: bytes) -> None:
    assert parse_line(line)[0] == int(line[:3])


def test_a_reply_as_text_is_one_line() -> None:
    assert Reply(250, "2.0.0", "Ok").text == "250 2.0.0 Ok"
    assert Reply(354, "", "Go").wire == b"354 Go\r\n"
