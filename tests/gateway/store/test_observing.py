"""What was only observed is counted right, apart from what policy acted upon."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from gateway.outcome import Outcome
from gateway.store import Store
from gateway.store.observing import DAY, Ruled, Tally
from gateway.store.rows import Ruling
from inspectors.model import Inspection, Message
from policy.model import Decision, Evidence, Identity, Scope, Weighed

Make = Callable[..., Outcome]
START = 20_000 * DAY


@pytest.fixture
def put(store: Store, outcome: Make, decision: Callable[..., Decision]) -> Callable[..., str]:
    """Records a message; links as "HOST POINTS", odd ones with a * in front. Gives its id."""
    plain = outcome(tickets=(), manifest=None, result="untouched", not_rewritten=())
    count = 0

    def made(text: str) -> Decision:
        odd, (host, points) = text.startswith("*"), text.removeprefix("*").split()
        one = decision(f"https://{host}/x", "observe" if odd else "pass")
        signals = ("surprise", "unlisted") if odd else ("surprise",)
        weighed = tuple(Weighed(Evidence(name, 1.0, "x"), 1.0) for name in signals)
        away = (Weighed(Evidence("popular", 1.0, "x"), -1.0),)
        domain = ".".join(host.split(".")[-2:])
        left = "observed" if odd else ""
        return replace(
            one, domain=domain, score=float(points), left=left, weighed=(*weighed, *away), link=one.link
        )

    def put(*links: str, **fields: Any) -> str:
        nonlocal count
        count += 1
        id = f"{count:016x}"
        decisions = tuple(map(made, links))
        sender = fields.pop("sender", "clerk@office.example")
        judgement = replace(
            plain.judgement,
            decisions=decisions,
            identity=Identity(sender, "office.example", "office.example", True, "dkim"),
            scope=Scope(fields.pop("scope", ""), True, 3.0),
            policy_version=fields.pop("version", "v1"),
        )
        inspection = Inspection(Message(b"", (), ()), tuple(one.link for one in decisions))
        values = {"id": id, "at": float(START), "observed": "untouched", **fields}
        store.record(replace(plain, judgement=judgement, inspection=inspection, **values))
        return id

    return put


def test_messages_are_counted_by_scope_version_and_what_would_have_been_done(
    store: Store, put: Callable[..., str]
) -> None:
    put("a.example 1", at=START + 1.0)
    put("a.example 1", at=START + 5.0)
    put(at=START + 3.0)
    put("*a.example 4", observed="held", observed_because=("qr", "signed"), version="v2")
    put("*a.example 4", observed="rewritten", scope="finance")
    put("a.example 1", observed="")
    with store.observations() as seen:
        assert seen.tallies() == [
            Tally("", "v1", "untouched", (), 3, 2, START + 1.0, START + 5.0),
            Tally("", "v2", "held", ("qr", "signed"), 1, 1, START, START),
            Tally("finance", "v1", "rewritten", (), 1, 1, START, START),
        ]
    with store.observations(START + 4.0) as seen:
        assert [(one.messages, one.first) for one in seen.tallies()] == [(1, START + 5.0)]


def test_days_are_those_on_which_mail_with_links_was_observed(store: Store, put: Callable[..., str]) -> None:
    put("a.example 1", at=START + 0.0)
    put("a.example 1", at=START + DAY - 0.5)
    put(at=START + 1.0 * DAY)
    put("a.example 1", at=START + 2.0 * DAY, observed="")
    put("a.example 1", at=START + 3.0 * DAY, version="v2")
    put("a.example 1", at=START + 4.0 * DAY, scope="finance")
    with store.observations() as seen:
        assert sorted(seen.days("")) == [("v1", 20_000), ("v2", 20_003)]
        assert seen.days("finance") == [("v1", 20_004)]


def test_odd_domains_come_with_their_senders_points_and_an_example(
    store: Store, put: Callable[..., str]
) -> None:
    put("*x.odd.test 4", "*y.odd.test 5", "usual.example 0", sender="b@b.example")
    best = put("*odd.test 6.5", sender="a@a.example")
    put("*odd.test 4", sender="a@a.example")
    other = put("*other.test 3.5", sender="c@c.example")
    put("*odd.test 9", observed="")
    put("*odd.test 9", scope="finance")
    with store.observations() as seen:
        pairs, (first, second) = seen.domains("", 20)
        assert pairs == 4
        assert (first.domain, first.messages, first.senders, first.points, first.example) == (
            "odd.test", 3, 2, 6.5, best
        )  # fmt: skip
        assert first.named == ("a@a.example", "b@b.example")
        assert (second.domain, second.example) == ("other.test", other)
        assert seen.domains("", 1) == (4, [first])
        assert seen.domains("none", 20) == (0, [])


def test_signals_are_counted_once_a_message_and_only_where_they_counted_against_an_odd_link(
    store: Store, put: Callable[..., str]
) -> None:
    put("*odd.test 4", "*other.test 4", "usual.example 1")
    put("*odd.test 4")
    put("usual.example 1")
    put("*odd.test 4", observed="")
    with store.observations() as seen:
        assert seen.signals("") == [("surprise", 2), ("unlisted", 2)]


def test_every_domain_of_a_message_is_scored_once_by_its_oddest_link(
    store: Store, put: Callable[..., str]
) -> None:
    one = put("a.x.example 1", "b.x.example 2.5", "y.example 0", "a.x.example 2")
    two = put("x.example -3", version="v2")
    put("x.example 9", observed="")
    put("x.example 9", scope="finance")
    with store.observations() as seen:
        found = [(one.message, one.domain, one.hosts, one.points) for one in seen.scored("")]
        assert found == [
            (one, "x.example", ("a.x.example", "b.x.example"), 2.5),
            (one, "y.example", ("y.example",), 0.0),
            (two, "x.example", ("x.example",), -3.0),
        ]
        assert [one.message for one in seen.scored("", "v2")] == [two]


def test_the_last_ruling_on_a_link_counts(store: Store, put: Callable[..., str]) -> None:
    id = put("*odd.test 4", "*other.test 4")
    gone = put("*odd.test 4", observed="")
    for at, (message, link, what) in enumerate(
        [(id, 0, "release"), (id, 1, "release"), (id, 0, "confirm"), (gone, 0, "confirm")]
    ):
        note = Ruling(float(at), "ann", what, message, link, "odd.test")
        if what == "confirm":
            store.confirm([note], ["odd.test"], [])
        else:
            store.release([note], None, float(at))
    with store.observations() as seen:
        assert sorted(seen.rulings(""), key=lambda one: one.domain) == [
            Ruled(id, "odd.test", "confirm"),
            Ruled(id, "other.test", "release"),
        ]
        assert seen.confirmed() == {"odd.test"}
