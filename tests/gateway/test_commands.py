"""The grammar of commands: what passes goes down as the same bytes, so nothing else may pass."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import commands, replies
from gateway.commands import Refused

ALL = frozenset({"SIZE", "8BITMIME", "SMTPUTF8", "DSN"})

ACCEPTED = [
    b"<a@b.example>", b"<>", b"<a.b+c@d.example>", b"<\"a b\"@c.example>", b'<"a\\"b"@c.example>',
    b'<"a>b"@c.example>', b"<a@[192.0.2.1]>", b"<a@[IPv6:2001:db8::1]>",
    b"<@r.example,@q.example:u@x.example>",
    b"<postmaster>", b"<a%b@c.example>", b"<a!b@c.example>", b"<=?utf-8?q?a=40b?=@c.example>", b"a@b.example",
    b"<.a..b.@c.example>", b"<a@b_c.example>", b"<{x}|~`@c.example>",
]  # fmt: skip

REFUSED = [
    b"", b"<", b"<a b@c.example>", b"<a(c)@b.example>", b"<a@b.example", b"a@b.example>", b"<<a@b.example>>",
    b"<a@b.example>x", b"<a,b@c.example>", b"<a;b@c.example>", b"<a:b@c.example>", b"<a@b@c.example>",
    b"<@c.example>", b'<"a@b.example>', b'<"a"b@c.example>', b"<a@[b]c>", b"<a@b c>", b'"N" <a@b.example>',
    b"<a\\b@c.example>", b"<a@b.example> <c@d.example>",
]  # fmt: skip


@pytest.mark.parametrize("path", ACCEPTED)
def test_real_addresses_pass_as_they_are(path: bytes) -> None:
    line = b"MAIL FROM:" + path
    assert commands.mail(line, ALL).line == line
    if path != b"<>":
        assert commands.rcpt(b"RCPT TO:" + path, ALL, utf8=False).line == b"RCPT TO:" + path


@pytest.mark.parametrize("path", REFUSED)
def test_what_is_no_address_is_refused(path: bytes) -> None:
    for verb in (b"MAIL FROM:", b"RCPT TO:"):
        with pytest.raises(Refused) as refused:
            (commands.mail if verb[:1] == b"M" else lambda a, b: commands.rcpt(a, b, utf8=False))(
                verb + path, ALL
            )
        assert refused.value.own.code // 100 == 5


def test_the_address_is_read_without_brackets_and_route() -> None:
    assert commands.mail(b"mail from: <@r.example:u@x.example> size=5", ALL).address == "u@x.example"
    assert commands.mail(b"MAIL FROM:<>", ALL).address == ""
    assert (
        commands.mail(b"MAIL FROM:<a@b.example> SIZE=12 BODY=8BITMIME RET=HDRS ENVID=a+2Bb", ALL).size == 12
    )


def test_eight_bit_addresses_need_smtputf8_and_valid_utf8() -> None:
    address = "<ü@ü.example>".encode()
    assert commands.mail(b"MAIL FROM:" + address + b" SMTPUTF8", ALL).address == "ü@ü.example"
    assert commands.rcpt(b"RCPT TO:" + address, ALL, utf8=True).address == "ü@ü.example"
    for line in (b"MAIL FROM:" + address, b"MAIL FROM:<\xff@b.example> SMTPUTF8"):
        with pytest.raises(Refused):
            commands.mail(line, ALL)
    with pytest.raises(Refused):
        commands.rcpt(b"RCPT TO:" + address, ALL, utf8=False)


@pytest.mark.parametrize(
    ("rest", "own"),
    [
        (b" SIZE=abc", replies.BAD_SYNTAX), (b" SIZE=1 SIZE=2", replies.BAD_SYNTAX),
        (b" SIZE", replies.BAD_SYNTAX),
        (b" BODY=BINARYMIME", replies.BAD_SYNTAX), (b" SMTPUTF8=1", replies.BAD_SYNTAX),
        (b" AUTH=<>", replies.BAD_PARAMETER), (b" X=1", replies.BAD_PARAMETER), (b" =1", replies.BAD_SYNTAX),
        (b" RET=MAYBE", replies.BAD_SYNTAX), (b" ENVID=a=b", replies.BAD_SYNTAX),
    ],
)  # fmt: skip
def test_parameters_outside_the_grammar_or_offer_are_refused(rest: bytes, own: replies.Own) -> None:
    with pytest.raises(Refused) as refused:
        commands.mail(b"MAIL FROM:<a@b.example>" + rest, ALL)
    assert refused.value.own is own


def test_parameters_not_on_offer_are_refused() -> None:
    with pytest.raises(Refused) as refused:
        commands.mail(b"MAIL FROM:<a@b.example> SIZE=1", frozenset())
    assert refused.value.own is replies.BAD_PARAMETER


def test_dsn_parameters_keep_their_case_and_name_their_extension() -> None:
    line = b"RCPT TO:<a@b.example> NOTIFY=success,Delay ORCPT=rfc822;A+2Bx@B.example"
    command = commands.rcpt(line, ALL, utf8=False)
    assert command.line == line
    assert command.needs == {"DSN"}
    with pytest.raises(Refused):
        commands.rcpt(b"RCPT TO:<a@b.example> NOTIFY=NEVER,DELAY", ALL, utf8=False)


def test_a_null_recipient_is_refused() -> None:
    with pytest.raises(Refused):
        commands.rcpt(b"RCPT TO:<>", ALL, utf8=False)


@given(st.binary(max_size=80))
def test_no_bytes_make_the_grammar_raise_anything_else(tail: bytes) -> None:
    for prefix in (b"", b"MAIL FROM:", b"MAIL FROM:<a@b.example> ", b"XFORWARD ", b"EHLO "):
        for read in (commands.mail, lambda a, b: commands.rcpt(a, b, utf8=True)):
            with contextlib.suppress(Refused):
                read(prefix + tail, ALL)
        for other in (commands.hello, commands.xforward):
            with contextlib.suppress(Refused):
                other(prefix + tail)


PATH_TOKENS = (b"<", b">", b"a", b"@", b'"', b"\\", b" ", b"\r", b"\n", b"\0", b",", b":", b"\x80", b".")


@given(st.lists(st.sampled_from(PATH_TOKENS), max_size=14).map(b"".join))
def test_nothing_with_a_control_or_a_second_command_passes(path: bytes) -> None:
    line = b"RCPT TO:" + path
    try:
        command = commands.rcpt(line, ALL, utf8=True)
    except Refused:
        return
    assert command.line == line
    assert not commands.has_control(line)


def test_long_hostile_lines_are_refused_fast() -> None:
    for filler in (b"a.", b'"\\"', b"@a,", b"a@", b"<", b'"a"'):
        with pytest.raises(Refused):
            commands.mail(b"MAIL FROM:<" + filler * 1500 + b"\x01", ALL)


def test_xforward_is_read_and_passed_on_as_far_as_it_is_offered() -> None:
    attributes = commands.xforward(b"XFORWARD NAME=spike.example addr=192.0.2.1 IDENT=4+2BZ")
    assert attributes == {"NAME": b"spike.example", "ADDR": b"192.0.2.1", "IDENT": b"4+2BZ"}
    assert commands.xforward_lines(attributes, {"ADDR"}) == [b"XFORWARD ADDR=192.0.2.1"]
    assert commands.xforward_lines(attributes, set()) == []
    assert commands.xtext(b"4+2BZ") == "4+Z"
    assert commands.xtext(b"[UNAVAILABLE]") == ""


def test_long_xforward_is_split_within_512_octets() -> None:
    attributes = dict.fromkeys(commands.XFORWARD_NAMES, b"x" * 255)
    lines = commands.xforward_lines(attributes, set(commands.XFORWARD_NAMES))
    assert all(len(line) <= 510 for line in lines)
    assert b" ".join(lines).count(b"x" * 255) == len(commands.XFORWARD_NAMES)


@pytest.mark.parametrize("line", [b"XFORWARD", b"XFORWARD FOO=1", b"XFORWARD NAME=", b"XFORWARD NAME=a+zz"])
def test_bad_xforward_is_refused(line: bytes) -> None:
    with pytest.raises(Refused):
        commands.xforward(line)


def test_hello_takes_one_printable_word() -> None:
    assert commands.hello(b"EHLO [192.0.2.1]") == b"[192.0.2.1]"
    for line in (b"EHLO", b"EHLO ", b"EHLO a b", b"EHLO \x01", b"HELO " + b"a" * 256):
        with pytest.raises(Refused):
            commands.hello(line)
