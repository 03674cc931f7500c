"""``oddlink feeds update`` as people and timers use it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def place(tmp_path: Path, site: Any) -> Path:
    (tmp_path / "oddlink.toml").write_text('[policy]\nfile = "policy.toml"\n[lists]\ndir = "lists"\n')
    (tmp_path / "policy.toml").write_text(
        f'[[feed]]\nname = "block"\nurl = "{site.url}/block"\nformat = "domains"\n'
        f'[[feed]]\nname = "tranco"\nurl = "{site.url}/ranks"\nformat = "tranco"\n'
    )
    return tmp_path


def test_every_list_gets_a_line_and_popularity_comes_first(
    oddlink: Callable[..., Any], place: Path, site: Any
) -> None:
    site.put("/block", b"odd.test\nbig.test\n")
    site.put("/ranks", b"1,big.test\n")
    ran = oddlink("feeds", "update", "--json")
    assert ran.code == 0 and [(one["name"], one["result"]) for one in ran.objects] == [
        ("tranco", "taken"), ("block", "taken"),
    ]  # fmt: skip
    assert (place / "lists" / "block.txt").read_text().splitlines()[2:] == ["odd.test"]


def test_a_list_that_cannot_be_had_ends_in_try_later_and_stops_no_other(
    oddlink: Callable[..., Any], place: Path, site: Any
) -> None:
    site.put("/ranks", b"1,big.test\n")
    ran = oddlink("feeds", "update")
    assert ran.code == 75 and b"block: kept" in ran.out and b"answers 404" in ran.out
    assert (place / "lists" / "popular-tranco.csv").exists()


def test_a_feed_that_nothing_asks_is_said(oddlink: Callable[..., Any], place: Path, site: Any) -> None:
    site.put("/block", b"odd.test\n")
    site.put("/ranks", b"1,big.test\n")
    text = (place / "policy.toml").read_text()
    (place / "policy.toml").write_text(text.replace('name = "block"', 'name = "phishing"'))
    ran = oddlink("feeds", "update", "--json")
    told = {one["name"]: one["words"] for one in ran.objects}
    assert ran.code == 0 and told["tranco"] == ""
    assert 'blocked = ["block", "phishing"]' in told["phishing"]
    assert b'blocked = ["block", "phishing"]' in b" ".join(oddlink("feeds", "update").out.split())


def test_without_feeds_or_a_folder_it_says_what_to_do(oddlink: Callable[..., Any], tmp_path: Path) -> None:
    ran = oddlink("feeds", "update")
    assert ran.code == 78 and "lists.dir is not set" in ran.err
    (tmp_path / "oddlink.toml").write_text('[lists]\ndir = "lists"\n')
    ran = oddlink("feeds", "update")
    assert ran.code == 0 and "nothing to fetch" in ran.err


def test_the_registries_are_fetched_only_where_they_are_asked(
    oddlink: Callable[..., Any], tmp_path: Path, site: Any
) -> None:
    site.put("/dns.json", b'{"services": [[["test"], ["https://rdap.example/"]]]}')
    (tmp_path / "oddlink.toml").write_text(
        f'[lists]\ndir = "lists"\n[lookups]\nrdap = true\nrdap_bootstrap = "{site.url}/dns.json"\n'
    )
    assert oddlink("feeds", "update").code == 0 and (tmp_path / "lists" / "rdap-bootstrap.json").exists()
