"""Ages of domains from a real HTTP server on loopback that plays the registry."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from policy.lookups.bootstrap import BootstrapError, acceptable, services
from policy.lookups.rdap import KEEP, LARGEST, Rdap, registered
from policy.model import Answer, Known, Question, Unknown

DAY = 86400.0
NOW = 1_750_000_000.0


def _domain(at: str, action: str = "registration") -> bytes:
    return json.dumps({"events": [{"eventAction": action, "eventDate": at}]}).encode()


def _bootstrap(*entries: tuple[list[str], list[str]]) -> bytes:
    return json.dumps({"version": "1.0", "services": [list(entry) for entry in entries]}).encode()


@pytest.fixture
def registry(site: Any, tmp_path: Path) -> Callable[..., Rdap]:
    def make(seconds: float = 2.0, **clocks: Any) -> Rdap:
        path = tmp_path / "rdap-bootstrap.json"
        path.write_bytes(_bootstrap((["test", "example"], [f"{site.url}/rdap/"])))
        return Rdap(path, seconds, now=lambda: NOW, **clocks)

    return make


async def _ask(source: Rdap, domain: str) -> Answer:
    try:
        return await source.one(Question("age", (domain,)))
    finally:
        await source.close()


@pytest.mark.parametrize(
    ("date", "days"),
    [("2025-06-10T15:06:40Z", 5.0), ("2025-06-10T17:06:40+02:00", 5.0), ("2025-06-10T15:06:40", 5.0)],
)
async def test_the_age_is_counted_from_the_registration(
    site: Any, registry: Callable[..., Rdap], date: str, days: float
) -> None:
    site.put("/rdap/domain/odd.test", _domain(date))
    assert await _ask(registry(), "odd.test") == Known(days)
    assert site.asked == ["/rdap/domain/odd.test"]


async def test_an_age_grows_while_it_is_kept_and_is_asked_once(site: Any, tmp_path: Path) -> None:
    moment = NOW
    (tmp_path / "b.json").write_bytes(_bootstrap((["test"], [site.url])))
    site.put("/domain/odd.test", _domain("2025-06-10T15:06:40Z"))
    source = Rdap(tmp_path / "b.json", now=lambda: moment)
    question = Question("age", ("odd.test",))
    await source.one(question)
    moment += 3 * DAY
    assert await source.one(question) == Known(8.0)
    moment -= 30 * DAY  # the clock was set back
    assert isinstance(await source.one(question), Unknown)
    assert len(site.asked) == 1
    await source.close()


async def test_a_domain_that_changed_hands_counts_from_then(site: Any, registry: Callable[..., Rdap]) -> None:
    events = [
        {"eventAction": "registration", "eventDate": "2001-01-01T00:00:00Z"},
        {"eventAction": "reregistration", "eventDate": "2025-06-10T15:06:40Z"},
        {"eventAction": "last changed", "eventDate": "2025-06-14T15:06:40Z"},
    ]
    site.put("/rdap/domain/odd.test", json.dumps({"events": events}).encode())
    assert await _ask(registry(), "odd.test") == Known(5.0)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b""),
        (200, b"[]"),
        (200, b'{"events": 7}'),
        (200, b'{"events": [{"eventAction": "registration"}]}'),
        (200, _domain("soon")),
        (200, _domain("1899-01-01")),
        (200, _domain("2999-01-01")),
        (200, b"[" * 100_000),
        (200, b" " * (LARGEST + 1)),
        (404, b""),
        (429, b""),
        (500, b""),
        (301, b""),
    ],
)
async def test_answers_that_are_none_are_unknown(
    site: Any, registry: Callable[..., Rdap], status: int, body: bytes
) -> None:
    site.put("/rdap/domain/odd.test", body, status)
    assert isinstance(await _ask(registry(), "odd.test"), Unknown)


async def test_a_redirect_is_followed_to_a_registry_only(site: Any, registry: Callable[..., Rdap]) -> None:
    site.put("/rdap/domain/odd.test", b"", 302, Location="/other/odd.test")
    site.put("/other/odd.test", _domain("2025-06-10T15:06:40Z"))
    assert await _ask(registry(), "odd.test") == Known(5.0)
    site.put(
        "/rdap/domain/odd.test",
        b"",
        302,
        Location=site.url.replace("127.0.0.1", "localhost") + "/other/odd.test",
    )
    found = await _ask(registry(), "odd.test")
    assert isinstance(found, Unknown) and "no registry" in found.why


async def test_redirects_in_a_circle_end(site: Any, registry: Callable[..., Rdap]) -> None:
    site.put("/rdap/domain/odd.test", b"", 302, Location="/rdap/domain/odd.test")
    assert isinstance(await _ask(registry(), "odd.test"), Unknown) and len(site.asked) == 3


async def test_a_registry_that_wants_fewer_questions_is_left_alone(
    site: Any, registry: Callable[..., Rdap]
) -> None:
    now = 0.0
    site.put("/rdap/domain/odd.test", b"", 429, Retry_After="100")
    site.put("/rdap/domain/fine.test", _domain("2025-06-10T15:06:40Z"))
    source = registry(clock=lambda: now)
    await source.one(Question("age", ("odd.test",)))
    for moment, known in ((0, False), (80, False), (101, True)):
        now = float(moment)
        assert isinstance(await source.one(Question("age", ("fine.test",))), Known) is known
    await source.close()


async def test_only_registrable_domains_of_known_registries_are_asked(
    site: Any, registry: Callable[..., Rdap]
) -> None:
    for domain in ("www.odd.test", "test", "192.0.2.1", "co.uk", "odd.nowhere", "github.io", ""):
        assert isinstance(await _ask(registry(), domain), Unknown), domain
    assert site.asked == []


async def test_without_a_bootstrap_file_nothing_is_asked_and_a_later_one_is_taken_up(
    tmp_path: Path, site: Any
) -> None:
    now = 0.0
    source = Rdap(tmp_path / "b.json", clock=lambda: now, now=lambda: NOW)
    question = Question("age", ("odd.test",))
    found = await source.one(question)
    assert isinstance(found, Unknown) and "feeds update" in found.why
    (tmp_path / "b.json").write_bytes(_bootstrap((["test"], [site.url])))
    site.put("/domain/odd.test", _domain("2025-06-10T15:06:40Z"))
    now = 100.0
    assert await source.one(question) == Known(5.0)
    await source.close()


async def test_a_slow_registry_is_unknown_in_time(site: Any, registry: Callable[..., Rdap]) -> None:
    gate = asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow(_: Any) -> tuple[int, dict[str, str], bytes]:
        asyncio.run_coroutine_threadsafe(gate.wait(), loop).result(10)
        return 200, {}, _domain("2025-06-10T15:06:40Z")

    site.pages["/rdap/domain/odd.test"] = slow
    found = await _ask(registry(0.1), "odd.test")
    gate.set()
    assert isinstance(found, Unknown) and "Timeout" in found.why


async def test_registrations_outlive_the_process_and_a_damaged_memory_is_as_none(
    site: Any, tmp_path: Path
) -> None:
    (tmp_path / "b.json").write_bytes(_bootstrap((["test"], [site.url])))
    site.put("/domain/odd.test", _domain("2025-06-10T15:06:40Z"))
    memory = tmp_path / "memory.json"
    for rubbish in (None, b"[]", b'{"odd.test": "x"}', b'{"odd.test": -1}', b"[" * 99_999):
        if rubbish is not None:
            memory.write_bytes(rubbish)
        site.asked.clear()
        for _ in range(2):
            assert await _ask(Rdap(tmp_path / "b.json", 2.0, memory, now=lambda: NOW), "odd.test") == Known(
                5.0
            )
        assert len(site.asked) == 1


def test_a_registration_is_kept_for_days() -> None:
    assert KEEP >= 7 * DAY and registered(_domain("2025-06-10T15:06:40Z")) == NOW - 5 * DAY


def test_bootstrap_takes_https_and_loopback_only() -> None:
    data = _bootstrap(
        (["TEST"], ["http://plain.example/", "https://rdap.example/v1"]),
        (["bad"], ["http://plain.example/", "file:///etc/passwd", "https://user@rdap.example/"]),
        (["xn--p1ai"], ["http://127.0.0.1:81/"]),
    )
    assert services(data) == {"test": "https://rdap.example/v1/", "xn--p1ai": "http://127.0.0.1:81/"}


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"services": [[]]}', b'{"services": []}', b"[" * 99_999, b"<html>"]
)
def test_what_is_no_bootstrap_file_says_so(data: bytes) -> None:
    with pytest.raises(BootstrapError):
        services(data)


@pytest.mark.parametrize(
    "url", ["https://", "http://10.0.0.1/", "https://[::1", "https://a.example:x/", "ftp://a.example/"]
)
def test_addresses_that_may_not_be_asked(url: str) -> None:
    assert not acceptable(url)
