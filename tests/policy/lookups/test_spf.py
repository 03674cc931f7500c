"""SPF against a real DNS server on loopback; the rules are those of RFC 7208."""

from typing import Any

import pytest

from policy.lookups.resolver import Resolver
from policy.lookups.spf import Spf
from policy.model import Answer, Known, Question, SpfResult, Unknown

CLIENT = "192.0.2.7"


async def _answer(names: Any, client: str = CLIENT, domain: str = "office.example") -> Answer:
    return await Spf(Resolver([names.address], 1.0)).one(
        Question("spf", (client, domain, "out.office.example"))
    )


async def _result(names: Any, record: str, client: str = CLIENT) -> str:
    names.records["office.example", "TXT"] = [f'"{record}"', '"something else"']
    found = await _answer(names, client)
    assert isinstance(found, Known) and isinstance(found.value, SpfResult) and found.value.words
    return found.value.result


@pytest.mark.parametrize(
    ("record", "result"),
    [
        ("v=spf1 ip4:192.0.2.0/24 -all", "pass"),
        ("v=spf1 ip4:192.0.2.7 -all", "pass"),
        ("v=spf1 ip4:198.51.100.0/24 -all", "fail"),
        ("v=spf1 ip4:198.51.100.0/24 ~all", "softfail"),
        ("v=spf1 ip6:2001:db8::/32 ?all", "neutral"),
        ("v=spf1 ip4:198.51.100.0/24", "neutral"),
        ("v=spf1 a -all", "pass"),
        ("v=spf1 a:other.example -all", "fail"),
        ("v=spf1 a:other.example/24 -all", "pass"),
        ("v=spf1 mx -all", "pass"),
        ("v=spf1 include:good.example -all", "pass"),
        ("v=spf1 include:bad.example -all", "fail"),
        ("v=spf1 include:bad.example a -all", "pass"),
        ("v=spf1 redirect=good.example", "pass"),
        ("v=spf1 redirect=bad.example", "fail"),
        ("v=spf1 -all redirect=good.example", "fail"),
        ("v=spf1 exists:%{i}._spf.%{d} -all", "pass"),
        ("v=spf1 exists:%{ir}.%{v}._spf.%{d2} -all", "pass"),
        ("V=SPF1 IP4:192.0.2.7 -ALL", "pass"),
        ("v=spf1 ptr -all", "fail"),
        ("v=spf1 unknown=x ip4:192.0.2.7 -all", "pass"),
        # What lets everybody in proves nothing.
        ("v=spf1 +all", "neutral"),
        ("v=spf1 ip4:0.0.0.0/0 -all", "neutral"),
        ("v=spf1 ip4:128.0.0.0/1 -all", "neutral"),
        ("v=spf1 include:open.example -all", "neutral"),
        ("v=spf1 exists:good.example -all", "neutral"),
        # Errors.
        ("v=spf1 include:none.example -all", "permerror"),
        ("v=spf1 redirect=none.example", "permerror"),
        ("v=spf1 rubbish -all", "permerror"),
        ("v=spf1 include:", "permerror"),
        ("v=spf1 ip4:300.0.0.1 -all", "permerror"),
        ("v=spf1 exists:%{l}.example -all", "permerror"),
        ("v=spf1 exists:%{x}.example -all", "permerror"),
        ("v=spf1 include:office.example -all", "permerror"),
        ("v=spf1 a:v1.example a:v2.example a:v3.example ip4:192.0.2.7", "permerror"),
        ("v=spf1 " + "a:other.example " * 11 + "ip4:192.0.2.7", "permerror"),
    ],
)
async def test_records_give_the_result_of_the_rfc(names: Any, record: str, result: str) -> None:
    names.records |= {
        ("office.example", "A"): [CLIENT],
        ("office.example", "MX"): ["10 mail.office.example."],
        ("mail.office.example", "A"): [CLIENT],
        ("other.example", "A"): ["192.0.2.200"],
        ("good.example", "TXT"): ['"v=spf1 ip4:192.0.2.7 -all"'],
        ("good.example", "A"): ["192.0.2.99"],
        ("bad.example", "TXT"): ['"v=spf1 -all"'],
        ("open.example", "TXT"): ['"v=spf1 +all"'],
        ("192.0.2.7._spf.office.example", "A"): ["127.0.0.2"],
        ("7.2.0.192.in-addr._spf.office.example", "A"): ["127.0.0.2"],
    }
    assert await _result(names, record) == result


async def test_a_client_with_ipv6_is_asked_for_by_aaaa_and_mapped_addresses_are_ipv4(names: Any) -> None:
    names.records["office.example", "AAAA"] = ["2001:db8::7"]
    assert await _result(names, "v=spf1 a -all", "2001:db8::7") == "pass"
    assert await _result(names, "v=spf1 ip6:2001:db8::/32 -all", "2001:db8::7") == "pass"
    assert await _result(names, "v=spf1 ip4:192.0.2.7 -all", "::ffff:192.0.2.7") == "pass"


async def test_no_record_is_none_two_are_an_error_and_silence_is_unknown(names: Any) -> None:
    found = await _answer(names, domain="none.example")
    assert isinstance(found, Known) and isinstance(found.value, SpfResult) and found.value.result == "none"
    names.records["office.example", "TXT"] = ['"v=spf1 -all"', '"v=spf1 +all"']
    found = await _answer(names)
    assert (
        isinstance(found, Known) and isinstance(found.value, SpfResult) and found.value.result == "permerror"
    )
    names.broken.add("other.example")
    assert isinstance(await _answer(names, domain="other.example"), Unknown)


async def test_records_that_refer_to_each_other_end(names: Any) -> None:
    for one, other in (("office.example", "b.example"), ("b.example", "office.example")):
        names.records[one, "TXT"] = [f'"v=spf1 include:{other} include:{other} -all"']
    assert isinstance(await _answer(names), Known) and len(names.asked) < 15


async def test_a_part_of_the_record_in_pieces_is_joined(names: Any) -> None:
    names.records["office.example", "TXT"] = ['"v=spf1 ip4:192." "0.2.7 -all"']
    found = await _answer(names)
    assert isinstance(found, Known) and isinstance(found.value, SpfResult) and found.value.result == "pass"


@pytest.mark.parametrize("key", [(), ("x", "office.example", ""), ("", "office.example", "h")])
async def test_rubbish_is_unknown(names: Any, key: tuple[str, ...]) -> None:
    assert isinstance(await Spf(Resolver([names.address])).one(Question("spf", key)), Unknown)
