"""What is asked outside: about domains, never hosts or URLs, and not about everything."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from inspectors.model import Inspection
from policy.judge import MOST_OUTSIDE, ask
from policy.model import Envelope, Trust
from policy.policyfile import load
from policy.questions import age, dnsbl, name_servers, spf
from policy.rules import DnsblZone

Make = Callable[..., Inspection]
POLICY = load()
ZONES = (DnsblZone("dbl.lists.example"), DnsblZone("ip.lists.example", ("ip",)))
RULES = replace(POLICY, rules=replace(POLICY.rules, dnsbl=ZONES))
OUTSIDE = {"dnsbl", "name-servers", "age"}


def _outside(inspection: Inspection) -> set[Any]:
    asked = ask(inspection, Envelope(), RULES, Trust(from_is_genuine=True))
    return {question for question in asked if question.kind in OUTSIDE}


def test_the_registrable_domain_is_asked_about_and_addresses_at_lists_of_addresses(
    make_inspection: Make,
) -> None:
    found = _outside(make_inspection("https://login.odd.test/secret?id=7", "http://8.8.4.7/x"))
    assert found == {
        dnsbl("dbl.lists.example", "odd.test"),
        dnsbl("ip.lists.example", "8.8.4.7"),
        name_servers("odd.test"),
        age("odd.test"),
    }


def test_inner_hosts_and_public_suffixes_are_nobodys_business(make_inspection: Make) -> None:
    assert _outside(make_inspection("http://10.0.0.1/", "http://intranet/", "http://localhost/x")) == set()
    assert {one.kind for one in _outside(make_inspection("https://github.io/"))} <= {"dnsbl"}


def test_a_message_of_very_many_domains_asks_about_a_bounded_number(make_inspection: Make) -> None:
    found = _outside(make_inspection(*(f"https://site{one}.test/" for one in range(3 * MOST_OUTSIDE))))
    assert len(found) == 3 * MOST_OUTSIDE


def test_spf_is_asked_only_where_it_could_prove_the_sender(make_inspection: Make) -> None:
    def asked(sender: str, trust: Trust) -> bool:
        envelope = Envelope(sender, ("anna@bank.example",), "8.8.4.7", forwarded=True)
        kinds = [one.kind for one in ask(make_inspection("https://odd.test/"), envelope, POLICY, trust)]
        return spf("", "", "").kind in kinds

    own = Trust(verify_spf=True)
    assert asked("bounce@office.example", own)
    assert not asked("bounce@evil.example", own)
    assert not asked("bounce@office.example", Trust())
    assert not asked("bounce@office.example", Trust(verify_spf=True, from_is_genuine=True))
