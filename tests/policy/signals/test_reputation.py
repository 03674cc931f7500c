"""What others say of a domain: block lists, lists of pages, registries, name servers."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from policy.model import Answer, Known, Question, Unknown
from policy.questions import age, confirmed, dnsbl, listed_page, name_servers, page_key, rank
from policy.rules import DnsblCode, DnsblZone, Rules
from policy.signals import confirmed as confirmed_signal
from policy.signals import dnsbl as dnsbl_signal
from policy.signals import listed_page as page_signal
from policy.signals import parked, unresolved, young
from policy.signals.case import Case

MakeCase = Callable[..., Case]
ODD = "https://login.odd.test/x"
ZONE = "dbl.lists.example"


def _case(make_case: MakeCase, facts: Mapping[Question, Answer], rules: Rules, url: str = ODD) -> Case:
    return make_case(url, facts=facts, own_rules=rules)


@pytest.mark.parametrize(
    ("days", "strength"), [(0.0, 1.0), (7.0, 1.0), (25.1, 0.5), (89.9, 0.0), (90.0, None), (9000.0, None)]
)
def test_young_shrinks_with_the_days(
    make_case: MakeCase, rules: Rules, days: float, strength: float | None
) -> None:
    found = young.signal(_case(make_case, {age("odd.test"): Known(days)}, rules))
    assert (found is None) is (strength is None)
    if found is not None and strength is not None:
        assert (
            found.strength == pytest.approx(strength, abs=0.01) and "odd.test was registered" in found.words
        )


@pytest.mark.parametrize("answer", [Unknown("late"), Known(None), Known(-5), Known("old")])
def test_unknown_ages_and_rubbish_are_no_evidence(make_case: MakeCase, rules: Rules, answer: Answer) -> None:
    assert young.signal(_case(make_case, {age("odd.test"): answer}, rules)) is None
    assert young.signal(_case(make_case, {}, rules)) is None


@pytest.mark.parametrize(
    ("answer", "gone", "sold"),
    [
        (Known(None), True, False),
        (Known(()), False, False),
        (Known(("ns1.sedoparking.com", "ns2.sedoparking.com")), False, True),
        (Known(("ns1.sedoparking.com", "ns.own.test")), False, False),
        (Known(("ns1.notsedoparking.com",)), False, False),
        (Known("rubbish"), False, False),
        (Unknown("DNS gave no answer"), False, False),
    ],
)
def test_gone_and_parked_domains_are_told_apart_and_silence_is_neither(
    make_case: MakeCase, rules: Rules, answer: Answer, gone: bool, sold: bool
) -> None:
    case = _case(make_case, {name_servers("odd.test"): answer}, rules)
    assert (unresolved.signal(case) is not None, parked.signal(case) is not None) == (gone, sold)


def _zoned(rules: Rules, *codes: DnsblCode) -> Rules:
    return replace(rules, dnsbl=(DnsblZone(ZONE, ("domain",), codes),))


def _listed(make_case: MakeCase, rules: Rules, *codes: str) -> Any:
    return dnsbl_signal.signal(_case(make_case, {dnsbl(ZONE, "odd.test"): Known(codes)}, rules))


def test_a_listing_has_the_words_and_the_strength_of_its_strongest_code(
    make_case: MakeCase, rules: Rules
) -> None:
    own = _zoned(
        rules,
        DnsblCode("known for phishing", "127.0.1.4"),
        DnsblCode("broken into", "127.0.1.100/30", strength=0.4),
        DnsblCode("a redirector", "127.0.1.200", strength=0.0),
    )
    found = _listed(make_case, own, "127.0.1.102", "127.0.1.4")
    assert found.strength == 1.0 and "known for phishing and broken into" in found.words
    assert found.used == (dnsbl(ZONE, "odd.test"),)
    assert _listed(make_case, own, "127.0.1.103").strength == 0.4
    assert _listed(make_case, own, "127.0.1.9") is None
    assert _listed(make_case, own) is None


def test_bits_of_the_last_number_are_looked_at(make_case: MakeCase, rules: Rules) -> None:
    own = _zoned(
        rules, DnsblCode("known for phishing", bits=8), DnsblCode("known for spam", bits=64, strength=0.5)
    )
    assert _listed(make_case, own, "127.0.0.72").strength == 1.0
    assert _listed(make_case, own, "127.0.0.64").strength == 0.5
    assert _listed(make_case, own, "127.0.0.6") is None


def test_a_zone_without_codes_counts_in_full_and_unknown_never(make_case: MakeCase, rules: Rules) -> None:
    assert _listed(make_case, _zoned(rules), "127.0.0.2").strength == 1.0
    for answer in (Unknown("refuses"), Known(None), Known("127.0.0.2"), Known((7,))):
        case = _case(make_case, {dnsbl(ZONE, "odd.test"): answer}, _zoned(rules))
        assert dnsbl_signal.signal(case) is None


def test_a_listed_page_is_strong_and_its_neighbour_weak(make_case: MakeCase, rules: Rules) -> None:
    def strength(value: str, **more: Any) -> float:
        facts = {listed_page("block", ODD): Known(value), **more}
        found = page_signal.signal(_case(make_case, facts, rules))
        return found.strength if found else 0.0

    assert (strength("page"), strength("host"), strength("")) == (1.0, page_signal.ANOTHER, 0.0)


def test_neighbours_on_shared_and_visited_hosts_say_nothing(make_case: MakeCase, rules: Rules) -> None:
    shared = "https://x.weebly.com/a"
    facts: dict[Question, Answer] = {listed_page("block", shared): Known("host")}
    assert page_signal.signal(_case(make_case, facts, rules, shared)) is None
    facts = {listed_page("block", ODD): Known("host"), rank("odd.test"): Known(500)}
    assert page_signal.signal(_case(make_case, facts, rules)) is None


@pytest.mark.parametrize(
    "url", ["https://Odd.test/a?b#c", "http://odd.test/a?b", "HTTPS://user@ODD.TEST/a?b#", "odd.test/a?b"]
)
def test_one_page_has_one_key(url: str) -> None:
    assert page_key(url) == "odd.test/a?b"
    assert page_key("https://odd.test") == page_key("https://odd.test/") == "odd.test/"


def test_a_confirmation_is_told_under_the_name_that_was_confirmed(make_case: MakeCase, rules: Rules) -> None:
    asked = confirmed("login.odd.test")
    found = confirmed_signal.signal(_case(make_case, {asked: Known("odd.test")}, rules))
    assert found is not None and found.used == (asked,)
    assert found.words == "An analyst here confirmed a link to odd.test as bad"


@pytest.mark.parametrize("answer", [Known(""), Known(False), Known(None), Known(3), Unknown("late")])
def test_what_is_not_known_to_be_confirmed_is_no_evidence(
    make_case: MakeCase, rules: Rules, answer: Answer
) -> None:
    assert confirmed_signal.signal(_case(make_case, {confirmed("login.odd.test"): answer}, rules)) is None
