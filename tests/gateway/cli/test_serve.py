"""What is wrong stops the start with one line that names file and line, or the address."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
PORTS = """\
[relay]
listen = "127.0.0.1:{}"
[clicks]
listen = "127.0.0.1:{}"
[console]
listen = "127.0.0.1:{}"
"""


@pytest.fixture
def ports(tmp_path: Path) -> list[int]:
    found = []
    for _ in range(3):
        with socket.create_server(("127.0.0.1", 0)) as held:
            found.append(held.getsockname()[1])
    (tmp_path / "oddlink.toml").write_text(PORTS.format(*found))
    return found


def test_a_wrong_policy_is_named_with_its_line(oddlink: Run, ports: list[int], tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text('version = "x"\n\n[threshhold]\nrewrite = 3\n')
    ran = oddlink("serve", "--policy", "policy.toml")
    assert ran.code == 78
    assert ran.err.startswith("oddlink: policy.toml:")


def test_a_damaged_key_is_named(oddlink: Run, ports: list[int], tmp_path: Path) -> None:
    (tmp_path / "var" / "keys").mkdir(parents=True)
    (tmp_path / "var" / "keys").chmod(0o700)
    (tmp_path / "var" / "keys" / "a1.key").write_text("rubbish")
    (tmp_path / "var" / "keys" / "a1.key").chmod(0o600)
    ran = oddlink("serve")
    assert (ran.code, len(ran.err.splitlines())) == (78, 1)
    assert "var/keys/a1.key" in ran.err


def test_a_store_that_is_none_is_named(oddlink: Run, ports: list[int], tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("no database at all, and longer than a header would be" * 50)
    ran = oddlink("serve", "--store", "sqlite:///x.db")
    assert (ran.code, len(ran.err.splitlines())) in ((75, 1), (78, 1))
    assert "x.db" in ran.err


def test_an_occupied_port_is_one_line(oddlink: Run, ports: list[int]) -> None:
    with socket.create_server(("127.0.0.1", ports[1])):
        ran = oddlink("serve")
    assert (ran.code, ran.out) == (78, b"")
    assert ran.err == (
        f"oddlink: clicks.listen: cannot listen on 127.0.0.1:{ports[1]}: Address already in use; "
        "is oddlink running already?; see `oddlink doctor`\n"
    )
