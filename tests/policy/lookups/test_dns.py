"""DKIM keys from a real DNS server on loopback."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from policy.lookups.dns import DnsKeys
from policy.lookups.kept import FAILED
from policy.lookups.resolver import ABSENT, Resolver
from policy.model import Answer, Known, Question, Unknown

KEY = b"v=DKIM1; k=rsa; p=" + b"A" * 400


class Zone(asyncio.DatagramProtocol):
    """Answers TXT questions by the first label of the name."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.delay = 0.0
        self.silent = False
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        name = query.question[0].name
        self.asked.append(name.to_text())
        if self.silent:
            return
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        label = name.labels[0]
        if label == b"good":
            texts = f'"{KEY[:200].decode()}" "{KEY[200:].decode()}"'
            response.answer.append(dns.rrset.from_text(name, 600, "IN", "TXT", texts))
        elif label == b"other":
            response.answer.append(dns.rrset.from_text(name, 600, "IN", "TXT", '"no key here"'))
        elif label == b"broken":
            response.set_rcode(dns.rcode.SERVFAIL)
        elif label != b"empty":
            response.set_rcode(dns.rcode.NXDOMAIN)
        asyncio.get_running_loop().call_later(self.delay, self.transport.sendto, response.to_wire(), address)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def zone() -> AsyncIterator[tuple[Zone, int]]:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(Zone, local_addr=("127.0.0.1", 0))
    yield protocol, transport.get_extra_info("sockname")[1]
    transport.close()


def _question(selector: str) -> Question:
    return Question("dkim-key", (selector, "office.example"))


def _resolver(zone: tuple[Zone, int], timeout: float = 3.0) -> Resolver:
    return Resolver([("127.0.0.1", zone[1])], timeout)


async def _ask(keys: DnsKeys, selector: str) -> Answer:
    question = _question(selector)
    return (await keys.answer([question]))[question]


async def test_a_key_in_pieces_is_joined_and_asked_at_its_own_name_only(zone: tuple[Zone, int]) -> None:
    keys = DnsKeys(_resolver(zone))
    assert await _ask(keys, "good") == Known(KEY)
    assert zone[0].asked == ["good._domainkey.office.example."]


async def test_answers_are_kept_for_their_ttl(zone: tuple[Zone, int]) -> None:
    clock = Clock()
    keys = DnsKeys(_resolver(zone), clock=clock)
    await _ask(keys, "good")
    clock.now += 599
    await _ask(keys, "good")
    assert len(zone[0].asked) == 1
    clock.now += 2
    await _ask(keys, "good")
    assert len(zone[0].asked) == 2


async def test_equal_questions_under_way_are_asked_once(zone: tuple[Zone, int]) -> None:
    zone[0].delay = 0.05
    keys = DnsKeys(_resolver(zone))
    answers = await asyncio.gather(*(_ask(keys, "good") for _ in range(20)))
    assert answers == [Known(KEY)] * 20 and len(zone[0].asked) == 1


async def test_an_impatient_asker_does_not_stop_the_question(zone: tuple[Zone, int]) -> None:
    zone[0].delay = 0.1
    keys = DnsKeys(_resolver(zone))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(_ask(keys, "good"), 0.02)
    await asyncio.sleep(0.2)
    assert await _ask(keys, "good") == Known(KEY) and len(zone[0].asked) == 1


@pytest.mark.parametrize(
    ("selector", "seconds"), [("none", ABSENT), ("empty", ABSENT), ("other", ABSENT), ("broken", FAILED)]
)
async def test_what_is_not_there_or_fails_is_unknown_and_remembered_for_a_while(
    zone: tuple[Zone, int], selector: str, seconds: float
) -> None:
    clock = Clock()
    keys = DnsKeys(_resolver(zone, timeout=1), clock=clock)
    assert isinstance(await _ask(keys, selector), Unknown)
    asked = len(zone[0].asked)
    clock.now += seconds - 1
    await _ask(keys, selector)
    assert len(zone[0].asked) == asked
    clock.now += 2
    await _ask(keys, selector)
    assert len(zone[0].asked) > asked


async def test_a_silent_server_gives_unknown_in_time(zone: tuple[Zone, int]) -> None:
    zone[0].silent = True
    keys = DnsKeys(_resolver(zone, timeout=0.2))
    answer = await asyncio.wait_for(_ask(keys, "good"), 2)
    assert isinstance(answer, Unknown) and "DNS gave no answer" in answer.why


@pytest.mark.parametrize(
    "key", [(), ("a",), ("x" * 70, "office.example"), ("a..b", "office.example"), ("\udc80", "b")]
)
async def test_questions_that_are_no_names_are_unknown(zone: tuple[Zone, int], key: tuple[str, ...]) -> None:
    question = Question("dkim-key", key)
    assert isinstance((await DnsKeys(_resolver(zone)).answer([question]))[question], Unknown)


async def test_closing_stops_what_is_under_way(zone: tuple[Zone, int]) -> None:
    zone[0].silent = True
    keys = DnsKeys(_resolver(zone, timeout=30))
    asking = asyncio.ensure_future(_ask(keys, "good"))
    await asyncio.sleep(0.02)
    await asyncio.wait_for(keys.close(), 2)
    with pytest.raises(asyncio.CancelledError):
        await asking
