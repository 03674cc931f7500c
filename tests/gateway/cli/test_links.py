"""The inventory is complete, in the shape of the contract, and one bad file does not hide the others."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., Any]
SAMPLE = Path(__file__).parents[3] / "fixtures" / "sample" / "now"
RAW = (
    b"Message-ID: <x@office.example>\r\nContent-Type: text/html\r\n\r\n"
    b"<a href='HTTPS://Www.Odd.Example/a'>shown \xe2\x80\xae</a> <a href='https://p.example/i'>y</a>\r\n"
)


def test_one_object_a_line_in_the_order_given_in_the_shape_of_the_contract(oddlink: Run) -> None:
    names = [str(SAMPLE / name) for name in ("odd-link.eml", "patch.eml")]
    ran = oddlink("links", "--json", *names)
    assert (ran.code, ran.err) == (0, "")
    first, second = ran.objects
    assert [first["file"], second["file"]] == names
    assert set(first) == {"file", "message_id", "links", "skipped", "flags"}
    expected = json.loads((SAMPLE / "odd-link.expected.json").read_text())
    for link, wanted in zip(first["links"], expected["links"], strict=True):
        del wanted["verdict"]
        assert wanted.items() <= link.items()
        assert set(link) - {"written", "page", "box"} == {"url", "host", "domain", "place", "leaf", "shown"}
    assert first["message_id"] == expected["message_id"]


def test_what_is_written_stands_beside_what_a_browser_opens(oddlink: Run) -> None:
    (found,) = oddlink("links", "--json", "-", stdin=RAW).objects
    assert found["file"] == "-"
    link = found["links"][0]
    assert (link["url"], link["written"]) == ("https://www.odd.example/a", "HTTPS://Www.Odd.Example/a")
    assert (link["host"], link["domain"]) == ("www.odd.example", "odd.example")
    assert "written" not in found["links"][1]


def test_people_see_every_url_whole_and_nothing_that_acts_on_the_terminal(oddlink: Run) -> None:
    url = "https://odd.example/" + "x" * 3000
    text = b"Subject: x\r\n\r\n" + url.encode() + b" https://b.example/[bold]\r\n"
    ran = oddlink("links", "-", stdin=text)
    assert url in ran.out.decode()
    assert "[bold]" in ran.out.decode()
    assert "\u202e" not in oddlink("links", "-", stdin=RAW).out.decode()


def test_files_that_cannot_be_read_are_named_and_the_others_are_still_printed(
    oddlink: Run, tmp_path: Path
) -> None:
    for name in ("a.eml", "b.eml"):
        (tmp_path / name).write_bytes(RAW)
    ran = oddlink("links", "--json", "a.eml", "gone.eml", ".", "b.eml")
    assert ran.code == 65
    assert [found["file"] for found in ran.objects] == ["a.eml", "b.eml"]
    lines = ran.err.splitlines()
    assert lines[0] == "oddlink: gone.eml: No such file or directory"
    assert lines[1].startswith("oddlink: .: is a folder; ")
    assert len(lines) == 2


def test_any_bytes_have_an_inventory(oddlink: Run, tmp_path: Path) -> None:
    samples = [b"", b"\x00", b"%PDF-1.4\n%", b"\xff" * 1000, b"From: ", bytes(range(256)), b"%PDF-"]
    for number, raw in enumerate(samples):
        (tmp_path / f"{number}").write_bytes(raw)
    ran = oddlink("links", "--json", *(str(number) for number in range(len(samples))))
    assert (ran.code, len(ran.objects)) == (0, len(samples))
    assert ran.objects[2]["skipped"], "a broken PDF is skipped with a reason"


def test_a_wrong_setting_is_a_configuration_error(oddlink: Run, tmp_path: Path) -> None:
    (tmp_path / "oddlink.toml").write_text("[workers]\nprocesess = 1\n")
    ran = oddlink("links", "-", stdin=RAW)
    assert ran.code == 78
    assert "oddlink.toml:2" in ran.err


def test_usage_errors_are_one_line(oddlink: Run) -> None:
    ran = oddlink("links")
    assert (ran.code, ran.out) == (64, b"")
    assert len(ran.err.splitlines()) == 1
