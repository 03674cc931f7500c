"""DNS block lists on a real DNS server on loopback."""

from typing import Any

import pytest

from policy.lookups.dnsbl import Dnsbl, refusal
from policy.lookups.resolver import Resolver
from policy.model import Answer, Known, Question, Unknown

ZONE = "dbl.lists.example"


def _source(names: Any, timeout: float = 2.0) -> Dnsbl:
    return Dnsbl(Resolver([names.address], timeout))


async def _ask(names: Any, name: str, patience: float = 2.0) -> Answer:
    return await _source(names, patience).one(Question("dnsbl", (ZONE, name)))


async def test_return_codes_come_back_sorted_and_an_unlisted_domain_is_known_to_be_so(names: Any) -> None:
    names.records[f"odd.test.{ZONE}", "A"] = ["127.0.1.5", "127.0.1.4"]
    assert await _ask(names, "odd.test") == Known(("127.0.1.4", "127.0.1.5"))
    assert await _ask(names, "fine.test") == Known(())


async def test_addresses_are_asked_in_reverse(names: Any) -> None:
    names.records[f"7.2.0.192.{ZONE}", "A"] = ["127.0.0.2"]
    assert await _ask(names, "192.0.2.7") == Known(("127.0.0.2",))
    await _ask(names, "2001:db8::1")
    assert names.asked[-1][0] == f"1.0.0.0{'.0' * 20}.8.b.d.0.1.0.0.2.{ZONE}"


@pytest.mark.parametrize(
    "code",
    [
        "127.255.255.252",
        "127.255.255.254",
        "127.255.255.255",
        "127.0.0.1",
        "127.0.1.255",
        "192.0.2.1",
        "8.8.8.8",
    ],
)
async def test_a_refusal_is_unknown_and_never_a_listing(names: Any, code: str) -> None:
    names.records[f"odd.test.{ZONE}", "A"] = ["127.0.1.4", code]
    found = await _ask(names, "odd.test")
    assert isinstance(found, Unknown) and code in found.why and not found.quiet


@pytest.mark.parametrize("name", ["odd.test", "192.0.2.7"])
async def test_a_list_that_lists_everything_is_not_believed(names: Any, name: str) -> None:
    for one in ("odd.test", "invalid", "7.2.0.192", "1.0.0.127"):
        names.records[f"{one}.{ZONE}", "A"] = ["127.0.0.2"]
    found = await _ask(names, name)
    assert isinstance(found, Unknown) and "everything" in found.why


async def test_the_check_of_a_list_is_asked_once_for_many_listings(names: Any) -> None:
    source = _source(names)
    for number in range(5):
        names.records[f"odd{number}.test.{ZONE}", "A"] = ["127.0.1.4"]
        assert await source.one(Question("dnsbl", (ZONE, f"odd{number}.test"))) == Known(("127.0.1.4",))
    assert [name for name, _ in names.asked].count(f"invalid.{ZONE}") == 1


async def test_a_broken_or_silent_server_is_unknown(names: Any) -> None:
    names.broken.add(f"odd.test.{ZONE}")
    assert isinstance(await _ask(names, "odd.test"), Unknown)
    names.silent = True
    found = await _ask(names, "other.test", 0.1)
    assert isinstance(found, Unknown) and "DNS gave no answer" in found.why


async def test_absence_is_kept_for_as_long_as_the_zone_says(names: Any) -> None:
    now = 0.0
    source = Dnsbl(Resolver([names.address]), clock=lambda: now)
    question = Question("dnsbl", (ZONE, "fine.test"))
    for moment, asked in ((0, 1), (119, 1), (121, 2)):  # the SOA's minimum is 120 s, its TTL 900
        now = float(moment)
        await source.one(question)
        assert len(names.asked) == asked


def test_ordinary_codes_are_no_refusal() -> None:
    assert refusal(("127.0.0.2", "127.0.1.2", "127.0.0.126")) == "" and refusal(()) == ""


@pytest.mark.parametrize(
    "name", ["a..b", "odd\\", "odd\\046test", "a b", "x" * 70, "\udc80", "a" * 300 + ".example"]
)
async def test_what_is_no_name_is_unknown_and_not_asked(names: Any, name: str) -> None:
    assert isinstance(await _ask(names, name), Unknown) and names.asked == []
