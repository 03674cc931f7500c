"""Each signal sees what it is for and nothing else."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from policy.model import Habit, Known, Owner, Seen, Unknown
from policy.questions import habit, listed, rank, seen
from policy.rules import Entry, Rules
from policy.signals import (
    blocked,
    familiar,
    free_host,
    ip_literal,
    lookalike,
    odd_port,
    participant,
    popular,
    punycode,
    shortener,
    shown_text,
    surprise,
    unlisted,
    user_info,
)
from policy.signals.case import Case
from policy.signals.registry import FAMILIES, SIGNALS

MakeCase = Callable[..., Case]
CLERK = Owner("sender", "clerk@office.example")
OFFICE = Owner("domain", "office.example")
ALL = Owner("organisation", "")


def _strength(found: Any) -> float:
    return 0.0 if found is None else float(found.strength)


def test_signals_are_registered_once_with_a_known_family_and_give_their_own_name() -> None:
    names = [signal.name for signal in SIGNALS]
    assert len(names) == len(set(names)) and {signal.family for signal in SIGNALS} == set(FAMILIES)
    for signal in SIGNALS:
        assert signal.see.__module__.rsplit(".", 1)[1] == signal.name


def test_every_signal_has_points_in_the_shipped_policy(rules: Rules) -> None:
    assert {signal.name for signal in SIGNALS} == set(rules.points) and set(rules.caps) == set(FAMILIES)


def _history(domain: str, *, times: int = 0) -> dict[Any, Any]:
    answers: dict[Any, Any] = {habit(owner): Known(Habit(30, 60, 4)) for owner in (CLERK, OFFICE, ALL)}
    answers |= {
        seen(owner, domain): Known(Seen(times, 1, 2) if times else None) for owner in (CLERK, OFFICE, ALL)
    }
    return answers


def test_surprise_names_messages_domains_and_what_it_rests_on(make_case: MakeCase) -> None:
    found = surprise.signal(make_case("https://odd.test/", facts=_history("odd.test")))
    assert found is not None and 0.2 < found.strength <= 1
    assert (
        "30 earlier messages from clerk@office.example linked to 4 domains, never to odd.test" in found.words
    )
    assert habit(CLERK) in found.used and seen(ALL, "odd.test") in found.used


def test_surprise_says_that_an_unproved_sender_is_only_claimed(make_case: MakeCase) -> None:
    found = surprise.signal(make_case("https://odd.test/", genuine=False, facts=_history("odd.test")))
    assert found is not None and "as the message claims" in found.words


def test_surprise_is_silent_on_usual_domains_unknown_history_and_inner_hosts(make_case: MakeCase) -> None:
    assert surprise.signal(make_case("https://odd.test/", facts=_history("odd.test", times=3))) is None
    assert (
        surprise.signal(make_case("https://odd.test/", facts={habit(CLERK): Unknown("store down")})) is None
    )
    assert surprise.signal(make_case("http://10.0.0.1/", facts=_history("10.0.0.1"))) is None


def test_familiar_needs_a_genuine_sender_and_grows_with_use(make_case: MakeCase) -> None:
    once = familiar.signal(make_case("https://a.test/", facts=_history("a.test", times=1)))
    often = familiar.signal(make_case("https://x.a.test/", facts=_history("a.test", times=9)))
    assert 0 < _strength(once) < _strength(often) == 1
    assert (
        familiar.signal(make_case("https://a.test/", genuine=False, facts=_history("a.test", times=9)))
        is None
    )
    assert familiar.signal(make_case("https://a.test/", facts=_history("a.test"))) is None


def test_participant_is_a_domain_of_the_conversation(make_case: MakeCase) -> None:
    people = ("office.example",)
    assert _strength(participant.signal(make_case("https://www.office.example/", participants=people))) == 1
    assert participant.signal(make_case("https://xoffice.example/", participants=people)) is None


def test_the_address_of_another_site_in_the_link_takes_its_popularity(make_case: MakeCase) -> None:
    facts = {rank("big.test"): Known(5)}
    login = "https://login.big.test/oauth2/authorize?client_id=1&redirect_uri="
    assert popular.signal(make_case(login + "https%3A%2F%2Fodd.test%2Fx", facts=facts)) is None
    assert popular.signal(make_case(login + "https%3A%2F%2Fwww.big.test%2Fx", facts=facts)) is not None


@pytest.mark.parametrize(
    "host", ["gist.github.com", "cdn.discordapp.com", "pastebin.com", "acrobat.adobe.com"]
)
def test_what_anybody_shares_under_a_famous_name_is_not_popular(make_case: MakeCase, host: str) -> None:
    case = make_case(
        f"https://{host}/x/y", facts={rank(host.partition(".")[2]): Known(5), rank(host): Known(5)}
    )
    assert popular.signal(case) is None and case.free_host() and case.site == host


def test_popular_counts_by_logarithm_of_the_rank_and_not_where_anyone_publishes(make_case: MakeCase) -> None:
    def strength(place: Any, url: str = "https://big.test/") -> float:
        return _strength(popular.signal(make_case(url, facts={rank("big.test"): Known(place)})))

    assert strength(10) == strength(1000) == 1
    assert strength(10_000) == pytest.approx(0.5)
    assert strength(200_000) == strength(None) == 0
    facts = {rank("big.test"): Known(10), listed("free-hosts", "me.big.test"): Known(True)}
    assert popular.signal(make_case("https://me.big.test/", facts=facts)) is None
    assert popular.signal(make_case("https://big.test/")) is None


def test_unlisted_needs_a_list_that_answers(make_case: MakeCase) -> None:
    assert _strength(unlisted.signal(make_case("https://a.test/", facts={rank("a.test"): Known(None)}))) == 1
    for answer in (Unknown("no list"), Known(7), Known("rubbish")):
        assert unlisted.signal(make_case("https://a.test/", facts={rank("a.test"): answer})) is None


@pytest.mark.parametrize(
    ("shown", "strength"),
    [
        ("https://office.example/notice", 1.0),
        ("www.office.example", 1.0),
        (" HTTPS://Office.Example/ ", 1.0),
        ("<https://office.example/notice>", 1.0),
        ("bank.com", 0.5),
        ("https://other.a.test/x", 0.0),
        ("a.test", 0.0),
        ("Read the notice", 0.0),
        ("see office.example for more", 0.0),
        ("node.example", 0.0),
        ("clerk@office.example", 0.0),
        ("1.5", 0.0),
        ("", 0.0),
        ("https://office.example/" + "x" * 5000, 0.0),
    ],
)
def test_shown_text_is_compared_where_it_names_a_host(
    make_case: MakeCase, shown: str, strength: float
) -> None:
    assert _strength(shown_text.signal(make_case("https://www.a.test/", shown=shown))) == strength


def test_lookalike_protects_participants_and_brands(make_case: MakeCase, rules: Rules) -> None:
    people = ("office.example", "gmail.com")
    assert _strength(lookalike.signal(make_case("https://0ffice.test/", participants=people))) == 1
    assert lookalike.signal(make_case("https://www.office.example/", participants=people)) is None
    assert lookalike.signal(make_case("https://gmall.com/", participants=people)) is None
    branded = replace(rules, lookalike=replace(rules.lookalike, brands=("ministry.example",)))
    assert (
        _strength(lookalike.signal(make_case("https://ministry.example.login.test/", own_rules=branded))) == 1
    )


def test_punycode_is_half_for_one_alphabet_and_full_for_mixtures(make_case: MakeCase) -> None:
    def strength(name: str) -> float:
        return _strength(punycode.signal(make_case(f"https://{name.encode('idna').decode()}.test/")))

    assert strength("bücher") == 0.5 and strength("пример") == 0.5 and strength("日本語の") == 0.5
    assert strength("bаnk") == 1.0
    assert strength("bank") == 0.0


def test_user_info_is_seen_in_web_links_only(make_case: MakeCase) -> None:
    assert _strength(user_info.signal(make_case("https://www.bank.example@evil.test/"))) == 1
    assert _strength(user_info.signal(make_case("https://me@evil.test/"))) == 0.6
    assert user_info.signal(make_case("ftp://me@files.test/")) is None
    assert user_info.signal(make_case("https://evil.test/me@here")) is None


def test_ip_literals_count_unless_they_are_inside(make_case: MakeCase) -> None:
    assert _strength(ip_literal.signal(make_case("http://8.8.8.8/"))) == 1
    assert _strength(ip_literal.signal(make_case("http://[2606:4700::1]/"))) == 1
    for url in ("http://192.168.1.1/", "http://127.0.0.1:8080/", "http://a.test/"):
        assert ip_literal.signal(make_case(url)) is None


def test_odd_ports_are_those_the_policy_does_not_name(make_case: MakeCase) -> None:
    assert _strength(odd_port.signal(make_case("http://a.test:4433/"))) == 1
    for url in ("http://a.test/", "https://a.test:443/", "http://printer:631/", "http://a.test:99999/"):
        assert odd_port.signal(make_case(url)) is None


def test_shorteners_and_free_hosts_come_from_the_policy_and_from_lists(make_case: MakeCase) -> None:
    assert _strength(shortener.signal(make_case("https://bit.ly/x"))) == 1
    found = shortener.signal(
        make_case("https://s.test/x", facts={listed("shorteners", "s.test"): Known(True)})
    )
    assert found is not None and found.used == (listed("shorteners", "s.test"),)
    assert (
        shortener.signal(make_case("https://s.test/x", facts={listed("shorteners", "s.test"): Known(False)}))
        is None
    )
    assert _strength(free_host.signal(make_case("https://me.weebly.com/"))) == 1
    assert free_host.signal(make_case("https://www.office.example/")) is None


def test_block_lists_cover_what_lies_below(make_case: MakeCase, rules: Rules) -> None:
    own = replace(rules, block=(Entry("evil.test", "seen in an attack"),))
    found = blocked.signal(make_case("https://a.b.evil.test/", own_rules=own))
    assert found is not None and "seen in an attack" in found.words
    assert blocked.signal(make_case("https://notevil.test/", own_rules=own)) is None
    facts = {listed("block", "x.test"): Known(True)}
    assert _strength(blocked.signal(make_case("https://x.test/", facts=facts))) == 1
