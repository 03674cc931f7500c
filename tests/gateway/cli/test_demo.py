"""The sample correspondence through the real gateway: one link is rewritten, and people are shown which."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.store import Store
from gateway.store.rows import Search

Run = Callable[..., Any]
SAMPLE = Path(__file__).parents[3] / "fixtures" / "sample" / "now"


@pytest.fixture
def config(tmp_path: Path) -> None:
    lines = []
    for section in ("relay", "clicks", "console"):
        with socket.create_server(("127.0.0.1", 0)) as held:
            lines.append(f'[{section}]\nlisten = "127.0.0.1:{held.getsockname()[1]}"\n')
    (tmp_path / "oddlink.toml").write_text("".join(lines))


@pytest.mark.usefixtures("config")
def test_every_sample_mail_is_judged_as_expected_under_its_own_sender(oddlink: Run, tmp_path: Path) -> None:
    ran = oddlink("demo", "--once", "--json")
    assert (ran.code, ran.err) == (0, "")
    assert [found["file"] for found in ran.objects] == sorted(file.name for file in SAMPLE.glob("*.eml"))
    for found in ran.objects:
        expected = json.loads((SAMPLE / found["file"]).with_suffix(".expected.json").read_text())
        assert found["outcome"] == expected["outcome"]
        assert [link["verdict"] for link in found["links"]] == [one["verdict"] for one in expected["links"]]
        assert all(link["rewritten"] == (link["verdict"] == "rewrite") for link in found["links"])
    with Store.open(f"sqlite:///{tmp_path}/var/oddlink.db", create=False) as store:
        rows = store.find_decisions(Search(limit=1000))
    assert len(rows) == 64
    assert {row.mail_from == row.sender for row in rows} == {True}
    assert len(list((tmp_path / "var" / "mail" / "new").iterdir())) == 64


@pytest.mark.usefixtures("config")
def test_people_are_shown_the_link_why_and_where_to_click(oddlink: Run) -> None:
    text = oddlink("demo", "--once").out.decode()
    assert text.count("one link does not belong") == 1
    assert "never to consulta-expedientes.example" in text
    assert "http://127.0.0.1:8080/consulta-expedientes.example/" in text
    assert "oddlink explain " in text


def test_an_occupied_port_is_one_line(oddlink: Run, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        address = f"127.0.0.1:{held.getsockname()[1]}"
        (tmp_path / "oddlink.toml").write_text(f'[clicks]\nlisten = "{address}"\n')
        ran = oddlink("demo", "--once")
    assert ran.code == 78
    assert ran.err.startswith(f"oddlink: clicks.listen: cannot listen on {address}: Address already in use")
    assert len(ran.err.splitlines()) == 1
