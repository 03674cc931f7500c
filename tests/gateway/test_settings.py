"""Settings are read with units, joined with the defaults, and refused with all problems at once."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from gateway.setting_kinds import DURATIONS, SIZES, Address, show_duration, show_size
from gateway.settings import Settings, SettingsError


def write(folder: Path, text: str) -> Path:
    path = folder / "oddlink.toml"
    path.write_text(text)
    return path


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(SettingsError) as raised:
        Settings.load(write(folder, text))
    return [line.replace(str(folder), "") for line in str(raised.value).splitlines()]


def test_without_a_file_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings.load()
    assert settings == Settings()
    assert settings.file is None
    assert str(settings.relay.next_hop) == "maildir:var/mail"
    assert settings.store.url == "sqlite:///var/oddlink.db"
    assert (settings.relay.max_size, settings.relay.idle_timeout) == (60_000_000, 300.0)


def test_the_file_in_the_current_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "[relay]\nmax_recipients = 7\n")
    assert Settings.load().relay.max_recipients == 7


def test_values_are_read_with_their_units(tmp_path: Path) -> None:
    text = """
[relay]
listen = "[::1]:2526"
next_hop = "lmtp://mail.example:24"
allow = ["10.0.0.0/8", "2001:db8::7"]
max_size = "10 MiB"
idle_timeout = "1.5min"
[clicks]
url = "https://links.bank.example/"
[identity]
authserv_ids = ["MX.Bank.example"]
dns_servers = ["192.0.2.53", "[::1]:5353"]
"""
    settings = Settings.load(write(tmp_path, text))
    assert settings.relay.listen == Address("::1", 2526)
    assert str(settings.relay.next_hop) == "lmtp://mail.example:24"
    assert settings.relay.allow[1] == ipaddress.ip_network("2001:db8::7/128")
    assert (settings.relay.max_size, settings.relay.idle_timeout) == (10 * 2**20, 90.0)
    assert settings.clicks.url == "https://links.bank.example"
    assert settings.identity.authserv_ids == ("mx.bank.example",)
    assert settings.identity.dns_servers == (Address("192.0.2.53", 53), Address("::1", 5353))


def test_there_is_no_second_door_unless_it_is_named(tmp_path: Path) -> None:
    assert Settings().outbound.listen is None and Settings().outbound.next_hop is None
    text = '[outbound]\nlisten = "127.0.0.1:2526"\nnext_hop = "maildir:out"\nallow = ["192.0.2.7"]\n'
    outbound = Settings.load(write(tmp_path, text)).outbound
    assert outbound.listen == Address("127.0.0.1", 2526)
    assert outbound.next_hop is not None and outbound.next_hop.path == tmp_path / "out"
    assert [str(one) for one in outbound.allow] == ["192.0.2.7/32"]


def test_relative_paths_are_taken_from_the_files_folder(tmp_path: Path) -> None:
    text = '[spool]\ndir = "spool"\n[relay]\nnext_hop = "maildir:in"\n[policy]\nfile = "/etc/odd.toml"\n'
    settings = Settings.load(write(tmp_path, text))
    assert settings.spool.dir == tmp_path / "spool"
    assert settings.relay.next_hop.path == tmp_path / "in"
    assert settings.policy.file == Path("/etc/odd.toml")
    assert settings.keys.dir == tmp_path / "var/keys"
    assert settings.store.url == f"sqlite:///{tmp_path}/var/oddlink.db"
    assert settings.lists.dir is None
    memory = Settings.load(write(tmp_path, '[store]\nurl = "sqlite://"\n'))
    assert memory.store.url == "sqlite://"


def test_every_problem_is_named_with_file_line_and_what_would_be_right(tmp_path: Path) -> None:
    text = """# comment
[relay]
lisen = "127.0.0.1:25"
max_size = 60
max_recipients = 0
next_hop = "mail.example"

[clicks]
url = "http://links.bank.example"
[colsole]
x = 1
"""
    assert problems(tmp_path, text) == [
        "/oddlink.toml:3: relay.lisen is not a setting; did you mean 'listen'?",
        "/oddlink.toml:10: colsole is not a section; did you mean 'console'?",
        "/oddlink.toml:6: relay.next_hop has to be smtp://HOST:PORT, lmtp://HOST:PORT or maildir:PATH",
        '/oddlink.toml:4: relay.max_size needs a unit: write for example "60 MB"',
        "/oddlink.toml:5: relay.max_recipients is 0; it has to be from 1 to 50000",
        "/oddlink.toml:9: clicks.url is plain http: people would follow links unprotected; "
        'write "https://links.bank.example"',
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('relay = "x"', "is a section; write [relay]"),
        ('listen = "127.0.0.1:25"', "write it under [relay]"),
        ('[relay]\nlisten = "127.0.0.1"', "has to be HOST:PORT"),
        ('[relay]\nlisten = "127.0.0.1:0"', "ports run from 1 to 65535"),
        ('[relay]\nlisten = "127.0.0.1:99999"', "ports run from 1 to 65535"),
        ('[relay]\nlisten = "::1:25"', "has to be HOST:PORT"),
        ('[relay]\nlisten = "0.0.0.0:25"', "relay.allow names nobody outside"),
        ('[relay]\nlisten = "[::]:25"\nallow = ["127.0.0.1"]', "relay.allow names nobody outside"),
        ('[relay]\nallow = ["0.0.0.0/0"]', "an open relay"),
        ('[relay]\nallow = ["10.0.0.1/8"]', "which is not a network"),
        ('[relay]\nallow = "10.0.0.0/8"', "has to be a list"),
        ("[relay]\nallow = [10]", "a list of texts"),
        ('[relay]\nnext_hop = "smtp://127.0.0.1:2525"', "round in a circle"),
        ('[relay]\nnext_hop = "maildir:"', "maildir:PATH"),
        ('[outbound]\nlisten = "127.0.0.1:2526"', "outbound.next_hop is empty"),
        ('[outbound]\nlisten = "127.0.0.1"', "has to be HOST:PORT"),
        ('[outbound]\nlisten = "127.0.0.1:2526"\nnext_hop = "smtp://127.0.0.1:2525"', "our own relay.listen"),
        (
            '[outbound]\nlisten = "127.0.0.1:2526"\nnext_hop = "smtp://127.0.0.1:2526"',
            "our own outbound.listen",
        ),
        (
            '[outbound]\nlisten = "127.0.0.1:2526"\nnext_hop = "maildir:o"\n'
            '[relay]\nnext_hop = "smtp://127.0.0.1:2526"',
            "relay.next_hop is our own outbound.listen",
        ),
        (
            '[outbound]\nlisten = "127.0.0.1:8080"\nnext_hop = "maildir:out"',
            "clicks.listen is the same as outbound.listen",
        ),
        ('[outbound]\nallow = ["::/0"]', "outbound.allow lets in the whole world"),
        (
            '[outbound]\nlisten = "0.0.0.0:26"\nnext_hop = "maildir:out"',
            "outbound.allow names nobody outside",
        ),
        (
            '[outbound]\nlisten = "127.0.0.1:2526"\nnext_hop = "maildir:o"\n[relay]\ndirection = "outbound"',
            "leave one of the two out",
        ),
        ('[relay]\nreceived_line = "yes"', "true or false"),
        ('[relay]\nhostname = "a\\u0007b"', "control characters"),
        ('[relay]\nidle_timeout = "10 parsecs"', "has to be a number and a unit"),
        ('[relay]\nidle_timeout = "-5s"', "has to be a number and a unit"),
        ('[relay]\nidle_timeout = "2 d"', "it has to be from 100 ms to 1 h"),
        (f'[relay]\nmax_size = "{"9" * 400} GB"', "has to be a number and a unit"),
        (f"[relay]\nmax_recipients = 0x{'f' * 5000}", "far too large"),
        (f"[relay]\nmax_recipients = {'9' * 5000}", "is not TOML"),
        ("[relay]\nmax_recipients = true", "whole number"),
        ('[console]\nlisten = "192.0.2.1:8081"', "no login yet"),
        ('[console]\nlisten = "127.0.0.1:8080"', "is the same as clicks.listen"),
        ('[clicks]\nurl = "https://user@links.example"', "has to be https://HOST"),
        ('[clicks]\nurl = "https://links.example/x?y"', "has to be https://HOST"),
        ('[clicks]\nurl = "https://links.example:port"', "has to be https://HOST"),
        ('[clicks]\nurl = "javascript:alert(1)"', "has to be https://HOST"),
        ('[store]\nurl = "var/oddlink.db"', "has to be a database URL"),
        ('[identity]\ndns_servers = ["dns.example"]', "write an IP address"),
        ('[identity]\nour_hosts = ["a b"]', "has spaces"),
        ('[log]\nlevel = "loud"', 'has to be one of "debug"'),
        ('[keys]\ndir = ""', "name a folder"),
        ('[workers]\ndeadline = "30s"', "longer than workers.screen_deadline"),
        ("[relay\n", "is not TOML"),
        ("a" + ".a" * 3 + " = 1", "a is not a section"),
        ("x = " + "[" * 5000 + "]" * 5000, "nested too deeply"),
    ],
)
def test_a_wrong_value_is_refused(tmp_path: Path, text: str, words: str) -> None:
    found = problems(tmp_path, text)
    assert len(found) == 1
    assert words in found[0]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for path, words in ((tmp_path / "no.toml", "cannot be read"), (tmp_path, "cannot be read")):
        with pytest.raises(SettingsError, match=words) as raised:
            Settings.load(path)
        assert str(path) in str(raised.value)
    binary = tmp_path / "odd.toml"
    binary.write_bytes(b"[relay]\n# \xff\n")
    with pytest.raises(SettingsError, match=r"odd\.toml:2: is not UTF-8"):
        Settings.load(binary)
    binary.write_bytes(b"#" * (1024 * 1024 + 1))
    with pytest.raises(SettingsError, match="larger than 1 MiB"):
        Settings.load(binary)


def test_outside_addresses_are_taken_where_they_are_made_safe(tmp_path: Path) -> None:
    text = '[relay]\nlisten = "0.0.0.0:25"\nallow = ["192.0.2.0/28"]\n'
    text += '[console]\nlisten = "0.0.0.0:8081"\nexposed = true\n'
    assert Settings.load(write(tmp_path, text)).relay.listen.wildcard


def test_the_table_tells_value_default_bounds_and_origin(tmp_path: Path) -> None:
    path = write(tmp_path, '[relay]\n\nmax_size = "5 MB"\n')
    rows = {row.name: row for row in Settings.load(path).describe()}
    row = rows["relay.max_size"]
    assert (row.default, row.value, row.bounds) == ('"60 MB"', '"5 MB"', "10 KB to 2 GB")
    assert row.origin == f"{path}:3"
    assert rows["relay.listen"].origin == "default"
    assert all(row.words.endswith(".") and row.kind for row in rows.values())
    assert len(rows) > 30


def test_the_defaults_as_shown_are_a_file_that_gives_the_defaults(tmp_path: Path) -> None:
    text = "\n".join(f"{row.name} = {row.default}" for row in Settings().describe())
    shown = Settings.load(write(tmp_path, text))
    (tmp_path / "oddlink.toml").write_text("")
    assert [(row.name, row.value) for row in shown.describe()] == [
        (row.name, row.value) for row in Settings.load(tmp_path / "oddlink.toml").describe()
    ]


@given(st.sampled_from(sorted(DURATIONS)), st.integers(0, 10**6))
def test_law_a_duration_shown_is_read_as_the_same(unit: str, number: int) -> None:
    from gateway import setting_kinds as kinds

    value = kinds.duration.parse(f"{number} {unit}")
    assert kinds.duration.parse(show_duration(value)) == pytest.approx(value)


@given(st.sampled_from(sorted(SIZES)), st.integers(0, 10**6))
def test_law_a_size_shown_is_read_as_the_same(unit: str, number: int) -> None:
    from gateway import setting_kinds as kinds

    value = kinds.size.parse(f"{number}{unit}")
    assert kinds.size.parse(show_size(value)) == value


_toml_values = st.recursive(
    st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@hypothesis_settings(max_examples=200)
@given(_toml_values)
def test_law_any_value_of_any_setting_is_taken_or_refused_in_words(value: object) -> None:
    from gateway.settings import _table

    for _, row in _table():
        try:
            row.metadata["kind"].parse(value)
        except ValueError as error:
            assert str(error)
