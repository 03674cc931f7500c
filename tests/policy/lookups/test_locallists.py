from pathlib import Path

import pytest

from policy.lookups.locallists import ListError, LocalLists
from policy.model import Answer, Known, Question, Unknown
from policy.questions import listed_page


async def _ask(lists: LocalLists, kind: str, *key: str) -> Answer:
    question = Question(kind, key)
    return (await lists.answer([question]))[question]


async def test_ranks_are_read_from_csv_and_from_plain_lines(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("1,big.example\n2,Second.Example\r\nx,\n\n4,third.example,more\n")
    (tmp_path / "plain.txt").write_text("# most visited first\nother.example\nbig.example\nthird.example\n")
    lists = LocalLists.load([tmp_path / "t.csv", tmp_path / "plain.txt"])
    assert await _ask(lists, "rank", "big.example") == Known(1)
    assert await _ask(lists, "rank", "second.example") == Known(2)
    assert await _ask(lists, "rank", "third.example") == Known(3)
    assert await _ask(lists, "rank", "other.example") == Known(1)
    assert await _ask(lists, "rank", "none.example") == Known(None)


async def test_hosts_rank_their_registrable_domain_and_bare_suffixes_rank_nothing(tmp_path: Path) -> None:
    (tmp_path / "u.csv").write_text("1,com\n5,www.big.example\n9,big.example\n")
    lists = LocalLists.load([tmp_path / "u.csv"])
    assert await _ask(lists, "rank", "big.example") == Known(5)
    assert lists.sizes() == {"ranks": 1}


async def test_a_list_covers_what_lies_below_its_entries_and_reads_common_forms(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text(
        "evil.example # seen\n0.0.0.0 ads.example\n*.wild.example\n.dot.example\n192.0.2.1\n<html>\n"
    )
    lists = LocalLists.load([], {"block": [tmp_path / "b.txt"]})
    for host in (
        "evil.example",
        "a.b.evil.example",
        "ads.example",
        "x.wild.example",
        "dot.example",
        "192.0.2.1",
    ):
        assert await _ask(lists, "listed", "block", host) == Known(True), host
    for host in ("notevil.example", "example", "192.0.2.2"):
        assert await _ask(lists, "listed", "block", host) == Known(False), host


async def test_lists_that_are_not_there_are_unknown_not_empty() -> None:
    lists = LocalLists.load()
    assert isinstance(await _ask(lists, "rank", "a.example"), Unknown)
    assert isinstance(await _ask(lists, "listed", "block", "a.example"), Unknown)
    assert isinstance(await _ask(lists, "listed", "block"), Unknown)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ListError, match=r"gone\.txt: cannot be read"):
        LocalLists.load([tmp_path / "gone.txt"])


def test_binary_rubbish_is_read_without_an_error(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(bytes(range(256)) * 50)
    LocalLists.load([tmp_path / "x"], {"block": [tmp_path / "x"]})


async def test_a_list_of_pages_knows_the_page_and_others_of_its_host(tmp_path: Path) -> None:
    (tmp_path / "p.txt").write_text(
        "http://odd.test/login.php?x=1#top\nhttps://Odd.TEST:8443/Case\nhttp://[2001:db8::1]/a\nevil.test\n"
    )
    lists = LocalLists.load([], {"block": [tmp_path / "p.txt"]})

    async def page(url: str) -> Answer:
        question = listed_page("block", url)
        return (await lists.answer([question]))[question]

    for url in (
        "https://odd.test/login.php?x=1",
        "http://ODD.test/login.php?x=1#else",
        "https://odd.test:8443/Case",
    ):
        assert await page(url) == Known("page"), url
    for url in (
        "https://odd.test/",
        "https://odd.test",
        "https://odd.test:8443/case",
        "http://[2001:db8::1]/b",
    ):
        assert await page(url) == Known("host"), url
    for url in ("https://www.odd.test/login.php?x=1", "https://evil.test/x"):
        assert await page(url) == Known(""), url
    assert await _ask(lists, "listed", "block", "odd.test") == Known(False)
    assert await _ask(lists, "listed", "block", "evil.test") == Known(True)
    assert lists.sizes() == {"block": 4}


def test_a_line_too_long_for_an_entry_gives_one_entry_at_most(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("a.test " * 100_000 + "\nb.test\n")
    assert LocalLists.load([], {"x": [tmp_path / "x.txt"]}).sizes() == {"x": 2}
