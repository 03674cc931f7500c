"""Sites: where strangers publish below one registrable domain, the host is what a habit is about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspectors.model import Inspection
from policy.domains import above, registrable
from policy.judge import ask, judge
from policy.lessons import lesson
from policy.model import Envelope, Facts, Trust
from policy.policyfile import load
from policy.sites import site

SHARED = frozenset({"sites.provider.example", "builder.test", "storage.invalid"})


@pytest.mark.parametrize(
    ("host", "known_as"),
    [
        ("www.office.example", "office.example"),
        ("www.provider.example", "provider.example"),
        ("Sites.Provider.example.", "sites.provider.example"),
        ("www.sites.provider.example", "sites.provider.example"),
        ("one.sites.provider.example", "one.sites.provider.example"),
        ("builder.test", "builder.test"),
        ("www.builder.test", "builder.test"),
        ("shop.builder.test", "shop.builder.test"),
        ("a.b.shop.builder.test", "shop.builder.test"),
        ("192.0.2.1", "192.0.2.1"),
        ("intranet", "intranet"),
        ("", ""),
    ],
)
def test_a_site_is_what_one_party_publishes_on(host: str, known_as: str) -> None:
    assert site(host, SHARED) == known_as


def test_a_customer_the_suffix_list_knows_is_not_joined_with_others() -> None:
    assert site("www.me.github.io", frozenset({"github.io", "io"})) == "me.github.io"
    bucket = "bucket.s3.us-east-1.amazonaws.com"
    assert site(bucket, frozenset({"amazonaws.com"})) == bucket


LABELS = st.lists(
    st.sampled_from(["www", "a", "sites", "builder", "provider", "test", "example"]), max_size=6
)


@given(LABELS, st.lists(LABELS.map(".".join), max_size=4).map(frozenset))
def test_a_site_lies_between_the_host_and_its_domain(labels: list[str], shared: frozenset[str]) -> None:
    host = ".".join(labels)
    found = site(host, shared)
    assert found == host or found in above(host)
    assert found == registrable(host) or registrable(host) in above(found)
    assert site(found, shared) == found, "known as the same when asked again"


def test_a_habit_of_one_site_is_none_of_its_neighbours(
    make_past: Callable[[], Any], make_inspection: Callable[..., Inspection]
) -> None:
    """The sender always links to www.google.com; a page that anyone can put up there is no habit of his."""
    policy, trust, past = load(), Trust(from_is_genuine=True), make_past()
    for _ in range(40):
        past.message("clerk@office.example", "google.com")

    def evidence(url: str) -> set[str]:
        inspection = make_inspection(url)
        facts = past.facts(ask(inspection, Envelope(), policy, trust))
        decision = judge(inspection, Envelope(), facts, policy, trust).decisions[0]
        assert decision.domain == "google.com"
        return {one.evidence.signal for one in decision.weighed}

    assert "familiar" in evidence("https://www.google.com/maps")
    odd = evidence("https://sites.google.com/view/x")
    assert "familiar" not in odd and {"surprise", "free_host"} <= odd


def test_a_message_teaches_the_site(make_inspection: Callable[..., Inspection]) -> None:
    policy, trust = load(), Trust(from_is_genuine=True)
    inspection = make_inspection("https://sites.google.com/view/x", "https://www.google.com/maps")
    judgement = judge(inspection, Envelope(), Facts(), policy, trust)
    learned = lesson(judgement, policy.rules, 1.0)
    assert learned is not None and learned.domains == ("google.com", "sites.google.com")


def test_a_provider_in_the_conversation_excuses_none_of_its_customers(
    make_inspection: Callable[..., Inspection],
) -> None:
    policy, envelope = load(), Envelope(rcpt_tos=("someone@google.com",))

    def signals(url: str) -> set[str]:
        judged = judge(make_inspection(url), envelope, Facts(), policy, Trust())
        return {one.evidence.signal for one in judged.decisions[0].weighed}

    assert "participant" in signals("https://www.google.com/x")
    assert "participant" not in signals("https://storage.cloud.google.com/x")
