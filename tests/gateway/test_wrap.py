"""Which links are wished rewritten: those decided odd or named, where a click page can stand in for them."""

from __future__ import annotations

import pytest

from gateway import tokens
from gateway.tokens import Key, Keyring
from gateway.wrap import ATTACHED, NO_KEY, OWN, SCHEME, SIGNED, Wishes, Wrapper, wishes
from inspectors.model import Flag, Inspection, Leaf, Link, Message, Span
from policy.model import Decision

BASE = "https://click.bank.example"
RING = Keyring((Key("b2", b"n" * 32, 2.0, retired=False),))
WRAPPER = Wrapper(BASE, RING)


def link(url: str, leaf: str = "1", place: str = "html:a.href", host: str = "odd.example") -> Link:
    return Link(leaf, url, url.replace("https://", "HTTPS://"), "", place, None, host)


def wished(
    *links: Link, odd: tuple[int, ...] = (), force: tuple[str, ...] = (), wrapper: Wrapper = WRAPPER
) -> Wishes:
    leaves = tuple(
        Leaf(path, "text/plain", "", "7bit", "", disposition, Span(0, 0), Span(0, 0))
        for path, disposition in (("1", ""), ("2", "attachment"), ("3", "inline"))
    )
    inspection = Inspection(Message(b"", (), leaves), links)
    decisions = tuple(
        Decision(one, "d", "rewrite" if number in odd else "pass", 0.0, (), "p", "")
        for number, one in enumerate(links)
    )
    return wishes(inspection, decisions, wrapper, force)


def test_a_link_decided_odd_gets_a_ticket_that_our_keys_read() -> None:
    made = wished(link("https://a.example/"), link("https://odd.example/x"), odd=(1,))
    (edit,), (ticket,) = made.edits, made.tickets
    assert (ticket.url, ticket.link) == ("https://odd.example/x", 1)
    assert made.left == ()
    assert len(edit.urls) == 3
    for url in edit.urls:
        host, written = url.removeprefix(BASE + "/").split("/")
        assert host == "odd.example"
        assert tokens.read(host, written, RING) == ticket.id
        assert len(url) < 120


def test_every_link_has_a_ticket_of_its_own() -> None:
    made = wished(*(link("https://odd.example/x") for _ in range(50)), odd=tuple(range(50)))
    assert len({ticket.id for ticket in made.tickets}) == 50


@pytest.mark.parametrize("named", ["https://a.example/", "HTTPS://a.example/"])
def test_a_link_is_forced_as_opened_or_as_written(named: str) -> None:
    made = wished(link("https://a.example/"), link("https://b.example/"), force=(named,))
    assert [ticket.url for ticket in made.tickets] == ["https://a.example/"]


def test_a_bare_file_without_decisions_can_be_forced() -> None:
    inspection = Inspection(Message(b"", (), ()), (link("https://a.example/", "", "pdf:annotation"),))
    assert len(wishes(inspection, (), WRAPPER, ("https://a.example/",)).edits) == 1


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        (link("mailto:a@b.example"), SCHEME),
        (link("ftp://a.example/"), SCHEME),
        (link("javascript:alert(1)"), SCHEME),
        (link(tokens.mint(BASE, "a.example", "0123456789abcdef", RING)[0]), OWN),
        (link("https://a.example/", "2", "text"), ATTACHED),
        (link("https://a.example/", "2", "html:a.href"), ATTACHED),
    ],
    ids=lambda value: value.url[:20] if isinstance(value, Link) else "",
)
def test_what_is_not_wrapped_is_listed_with_the_reason(odd: Link, reason: str) -> None:
    made = wished(odd, link("https://b.example/"), odd=(0, 1))
    assert [(one.leaf, one.reason) for one in made.left] == [(odd.leaf, reason)]
    assert [ticket.link for ticket in made.tickets] == [1]


def test_an_attached_pdf_is_wrapped_and_an_attached_text_only_when_forced() -> None:
    assert wished(link("https://a.example/", "2", "pdf:annotation"), odd=(0,)).left == ()
    text = link("https://a.example/", "2", "text")
    assert wished(text, odd=(0,), force=("https://a.example/",)).left == ()
    assert wished(link("https://a.example/", "3", "text"), odd=(0,)).left == ()


def test_a_url_that_the_store_cannot_keep_is_left_with_the_reason() -> None:
    made = wished(link("https://a.example/" + "x" * 1_000_000), odd=(0,))
    assert made.edits == ()
    assert made.left[0].reason


def test_without_a_key_that_may_sign_nothing_is_wrapped_and_nothing_breaks() -> None:
    retired = Keyring((Key("b2", b"n" * 32, 2.0, retired=True),))
    for ring in (retired, Keyring(())):
        made = wished(link("https://a.example/"), odd=(0,), wrapper=Wrapper(BASE, ring))
        assert (made.edits, made.left[0].reason) == ((), NO_KEY)


def test_a_signed_pdf_is_left_unless_the_policy_appends_or_a_person_names_the_link() -> None:
    odd, beside = (
        link("https://a.example/", "2", "pdf:annotation"),
        link("https://b.example/", "3", "pdf:launch"),
    )
    signed = Flag("pdf-signed", "2", "The PDF carries a digital signature.")
    inspection = Inspection(Message(b"", (), ()), (odd, beside), flags=(signed,))
    decisions = tuple(Decision(one, "d", "rewrite", 9.0, (), "p", "") for one in (odd, beside))
    left = wishes(inspection, decisions, WRAPPER)
    assert [(one.leaf, one.reason) for one in left.left] == [("2", SIGNED)]
    assert [ticket.link for ticket in left.tickets] == [1]
    for how in ({"append": True}, {"force": (odd.url,)}):
        made = wishes(inspection, decisions, WRAPPER, **how)
        assert (len(made.edits), made.left) == (2, ())
