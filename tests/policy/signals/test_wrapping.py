"""Signals about wrapped links see the wrapper; the others see where it leads."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from inspectors.wrappers import unwrapped
from policy import questions
from policy.model import Habit, Known, Owner, Seen
from policy.questions import listed, rank
from policy.rules import Entry, Rules
from policy.signals import (
    blocked,
    broken_wrapper,
    embedded_url,
    foreign_wrapper,
    hidden_target,
    nested_wrapper,
    participant,
    popular,
    redirector,
    shown_text,
    user_info,
    wrapper,
)
from policy.signals.case import Case, target

MakeCase = Callable[..., Case]
SAFE = "https://eur01.safelinks.protection.outlook.com/?url={}&data=05%7C01%7Cclerk%40{}%7Cx"
GOOGLE = "https://www.google.com/url?q={}"
BROKEN = "https://www.google.com/url?q=https://a.example/&q=https://b.example/"
MIMECAST = "https://protect-eu.mimecast.com/s/abc?domain=portal.example"


def _safe(url: str, whom: str = "office.example") -> str:
    return SAFE.format(url, whom)


def test_the_case_is_about_the_destination_and_knows_the_wrapper(make_case: MakeCase) -> None:
    case = make_case(_safe("http://www.evil.test:8081/x"))
    assert (case.target.scheme, case.target.host, case.target.port) == ("http", "www.evil.test", 8081)
    assert case.domain == "evil.test" and case.wrapper == "eur01.safelinks.protection.outlook.com"
    plain = make_case("https://a.example/")
    assert plain.wrapper == "" and plain.domain == "a.example"
    assert make_case(MIMECAST).domain == "mimecast.com"


def test_user_names_in_the_destination_and_in_the_wrapper_are_both_seen(make_case: MakeCase) -> None:
    inner = make_case(_safe("https://bank.example%40evil.test/"))
    assert inner.target.user_info == "bank.example" and inner.target.host == "evil.test"
    assert user_info.signal(inner) is not None
    outer = make_case("https://bank.example@www.google.com/url?q=https://evil.test/")
    assert outer.target.user_info == "bank.example" and outer.target.host == "evil.test"


def test_a_target_that_cannot_be_taken_apart_never_raises(make_link: Callable[..., Any]) -> None:
    link = replace(make_link("https://a.example/"), target="https://[x/")
    assert target(link).host == ""


def test_words_of_the_link_are_compared_with_the_destination(make_case: MakeCase) -> None:
    assert shown_text.signal(make_case(_safe("https://portal.example/"), shown="www.portal.example")) is None
    assert shown_text.signal(make_case(_safe("https://evil.test/"), shown="www.portal.example")) is not None


def test_wrapper_names_all_layers_and_the_destination(make_case: MakeCase) -> None:
    found = wrapper.signal(
        make_case(_safe("https%3A%2F%2Fwww.google.com%2Furl%3Fq%3Dhttps%3A%2F%2Fa.example%2F"))
    )
    assert found is not None
    assert found.words == "Wrapped by Microsoft Safe Links, then by Google; leads to https://a.example/"
    hidden = wrapper.signal(make_case(MIMECAST))
    assert hidden is not None and hidden.words.endswith("where it leads cannot be read")
    assert wrapper.signal(make_case("https://a.example/")) is None
    long = wrapper.signal(make_case(_safe("https://a.example/" + "x" * 3000)))
    assert long is not None and len(long.words) < 400 and long.words.endswith("…")


def test_nested_wrapper_needs_two_layers_that_pass_the_reader_on(make_case: MakeCase) -> None:
    assert nested_wrapper.signal(make_case(_safe("https://a.example/"))) is None
    two = nested_wrapper.signal(make_case(_safe(GOOGLE.format("https://a.example/"))))
    assert two is not None and two.strength == 0.5
    archived = _safe("https://web.archive.org/web/2015/https://a.example/")
    assert nested_wrapper.signal(make_case(archived)) is None


def test_foreign_wrapper_is_made_for_somebody_outside_the_mail(make_case: MakeCase) -> None:
    case = make_case(_safe("https://a.example/", "other.example"))
    inside = frozenset({"office.example", "our.example"})
    found = foreign_wrapper.signal(replace(case, company=inside))
    assert found is not None and "somebody at other.example" in found.words
    assert foreign_wrapper.signal(replace(case, company=inside | {"other.example"})) is None
    assert foreign_wrapper.signal(case) is None  # nothing is known of who is in the mail
    nobody = make_case("https://linkprotect.cudasvc.com/url?a=https://a.example/")
    assert foreign_wrapper.signal(replace(nobody, company=inside)) is None


@pytest.mark.parametrize(
    ("url", "strength"),
    [
        (GOOGLE.format("https://a.example/"), 1.0),
        (_safe(GOOGLE.format("https://a.example/")), 1.0),
        ("https://www.google.com/amp/s/a.example/", 0.5),
        (GOOGLE.format("https://maps.google.com/x"), 0.0),
        (_safe("https://a.example/"), 0.0),
        (BROKEN, 0.0),
        ("https://a.example/", 0.0),
    ],
)
def test_redirector_is_a_site_that_passes_on_to_another(
    make_case: MakeCase, url: str, strength: float
) -> None:
    found = redirector.signal(make_case(url))
    assert (found.strength if found else 0.0) == strength


def test_hidden_target_names_what_nothing_proves(make_case: MakeCase) -> None:
    found = hidden_target.signal(make_case(MIMECAST))
    assert found is not None and "portal.example, which nothing proves" in found.words
    assert hidden_target.signal(make_case(_safe(MIMECAST))) is not None
    assert hidden_target.signal(make_case(_safe("https://a.example/"))) is None
    assert hidden_target.signal(make_case("https://a.example/")) is None


@pytest.mark.parametrize(
    ("url", "strength"),
    [
        ("https://www.so.com/link?m=bXh5eno", 1.0),
        ("https://www.baidu.com/link?url=bXh5enoabc", 1.0),
        ("https://www.baidu.com/s?wd=oddlink", 0.0),
        (MIMECAST, 0.5),
    ],
)
def test_a_code_anybody_can_have_hides_more_than_a_service_of_the_trade(
    make_case: MakeCase, url: str, strength: float
) -> None:
    found = hidden_target.signal(make_case(url))
    assert (found.strength if found else 0.0) == strength


def test_a_service_the_sender_always_uses_hides_nothing_new(make_case: MakeCase) -> None:
    sender = Owner("sender", "clerk@office.example")
    host = make_case(MIMECAST).site
    facts = {
        questions.habit(sender): Known(Habit(9, 9, 1)),
        questions.seen(sender, host): Known(Seen(9, 1, 2)),
    }
    assert hidden_target.signal(make_case(MIMECAST, facts=facts)) is None
    assert hidden_target.signal(make_case(MIMECAST, facts=facts, genuine=False)) is not None


def test_broken_wrapper_weighs_two_destinations_more_than_none(make_case: MakeCase) -> None:
    two, none = (
        broken_wrapper.signal(make_case(BROKEN)),
        broken_wrapper.signal(make_case(_safe("javascript:x"))),
    )
    assert two is not None and none is not None and two.strength > none.strength > 0
    for url in (_safe("https://a.example/"), MIMECAST, "https://a.example/"):
        assert broken_wrapper.signal(make_case(url)) is None


def test_fame_and_kinship_of_a_wrapper_excuse_no_broken_link(make_case: MakeCase) -> None:
    facts = {rank("google.com"): Known(1)}
    assert popular.signal(make_case("https://www.google.com/maps", facts=facts)) is not None
    assert popular.signal(make_case(BROKEN, facts=facts)) is None
    assert participant.signal(make_case("https://www.google.com/x", participants=("google.com",))) is not None
    assert participant.signal(make_case(BROKEN, participants=("google.com",))) is None


def test_a_block_list_stops_the_wrapper_as_well_as_the_destination(make_case: MakeCase, rules: Rules) -> None:
    for domain in ("evil.test", "outlook.com"):
        own = replace(rules, block=(Entry(domain, "tests"),))
        found = blocked.signal(make_case(_safe("https://evil.test/"), own_rules=own))
        assert found is not None and domain in found.words
    facts = {listed("block", "eur01.safelinks.protection.outlook.com"): Known(True)}
    assert blocked.signal(make_case(_safe("https://evil.test/"), facts=facts)) is not None


@pytest.mark.parametrize(
    ("url", "seen"),
    [
        ("https://a.example/go?to=https://evil.test/x", True),
        ("https://a.example/go?to=https%3A%2F%2Fevil.test%2Fx", True),
        ("https://a.example/go?to=https%253A%252F%252Fevil.test%252Fx", True),
        ("https://a.example/go/aHR0cHM6Ly9ldmlsLnRlc3QveA", True),
        ("https://a.example/x#https://evil.test/", True),
        ("https://a.example/go?to=https://login.a.example/", False),
        ("https://a.example/go?to=/home", False),
        ("https://a.example/http://", False),
        ("https://a.example/aHR0cHM6", False),
        ("https://a.example/", False),
        ("mailto:x@a.example?body=https://evil.test/", False),
        (_safe("https://evil.test/?u=https://a.example/"), False),
    ],
)
def test_embedded_url_sees_another_sites_address(make_case: MakeCase, url: str, seen: bool) -> None:
    assert (embedded_url.signal(make_case(url)) is not None) is seen


def test_a_destination_across_the_wrapper_keeps_the_link_itself(make_case: MakeCase) -> None:
    url = _safe("https://a.example/")
    case = make_case(url)
    assert case.link.url == url and case.link == unwrapped(replace(case.link, target="", wrapped=()))
