"""Mail that a list sent on in its own name, and who is behind it."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspectors.model import Header, Span
from policy.history import owners, readings
from policy.identity import who
from policy.lists import behind
from policy.model import Envelope, Facts, Owner, Trust

Make = Callable[..., tuple[Header, ...]]
LIST = ("List-Id", "Talk <talk.lists.example>")
POST = ("List-Post", "<mailto:talk@lists.example>")
VIA = ("From", "Jane Doe via Talk <talk@lists.example>")
JANE = "jane@firm.example"


@pytest.mark.parametrize(
    "fields",
    [
        [LIST, VIA, ("Reply-To", f"Jane Doe <{JANE}>")],
        [LIST, VIA, ("Reply-To", f"{JANE}, talk@lists.example")],
        [POST, VIA, ("X-MailFrom", JANE), ("Reply-To", "talk@lists.example")],
        [LIST, POST, ("From", "talk@lists.example"), ("X-MailFrom", f"<{JANE}>")],
        [LIST, ("From", "'Jane' <talk@lists.example>"), ("X-Original-From", f"Jane <{JANE}>")],
        [LIST, VIA, ("X-Original-From", JANE), ("Reply-To", "other@else.example")],
    ],
)
def test_the_person_is_the_one_the_list_names(make_headers: Make, fields: list[tuple[str, str]]) -> None:
    assert behind(make_headers(*fields), "talk@lists.example") == JANE


@pytest.mark.parametrize(
    "fields",
    [
        [VIA, ("Reply-To", JANE)],
        [LIST, VIA],
        [LIST, VIA, ("Reply-To", "talk@lists.example")],
        [LIST, VIA, ("Reply-To", f"{JANE}, john@else.example")],
        [LIST, VIA, ("Reply-To", "rubbish@@x <")],
        [LIST, POST, ("From", "news@lists.example"), ("Reply-To", JANE)],
        [LIST, ("From", "Jane <talk@lists.example>"), ("Reply-To", JANE)],
    ],
)
def test_where_no_list_rewrote_from_there_is_nobody_behind(
    make_headers: Make, fields: list[tuple[str, str]]
) -> None:
    assert behind(make_headers(*fields), "talk@lists.example") == ""


def test_an_author_whose_from_was_left_is_himself(make_headers: Make) -> None:
    headers = make_headers(
        LIST, POST, ("From", JANE), ("X-MailFrom", JANE), ("Reply-To", "talk@lists.example")
    )
    assert behind(headers, JANE) == ""


def test_the_list_is_a_level_of_its_own_and_nobodys_history_is_written_by_its_word(
    make_headers: Make,
) -> None:
    headers = make_headers(LIST, VIA, ("Reply-To", JANE))
    identity = who(headers, Envelope(), Trust(from_is_genuine=True), Facts())
    assert (identity.address, identity.person, identity.genuine) == ("talk@lists.example", JANE, True)
    assert owners(identity) == (
        Owner("sender", "jane@firm.example via talk@lists.example"),
        Owner("domain", "talk@lists.example"),
        Owner("organisation", ""),
    )
    assert Owner("sender", JANE) not in {owner for one in readings(identity) for owner in owners(one)}


def test_fields_of_a_list_do_not_hide_a_sender_from_his_own_habits(make_headers: Make) -> None:
    headers = make_headers(LIST, ("From", "X via Y <clerk@office.example>"), ("Reply-To", "x@else.example"))
    identity = who(headers, Envelope(), Trust(from_is_genuine=True), Facts())
    everybody = {owner for one in readings(identity) for owner in owners(one)}
    assert {Owner("sender", "clerk@office.example"), Owner("domain", "office.example")} <= everybody


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["from", "reply-to", "list-id", "list-post", "x-mailfrom", "x-original-from"]),
            st.binary(max_size=80),
        ),
        max_size=8,
    )
)
def test_no_fields_raise(fields: list[tuple[str, bytes]]) -> None:
    headers = tuple(Header(name, Span(0, 0), value) for name, value in fields)
    assert isinstance(behind(headers, "talk@lists.example"), str)
