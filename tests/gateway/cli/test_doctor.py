"""One run shows everything that is wrong, and what to do about it."""

from __future__ import annotations

import os
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
SETTINGS = """\
[relay]
listen = "127.0.0.1:{relay}"
next_hop = "{hop}"
[clicks]
listen = "127.0.0.1:{clicks}"
[console]
listen = "127.0.0.1:{console}"
[identity]
verify_dkim = {dkim}
"""


@pytest.fixture(autouse=True)
def no_worker(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Starting a process takes a second; only the first test does."""
    if "with_worker" not in request.keywords:
        monkeypatch.setattr("gateway.cli.doctor._workers", lambda settings: ("ok", ""))


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., None]:
    def write(**changes: object) -> None:
        ports = []
        for _ in range(3):
            with socket.create_server(("127.0.0.1", 0)) as held:
                ports.append(held.getsockname()[1])
        names = dict(zip(("relay", "clicks", "console"), ports, strict=True))
        given = names | {"hop": "maildir:mail", "dkim": "false"} | changes
        more = given.pop("more", "")
        (tmp_path / "oddlink.toml").write_text(SETTINGS.format(**given) + str(more))

    return write


def states(ran: Any) -> dict[str, str]:
    return {one["what"]: one["state"] for one in ran.objects}


def words(ran: Any, what: str) -> str:
    return next(one["words"] for one in ran.objects if one["what"] == what)


@pytest.fixture
def hop() -> Iterator[Callable[[bytes], int]]:
    """A next hop that greets as told."""
    held = []

    def start(greeting: bytes) -> int:
        server = socket.create_server(("127.0.0.1", 0))
        held.append(server)

        def serve() -> None:
            try:
                link, _ = server.accept()
            except OSError:
                return
            with link:
                link.sendall(greeting)

        threading.Thread(target=serve, daemon=True).start()
        port: int = server.getsockname()[1]
        return port

    yield start
    for server in held:
        server.close()


def test_a_new_installation_has_nothing_wrong_but_what_proves_senders(
    oddlink: Run, write: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    os.chdir(tmp_path)
    write()
    ran = oddlink("doctor", "--json")
    assert set(states(ran)) == {
        "settings", "policy", "lists", "keys", "store", "clock", "workers", "relay", "click page", "console",
        "next hop", "identity", "DNS", "block lists", "registries", "feeds",
    }  # fmt: skip
    assert [what for what, state in states(ran).items() if state == "wrong"] == ["identity"]
    assert "identity.verify_dkim" in words(ran, "identity")
    assert ran.code == 78
    assert sorted(path.name for path in tmp_path.iterdir()) == ["oddlink.toml"], "it changed something"


def test_an_installation_that_works_is_all_well(
    oddlink: Run, write: Callable[..., None], hop: Callable[[bytes], int]
) -> None:
    write(hop=f"smtp://127.0.0.1:{hop(b'220 hop.example ESMTP' + bytes((13, 10)))}",
          more='authserv_ids = ["mx.bank.example"]\n')  # fmt: skip
    oddlink("rewrite", stdin=b"From: a@b.example\r\n\r\n")  # makes store and key
    ran = oddlink("doctor", "--json")
    assert set(states(ran).values()) == {"ok"}
    assert ran.code == 0
    assert "220 hop.example" in words(ran, "next hop")


def test_everything_wrong_is_shown_in_one_run(
    oddlink: Run, write: Callable[..., None], tmp_path: Path
) -> None:
    (tmp_path / "policy.toml").write_text("odd = 1\n")
    (tmp_path / "var" / "keys").mkdir(parents=True)
    (tmp_path / "var" / "keys" / "a1.key").write_text("rubbish")
    (tmp_path / "var" / "oddlink.db").write_bytes(b"not a database, but long enough to be looked at" * 100)
    write(hop="smtp://127.0.0.1:1", more='[policy]\nfile = "policy.toml"\n[lists]\ndir = "gone"\n')
    ran = oddlink("doctor", "--json")
    wrong = {what for what, state in states(ran).items() if state == "wrong"}
    assert wrong == {"policy", "keys", "store", "lists", "next hop", "identity"}
    assert "policy.toml:1" in words(ran, "policy")
    assert words(ran, "next hop").startswith("smtp://127.0.0.1:1: Connection refused; ")
    assert "not a database" in words(ran, "store")


def test_a_next_hop_that_is_none_is_wrong(
    oddlink: Run, write: Callable[..., None], hop: Callable[[bytes], int]
) -> None:
    for greeting in (b"554 go away\r\n", b"HTTP/1.1 400\r\n", b""):
        write(hop=f"smtp://127.0.0.1:{hop(greeting)}")
        ran = oddlink("doctor", "--json")
        assert states(ran)["next hop"] == "wrong"
        assert "not with 220" in words(ran, "next hop")


def test_an_occupied_port_may_be_oddlink_itself(oddlink: Run, write: Callable[..., None]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        write(relay=held.getsockname()[1])
        ran = oddlink("doctor", "--json")
    assert states(ran)["relay"] == "look"
    assert "oddlink itself" in words(ran, "relay")


def test_a_locked_store_is_wrong_and_named(oddlink: Run, write: Callable[..., None], tmp_path: Path) -> None:
    write(more='[store]\nwait = "100ms"\n')
    oddlink("rewrite", stdin=b"From: a@b.example\r\n\r\n")
    other = sqlite3.connect(tmp_path / "var" / "oddlink.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    ran = oddlink("doctor", "--json")
    other.close()
    assert (states(ran)["store"], "locked" in words(ran, "store")) == ("wrong", True)


def test_dns_that_does_not_answer_is_said_and_not_waited_for_long(
    oddlink: Run, write: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.cli.doctor._WAIT", 0.3)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        write(dkim="true", more=f'dns_servers = ["127.0.0.1:{silent.getsockname()[1]}"]\n')
        ran = oddlink("doctor", "--json")
    assert states(ran)["DNS"] == "look"
    assert "no answer" in words(ran, "DNS")


def test_a_system_without_resolvers_is_no_mistake_of_ours(
    oddlink: Run, write: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    import dns.resolver

    def none(*_: object, **__: object) -> None:
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr(dns.resolver, "Resolver", none)
    write(dkim="true")
    ran = oddlink("doctor", "--json")
    assert (states(ran)["DNS"], ran.err) == ("look", "")


def test_wrong_settings_are_each_a_finding_with_its_line(oddlink: Run, tmp_path: Path) -> None:
    (tmp_path / "oddlink.toml").write_text("[relay]\nlisten = 5\nodd = 1\n")
    ran = oddlink("doctor", "--json")
    assert [one["state"] for one in ran.objects] == ["wrong", "wrong"]
    assert all(any(f"oddlink.toml:{line}:" in one["words"] for one in ran.objects) for line in (2, 3))
    assert ran.code == 78


def test_people_get_a_table(oddlink: Run, write: Callable[..., None]) -> None:
    write()
    text = oddlink("doctor").out.decode()
    assert "wrong" in text
    assert "next hop" in text


def test_the_second_door_is_looked_at_where_there_is_one(
    oddlink: Run, write: Callable[..., None], hop: Callable[[bytes], int]
) -> None:
    write()
    assert "outbound" not in states(oddlink("doctor", "--json"))
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    out = f'[outbound]\nlisten = "127.0.0.1:{port}"\nnext_hop = "smtp://127.0.0.1:{{}}"\n'
    write(more=out.format(1))
    ran = oddlink("doctor", "--json")
    assert (states(ran)["outbound"], states(ran)["outbound next hop"]) == ("ok", "wrong")
    assert words(ran, "outbound next hop").endswith("; start it, or set outbound.next_hop")
    write(more=out.format(hop(b"220 out.example ESMTP\r\n")))
    assert states(oddlink("doctor", "--json"))["outbound next hop"] == "ok"


def test_a_policy_that_only_observes_is_worth_a_look(
    oddlink: Run, write: Callable[..., None], tmp_path: Path
) -> None:
    write(more='[policy]\nfile = "policy.toml"\n')
    scope = '[[scope]]\nname = "pilot"\nwhy = "x"\nrecipients = ["a.example"]\nobserve = true\n'
    for text, said in (
        ("[observe]\nenabled = true\n", "only observes all mail: nothing is changed there"),
        (scope, "only observes scope pilot: "),
        ("[observe]\nenabled = true\n" + scope, "only observes all mail of no scope, scope pilot: "),
    ):
        (tmp_path / "policy.toml").write_text(text)
        ran = oddlink("doctor", "--json")
        assert states(ran)["policy"] == "look"
        assert said in words(ran, "policy")
    (tmp_path / "policy.toml").write_text(scope.replace("true", "false"))
    assert states(oddlink("doctor", "--json"))["policy"] == "ok"


def test_a_list_that_is_none_is_wrong(oddlink: Run, write: Callable[..., None], tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "block.txt").write_text("<html>\n<p>Please log in</p>\n</html>\n")
    write(more='[lists]\ndir = "lists"\n')
    ran = oddlink("doctor", "--json")
    assert states(ran)["lists"] == "wrong" and "block is no list: 3 of 3 lines" in words(ran, "lists")
