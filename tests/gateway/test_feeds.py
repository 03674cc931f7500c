"""Lists fetched from a real HTTP server on loopback."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway import feeds
from gateway.feeds import FeedsBusyError, Updated, locked, registries, state, targets
from policy.policyfile import load
from policy.rules import Feed

OLD = b"".join(b"old%d.test\n" % number for number in range(20))
NOW = 1_750_000_000.0


async def _update(
    site: Any, folder: Path, format: Any = "domains", path: str = "/list", **how: Any
) -> Updated:
    url = path if "://" in path else site.url + path
    target = targets([Feed("block", url, format)], folder, ["block"])[0]
    return await feeds.update(target, folder, NOW, **how)


def _lines(folder: Path, name: str = "block.txt") -> list[str]:
    _, number, *lines = (folder / name).read_text().splitlines()
    assert number == f"# {len(lines)} lines"  # so that a reader sees where it was cut short
    return lines


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_a_list_is_fetched_and_put_in_place(site: Any, tmp_path: Path) -> None:
    site.put("/list", OLD)
    done = await _update(site, tmp_path)
    assert (done.result, done.entries) == ("taken", 20) and _lines(tmp_path)[0] == "old0.test"
    assert _files(tmp_path) == ["block.txt", "feeds.json"]
    assert state(tmp_path)["block"].at == NOW


def test_a_feed_in_no_role_is_unused_but_ranks_need_none() -> None:
    named = [Feed(name, "https://x.example/l", "urls") for name in ("block", "phishing", "free-hosts")]
    rules = replace(load().rules, feed=(*named, Feed("top", "https://x.example/r", "tranco")))
    assert feeds.unused(rules) == ("phishing",)
    with_role = replace(rules, lists=replace(rules.lists, blocked=("block", "phishing")))
    assert feeds.unused(with_role) == ()


async def test_an_unchanged_list_is_not_sent_again(site: Any, tmp_path: Path) -> None:
    seen: list[tuple[str, str]] = []

    def page(headers: Any) -> tuple[int, dict[str, str], bytes]:
        seen.append((headers["If-None-Match"] or "", headers["If-Modified-Since"] or ""))
        known = headers["If-None-Match"] == '"1"'
        return (304, {}, b"") if known else (200, {"ETag": '"1"', "Last-Modified": "then"}, OLD)

    site.pages["/list"] = page
    assert [(await _update(site, tmp_path)).result for _ in range(2)] == ["taken", "unchanged"]
    assert seen == [("", ""), ('"1"', "then")]
    (tmp_path / "block.txt").unlink()  # then what is remembered of it is of no use
    assert (await _update(site, tmp_path)).result == "taken" and seen[2] == ("", "")


@pytest.mark.parametrize(
    ("status", "body", "headers", "words"),
    [
        (200, OLD[:30], {"Content_Length": str(len(OLD))}, "closed"),
        (200, b"old1.test\n" * 5, {}, "--accept-shrunk"),
        (200, b"<html>Please log in</html>", {}, "web page"),
        (200, b"date,host\n2025,a.test\n" * 20, {}, "has it changed"),
        (200, b"", {}, "no entry"),
        (500, OLD, {}, "answers 500"),
        (404, b"", {}, "answers 404"),
        (302, b"", {"Location": "http://plain.example/list"}, "not https"),
        (302, b"", {"Location": "/list"}, "on and on"),
        (304, b"", {}, "304"),
    ],
)
async def test_what_is_wrong_leaves_the_old_list(
    site: Any, tmp_path: Path, status: int, body: bytes, headers: dict[str, str], words: str
) -> None:
    site.put("/list", OLD)
    await _update(site, tmp_path)
    before = (tmp_path / "block.txt").read_bytes()
    site.put("/list", body, status, **headers)
    done = await _update(site, tmp_path)
    assert (done.result, done.entries) == ("kept", 20) and words in done.words
    assert (tmp_path / "block.txt").read_bytes() == before


async def test_a_shrunk_list_is_taken_where_the_administrator_says_so(site: Any, tmp_path: Path) -> None:
    site.put("/list", OLD)
    await _update(site, tmp_path)
    site.put("/list", b"one.test\n")
    assert (await _update(site, tmp_path, accept_shrunk=True)).result == "taken"
    assert _lines(tmp_path) == ["one.test"]


async def test_nobody_listening_and_unreadable_files_are_told(site: Any, tmp_path: Path) -> None:
    done = await _update(site, tmp_path, path="http://127.0.0.1:1/list")
    assert done.result == "kept" and done.words
    done = await _update(site, tmp_path, path=f"file://{tmp_path}/gone")
    assert done.result == "kept" and "No such file" in done.words


async def test_a_list_on_disk_is_taken_by_file_url(site: Any, tmp_path: Path) -> None:
    (tmp_path / "my list").write_bytes(OLD)
    assert (await _update(site, tmp_path, path=f"file://{tmp_path}/my%20list")).result == "taken"


async def test_too_large_a_list_is_refused(
    site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "LARGEST", 100)
    site.put("/list", OLD)
    assert "larger" in (await _update(site, tmp_path)).words


async def test_a_file_of_the_administrators_own_is_never_overwritten(site: Any, tmp_path: Path) -> None:
    (tmp_path / "block.txt").write_text("mine.test\n")
    site.put("/list", OLD)
    done = await _update(site, tmp_path)
    assert done.result == "kept" and "was not made by" in done.words
    assert (tmp_path / "block.txt").read_text() == "mine.test\n"


async def test_a_poisoned_block_list_cannot_block_what_everybody_visits(site: Any, tmp_path: Path) -> None:
    (tmp_path / "popular.csv").write_text("1,big.test\n2,second.test\n")
    site.put("/list", OLD + b"big.test\nwww.big.test\n")
    done = await _update(site, tmp_path)
    assert done.result == "taken" and "big.test" in done.words
    assert "big.test" not in _lines(tmp_path) and "www.big.test" in _lines(tmp_path)


async def test_ranks_go_into_a_file_that_is_read_as_ranks(site: Any, tmp_path: Path) -> None:
    site.put("/list", b"1,a.test\n2,b.test\n")
    await _update(site, tmp_path, "tranco")
    assert _lines(tmp_path, "popular-block.csv") == ["1,a.test", "2,b.test"]


async def test_a_damaged_state_is_as_none(site: Any, tmp_path: Path) -> None:
    site.put("/list", OLD)
    for rubbish in (b"", b"[]", b'{"block": 1}', b'{"block": {"odd": 1}}', b"[" * 99_999, b"\xff"):
        (tmp_path / "feeds.json").write_bytes(rubbish)
        assert (await _update(site, tmp_path)).result == "taken"


async def test_another_url_starts_afresh(site: Any, tmp_path: Path) -> None:
    site.put("/list", OLD)
    site.put("/other", b"one.test\n")
    await _update(site, tmp_path)
    assert (await _update(site, tmp_path, path="/other")).result == "taken"


async def test_the_list_of_registries_is_checked(site: Any, tmp_path: Path) -> None:
    path = tmp_path / "rdap-bootstrap.json"
    target = registries(f"{site.url}/dns.json", path)
    site.put("/dns.json", b"{}")
    assert (await feeds.update(target, tmp_path, NOW)).result == "kept" and not path.exists()
    data = json.dumps({"services": [[["test"], ["https://rdap.example/"]]]}).encode()
    site.put("/dns.json", data)
    assert (await feeds.update(target, tmp_path, NOW)).result == "taken" and path.read_bytes() == data


def test_two_updates_at_once_are_not_possible(tmp_path: Path) -> None:
    with locked(tmp_path / "lists"), pytest.raises(FeedsBusyError), locked(tmp_path / "lists"):
        pass
