"""`release`, `confirm` and `forget` write down who decided what, and `explain` shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gateway.store import Store
from policy.model import Known, Owner
from policy.questions import confirmed, habit, seen

Run = Callable[..., Any]
ID = "0123456789abcdef"
CLERK = Owner("sender", "a@office.example")


@pytest.fixture
def on(oddlink: Run, store_url: str) -> Run:
    """Runs a command line on the store with two messages."""
    return lambda *words: oddlink(*words, "--store", store_url)


def test_a_release_is_carried_out_shown_and_explained(on: Run, store_url: str) -> None:
    ran = on("release", ID, "--by", "anna")
    assert ran.code == 0
    assert ran.out.decode().splitlines() == [
        "released link 2: https://login.odd.test/x?y=1",
        "odd.test is known for a@office.example now",
    ]
    with Store.open(store_url) as store:
        found = store.answer([seen(CLERK, "odd.test")])[seen(CLERK, "odd.test")].value
    assert found.released > 0
    explained = on("explain", ID).out.decode()
    assert "by anna: odd.test is known for a@office.example now" in explained
    (entry,) = on("explain", ID, "--json").objects
    assert [(one["ruling"], one["who"], one["link"]) for one in entry["rulings"]] == [("release", "anna", 2)]


def test_a_confirmation_lists_the_domain(on: Run, store_url: str) -> None:
    ran = on("confirm", ID, "--json", "--link", "2")
    assert (ran.code, ran.objects[0]) == (
        0,
        {
            "id": ID,
            "ruling": "confirm",
            "links": [2],
            "domains": ["odd.test"],
            "words": "on the confirmed list: odd.test",
        },
    )
    with Store.open(store_url) as store:
        assert store.answer([confirmed("odd.test")])[confirmed("odd.test")] == Known("odd.test")
        assert [one.what for one in store.rulings()] == ["confirm"]
        assert store.rulings(since=1e12) == ()


def test_what_is_forgotten_is_gone_from_the_history_and_the_act_is_not(on: Run, store_url: str) -> None:
    on("release", ID)
    ran = on("forget", "a@office.example", "--json", "--by", "anna")
    assert (ran.code, ran.objects[0]["forgotten"], ran.objects[0]["owners"]) == (0, "a@office.example", 1)
    said = b"forgotten: odd.test (what others remembered of links to it: 2)\n"
    assert on("forget", "odd.test").out == said
    assert on("forget", "nosuch.test").out == b"nothing was known of nosuch.test\n"
    with Store.open(store_url) as store:
        assert store.answer([habit(CLERK)])[habit(CLERK)].value.uses == 0
        assert [one.what for one in store.rulings()] == ["release", *["forget"] * 3]


def test_a_release_says_what_it_took_off_the_confirmed_list(on: Run, store_url: str) -> None:
    on("confirm", ID)
    told = on("release", ID).out.decode()
    assert told.endswith("; taken off the confirmed list: odd.test\n")
    assert told.splitlines()[-1] in on("explain", ID).out.decode()
    assert "taken off" not in on("release", ID).out.decode()


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("release", "ffffffffffffffff"), 65, "is not in the store"),
        (("release", "fedcba9876543210"), 65, "has no odd link"),
        (("confirm", ID, "--link", "9"), 65, "has no link 9"),
        (("confirm", ID, "--domain", "none.test"), 65, "has no link to 'none.test'"),
        (("confirm", ID, "--link", "1", "--domain", "odd.test"), 64, "exclude each other"),
        (("forget", "nobody"), 65, "is no address and no domain"),
        (("release",), 64, "Missing argument"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    on: Run, words: tuple[str, ...], code: int, says: str
) -> None:
    ran = on(*words)
    assert (ran.code, ran.out) == (code, b"")
    assert says in ran.err and ran.err.count("\n") == 1


def test_the_help_says_what_they_do(oddlink: Run) -> None:
    for command in ("release", "confirm", "forget"):
        assert b"--by" in oddlink(command, "--help").out
