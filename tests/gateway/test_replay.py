"""An archive played again: what is judged, what is put beside it, and what is learned."""

import asyncio
from collections.abc import Sequence

import pytest

from gateway.replay import PLACES, History, Replay
from gateway.store import Store
from inspectors.message import inspect
from inspectors.model import Inspection
from policy.calibrate import Sample
from policy.model import Trust
from policy.policyfile import load

ODD = ["https://odd.test/login", "https://files.busy.test/x"]


def _mail(*urls: str, sender: str = "clerk@office.example") -> Inspection:
    text = "\r\n".join(f"see {url}" for url in urls)
    return inspect(f"From: <{sender}>\r\nContent-Type: text/plain\r\n\r\n{text}\r\n".encode())


def _play(mails: Sequence[Inspection], urls: Sequence[str] = ODD, put: int = 1) -> list[list[Sample]]:
    async def play() -> list[list[Sample]]:
        with Store.open("sqlite://") as store:
            trust = Trust(from_is_genuine=True)
            replay = Replay(load(), trust, store, (History(store),), urls, "s", busy="busy.test".__eq__)
            found = []
            for day, one in enumerate(mails):
                found.append(list(await replay.message(one, 1e9 + day * 86400, put=put)))
            return found

    return asyncio.run(play())


USUAL = [_mail("https://portal.example/a", "https://portal.example/b", "https://www.office.example/")] * 12


def test_each_domain_of_a_message_counts_once() -> None:
    for samples in _play(USUAL, urls=[]):
        assert [one.odd for one in samples] == [False, False]
        assert {one.url.split("/")[2] for one in samples} == {"portal.example", "www.office.example"}


def test_foreign_links_are_put_into_mail_of_known_senders_only() -> None:
    numbers = [sum(one.odd for one in samples) for samples in _play(USUAL, put=2)]
    assert numbers == [0] * 5 + [2] * 7


def test_foreign_links_are_judged_and_never_learned() -> None:
    odd = [one for samples in _play(USUAL, urls=ODD[:1], put=3) for one in samples if one.odd]
    assert {one.place for one in odd} == set(PLACES) and {one.earlier for one in odd} == set(range(5, 12))
    for one in odd:
        assert dict(one.seen)["surprise"] > 0.1 and "familiar" not in dict(one.seen)
    last = {one.place: dict(one.seen) for one in odd[-6:]}
    assert "new_place" in last["pdf:annotation"] and "new_place" not in last["text"]


def test_what_is_usual_becomes_familiar() -> None:
    first, *_, last = _play(USUAL, urls=[])
    portal = [
        {one.url: dict(one.seen) for one in samples}["https://portal.example/a"] for samples in (first, last)
    ]
    assert "familiar" not in portal[0] and portal[1]["familiar"] == 1.0


def test_sites_everybody_visits_are_told_apart() -> None:
    odd = [one for samples in _play(USUAL, put=4) for one in samples if one.odd]
    assert {one.url: one.anyone for one in odd} == {ODD[0]: False, ODD[1]: True}


def test_the_same_archive_gives_the_same_samples() -> None:
    assert _play(USUAL) == _play(USUAL)


@pytest.mark.parametrize("url", ["https://[/", "http://"])
def test_a_foreign_link_that_cannot_be_taken_apart_is_no_error(url: str) -> None:
    assert _play(USUAL[:6], urls=[url])[5][-1].odd
