"""The conversation with the next hop: whole, cut at every byte, with rubbish after; no sockets here."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.nexthop import (
    MAX_DELIVERIES,
    MAX_ERRORS,
    MAX_RESETS,
    Answer,
    Conversation,
    Offers,
    ReplyReader,
    Stage,
    read_offers,
)

EHLO = b"250-hop.example\r\n250-SIZE 1000\r\n250-8BITMIME\r\n250-AUTH PLAIN\r\n250 XFORWARD NAME ADDR\r\n"


def begun(*, lmtp: bool = False) -> Conversation:
    talk = Conversation(b"gw.example", lmtp=lmtp)
    talk.receive(b"220 hi\r\n")
    assert talk.outgoing() == (b"LHLO" if lmtp else b"EHLO") + b" gw.example\r\n"
    assert [answer.stage for answer in talk.receive(EHLO)] == [Stage.HELLO]
    return talk


def say(talk: Conversation, stage: Stage, line: bytes, answer: bytes) -> list[Answer]:
    assert talk.command(stage, line) == line + b"\r\n"
    return talk.receive(answer)


def in_body(*, lmtp: bool = False) -> Conversation:
    talk = begun(lmtp=lmtp)
    say(talk, Stage.MAIL, b"MAIL FROM:<>", b"250 ok\r\n")
    say(talk, Stage.RCPT, b"RCPT TO:<a@b.example>", b"250 ok\r\n")
    say(talk, Stage.DATA, b"DATA", b"354 go\r\n")
    return talk


def one(answers: Iterable[Answer]) -> Answer:
    (answer,) = answers
    return answer


def test_a_whole_transaction_gives_the_next_hops_own_bytes() -> None:
    talk = begun()
    assert talk.offers == Offers(frozenset({"SIZE", "8BITMIME"}), 1000, frozenset({"NAME", "ADDR"}))
    raw = b"250-2.1.0 a\r\n250 2.1.0 b\r\n"
    assert one(say(talk, Stage.MAIL, b"MAIL FROM:<>", raw)).reply.wire == raw
    assert talk.opened
    assert one(say(talk, Stage.RCPT, b"RCPT TO:<a@b.example>", b"251 2.1.5 forward\r\n")).reply.code == 251
    assert one(say(talk, Stage.DATA, b"DATA", b"354 go\r\n")).reply.code == 354
    talk.dot_goes()
    assert one(talk.receive(b"250 2.0.0 queued\r\n")).reply.wire == b"250 2.0.0 queued\r\n"
    assert (talk.opened, talk.dot, talk.dead, talk.deliveries) == (False, False, False, 1)


def test_cut_at_every_byte_it_says_the_same() -> None:
    stream = b"220-a\r\n220 b\r\n" + EHLO + b"421 4.3.2 bye\r\n"
    for cut in range(len(stream) + 1):
        talk = Conversation(b"gw.example")
        answers: list[Answer] = []
        for piece in (stream[:cut], stream[cut:]):
            if piece:
                answers += talk.receive(piece)
        assert [answer.stage for answer in answers] == [Stage.HELLO], cut
        assert talk.dead
        assert "unasked" in talk.why
    talk = Conversation(b"gw.example")
    for byte in stream:
        talk.receive(bytes([byte]))
    assert talk.dead


@pytest.mark.parametrize(
    "rubbish",
    [
        b"hello there\r\n", b"250 ok\n", b"\n", b"\r\n", b"250-a\r\n251 b\r\n", b"999 x\r\n", b"100 x\r\n",
        b"250 a\0\r\n", b"x" * 5000, b"250-" + b"y" * 4091 + b"\r\n", b"250-line\r\n" * 5000, b"\xff\xfe\r\n",
        b"421 4.3.2 closing\r\n", b"334 what\r\n", b"354 go\r\n",
    ],
)  # fmt: skip
@pytest.mark.parametrize("stage", [Stage.MAIL, Stage.RCPT, Stage.BODY])
def test_rubbish_is_a_451_and_the_end_of_the_connection(stage: Stage, rubbish: bytes) -> None:
    if stage is Stage.BODY:
        talk = in_body()
        talk.dot_goes()
        answer = one(talk.receive(rubbish))
    else:
        talk = begun()
        answer = one(say(talk, stage, b"X", rubbish))
    assert answer.stage is stage
    assert answer.reply.code == 451
    assert not answer.reply.raw
    assert talk.dead
    assert talk.worn
    assert talk.dot == (stage is Stage.BODY)


@pytest.mark.parametrize(("code", "stage"), [(450, Stage.MAIL), (550, Stage.RCPT), (552, Stage.DATA)])
def test_refusals_come_through_as_they_are(code: int, stage: Stage) -> None:
    talk = begun()
    raw = b"%d 5.0.0 no \xc3\xa9\r\n" % code
    assert one(say(talk, stage, b"X", raw)).reply.wire == raw
    assert not talk.dead


def test_a_2xx_to_data_is_not_believed() -> None:
    talk = begun()
    assert one(say(talk, Stage.DATA, b"DATA", b"250 ok\r\n")).reply.code == 451
    assert talk.dead


def test_a_2xx_before_the_dot_is_not_believed_but_a_refusal_is() -> None:
    talk = in_body()
    assert one(talk.receive(b"250 thanks already\r\n")).reply.code == 451
    talk = in_body()
    assert one(talk.receive(b"552 5.3.4 too big\r\n")).reply.code == 552
    assert talk.dead
    assert not talk.dot


def test_replies_nobody_asked_for_end_the_connection() -> None:
    talk = begun()
    assert talk.receive(b"250 surprise\r\n") == []
    assert talk.dead


def test_answers_to_several_commands_in_one_piece_are_told_apart() -> None:
    talk = begun()
    talk.command(Stage.MAIL, b"MAIL FROM:<>")
    talk.command(Stage.RCPT, b"RCPT TO:<a@b.example>")
    answers = talk.receive(b"250 m\r\n550 r\r\n")
    assert [(answer.stage, answer.reply.code) for answer in answers] == [(Stage.MAIL, 250), (Stage.RCPT, 550)]
    talk.command(Stage.RCPT, b"RCPT TO:<a@b.example>")
    talk.command(Stage.DATA, b"DATA")
    assert [answer.reply.code for answer in talk.lost("gone")] == [451, 451]


def test_a_server_without_ehlo_gets_helo_and_offers_nothing() -> None:
    talk = Conversation(b"gw.example")
    talk.receive(b"220 old\r\n")
    talk.outgoing()
    assert talk.receive(b"502 what\r\n") == []
    assert talk.outgoing() == b"HELO gw.example\r\n"
    assert one(talk.receive(b"250-fine\r\n250 SIZE\r\n")).stage is Stage.HELLO
    assert talk.offers == Offers()


@pytest.mark.parametrize("greeting", [b"554 no\r\n", b"421 busy\r\n", b"250 odd\r\n", b"SSH-2.0-x\r\n"])
def test_an_unfriendly_greeting_is_transient(greeting: bytes) -> None:
    talk = Conversation(b"gw.example")
    answer = one(talk.receive(greeting))
    assert (answer.stage, answer.reply.code) == (Stage.GREETING, 451)
    assert talk.dead


def test_ehlo_and_helo_both_refused_is_transient() -> None:
    talk = Conversation(b"gw.example")
    talk.receive(b"220 x\r\n")
    talk.receive(b"500 no\r\n")
    assert one(talk.receive(b"550 never\r\n")).reply.code == 451


def test_lmtp_gives_one_answer_per_accepted_recipient() -> None:
    talk = in_body(lmtp=True)
    talk.dot_goes()
    assert one(talk.receive(b"250 2.1.5 in the box\r\n")).reply.code == 250
    talk = begun(lmtp=True)
    say(talk, Stage.MAIL, b"M", b"250 x\r\n")
    for _ in range(2):
        say(talk, Stage.RCPT, b"R", b"250 x\r\n")
    say(talk, Stage.RCPT, b"R", b"550 x\r\n")
    say(talk, Stage.DATA, b"DATA", b"354 x\r\n")
    talk.dot_goes()
    assert talk.receive(b"250 one\r\n") == []
    assert one(talk.receive(b"550 two\r\n")).reply.code == 451
    assert not talk.dead


def test_connections_wear_out() -> None:
    talk = begun()
    for _ in range(MAX_ERRORS):
        assert not talk.worn
        say(talk, Stage.RCPT, b"R", b"550 no\r\n")
    assert talk.worn
    talk = begun()
    for _ in range(MAX_RESETS):
        assert not talk.worn
        say(talk, Stage.RSET, b"RSET", b"250 ok\r\n")
    assert talk.worn
    talk = in_body()
    for _ in range(MAX_DELIVERIES):
        assert not talk.worn
        talk.dot_goes()
        talk.receive(b"250 ok\r\n")
        say(talk, Stage.DATA, b"DATA", b"354 x\r\n")
    assert talk.worn


def test_data_refused_leaves_the_transaction_open_for_rset() -> None:
    talk = begun()
    say(talk, Stage.MAIL, b"M", b"250 x\r\n")
    say(talk, Stage.DATA, b"DATA", b"451 not now\r\n")
    assert talk.opened
    say(talk, Stage.RSET, b"RSET", b"250 x\r\n")
    assert not talk.opened


def test_a_refused_rset_ends_the_connection() -> None:
    talk = begun()
    say(talk, Stage.RSET, b"RSET", b"500 x\r\n")
    assert talk.dead


def test_offers_survive_odd_ehlo_lines() -> None:
    assert read_offers([b"", b"SIZE", b"size x", b"\xff\xff", b"dsn junk", b"X=1"]).keywords == {
        "SIZE",
        "DSN",
    }
    assert read_offers([b"SIZE 5"]).size == 5


@given(st.lists(st.binary(max_size=40), max_size=6), st.booleans())
def test_no_bytes_make_it_raise_and_every_command_is_answered_at_most_once(
    pieces: list[bytes], body: bool
) -> None:
    talk = in_body() if body else begun()
    if not body:
        talk.command(Stage.MAIL, b"M")
    answers = [answer for piece in pieces for answer in talk.receive(piece)] + talk.lost("end")
    assert len(answers) == 1
    assert 200 <= answers[0].reply.code <= 599


@given(st.binary(max_size=120))
def test_the_reply_reader_gives_back_the_bytes_it_was_given(data: bytes) -> None:
    reader = ReplyReader()
    try:
        found = reader.feed(data)
    except Exception as error:
        assert type(error).__name__ == "NotAReply"
        return
    assert data.startswith(b"".join(reply.wire for reply, _ in found))


def test_a_huge_multi_line_reply_is_cut_off_before_it_fills_memory() -> None:
    reader = ReplyReader()
    fed = 0
    with pytest.raises(Exception, match="more than"):
        for _ in range(100_000):
            reader.feed(b"250-" + b"z" * 1000 + b"\r\n")
            fed += 1
    assert fed < 100
