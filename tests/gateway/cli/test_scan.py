"""Judged by the store, in the shape of the contract, and nothing is changed or learned."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., Any]
SAMPLE = Path(__file__).parents[3] / "fixtures" / "sample" / "now"
RAW = b"From: a@office.example\r\nMessage-ID: <x@y.example>\r\n\r\nhttps://odd.example/a\r\n"


def test_the_sample_is_judged_as_expected_in_the_order_given(
    oddlink: Run, sample_place: Callable[[], Path]
) -> None:
    place = sample_place()
    before = (place / "var" / "oddlink.db").read_bytes()
    files = sorted(SAMPLE.glob("*.eml"), reverse=True)
    ran = oddlink("scan", "--json", *map(str, files))
    assert (ran.code, ran.err) == (0, "")
    assert [found["file"] for found in ran.objects] == [str(file) for file in files]
    for file, found in zip(files, ran.objects, strict=True):
        expected = json.loads(file.with_suffix(".expected.json").read_text())
        assert found["outcome"] == expected["outcome"], file.name
        assert expected["sender"].items() <= found["sender"].items()
        assert [
            {name: link[name] for name in wanted}
            for link, wanted in zip(found["links"], expected["links"], strict=True)
        ] == expected["links"], file.name
    assert (place / "var" / "oddlink.db").read_bytes() == before
    assert not (place / "var" / "keys").exists(), "a scan needs no key of the installation"


def test_the_shape_is_that_of_the_contract(oddlink: Run) -> None:
    (found,) = oddlink("scan", "--json", "-", stdin=RAW).objects
    assert {"file", "message_id", "sender", "outcome", "links", "skipped", "flags"} <= set(found)
    assert {"address", "domain", "genuine", "by"} <= set(found["sender"])
    (link,) = found["links"]
    assert {
        "url", "host", "domain", "place", "leaf", "shown", "verdict", "score", "evidence"
    } <= set(link)  # fmt: skip
    assert (link["verdict"], link["place"], link["leaf"]) == ("pass", "text", "1")
    for piece in link["evidence"]:
        assert {"signal", "points", "words"} <= set(piece)
    assert found["message_id"] == "<x@y.example>"
    assert found["sender"]["genuine"] is False


def test_from_can_be_taken_at_its_word(oddlink: Run) -> None:
    (found,) = oddlink("scan", "--json", "--from-is-genuine", "-", stdin=RAW).objects
    assert (found["sender"]["genuine"], found["sender"]["by"]) == (True, "claimed")


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_judged(oddlink: Run, tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(RAW)
    ran = oddlink("scan", "--json", "gone", "a.eml")
    assert (ran.code, [found["file"] for found in ran.objects]) == (65, ["a.eml"])
    assert ran.err == "oddlink: gone: No such file or directory\n"


def test_people_see_why_a_link_is_odd(oddlink: Run, sample_place: Callable[[], Path]) -> None:
    sample_place()
    ran = oddlink("scan", str(SAMPLE / "odd-link.eml"))
    text = ran.out.decode()
    assert "genuine by dmarc" in text
    assert text.count("rewrite ") == 1
    assert "never to consulta-expedientes.example" in text


def test_wrong_policies_and_stores_stop_it_with_file_and_line(oddlink: Run, tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text("\nodd = 1\n")
    ran = oddlink("scan", "--policy", "policy.toml", "-", stdin=RAW)
    assert (ran.code, "policy.toml:2" in ran.err) == (78, True)
    ran = oddlink("scan", "--store", "nonsense", "-", stdin=RAW)
    assert (ran.code, len(ran.err.splitlines())) == (78, 1)
    (tmp_path / "oddlink.toml").write_text('[lists]\ndir = "gone"\n')
    ran = oddlink("scan", "-", stdin=RAW)
    assert (ran.code, "lists.dir" in ran.err) == (78, True)


BLOCKED = '[[block]]\ndomain = "odd.example"\nwhy = "x"\n\n'
SIGNED = (
    b'From: a@office.example\r\nContent-Type: multipart/signed; boundary="b"\r\n\r\n--b\r\n\r\n'
    b"https://odd.example/a\r\n--b\r\nContent-Type: application/pgp-signature\r\n\r\nx\r\n--b--\r\n"
)


def test_what_policy_does_about_what_cannot_be_changed_is_told(oddlink: Run, tmp_path: Path) -> None:
    for action, outcome in (
        ("pass", "untouched"),
        ("tag", "untouched"),
        ("hold", "held"),
        ("refuse", "refused"),
    ):
        (tmp_path / "p.toml").write_text(BLOCKED + f'[actions]\nsigned = "{action}"\n')
        (found,) = oddlink("scan", "--json", "--policy", "p.toml", "-", stdin=SIGNED).objects
        assert (found["outcome"], found["action"]) == (outcome, action)
        assert [(link["verdict"], link["left"]) for link in found["links"]] == [(action, "signed")]


def test_old_mail_is_judged_by_what_was_habit_when_it_was_sent(oddlink: Run, tmp_path: Path) -> None:
    def mail(day: int, url: str) -> bytes:
        date = f"{day} Mar 2015 09:00:00 +0000"
        return (
            f"From: a@office.example\r\nDate: {date}\r\nMessage-ID: <{day}@y.example>\r\n\r\n{url}\r\n"
        ).encode()

    for day in range(1, 21):
        (tmp_path / f"{day:02}.eml").write_bytes(mail(day, "https://portal.example/x"))
    (tmp_path / "now.eml").write_bytes(mail(21, "https://portal.example/x https://files.test/x"))
    genuine = ("--from-is-genuine", "--store", "sqlite:///old.db")
    oddlink("learn", *genuine, *(f"{day:02}.eml" for day in range(1, 21)))
    (found,) = oddlink("scan", "--json", *genuine, "now.eml").objects
    points = {
        (link["domain"], one["signal"]): one["points"] for link in found["links"] for one in link["evidence"]
    }
    assert points["portal.example", "familiar"] == -1.5, "all its family may take, years later"
    assert points["files.test", "surprise"] > 3


def test_where_policy_only_observes_the_verdict_says_so(
    oddlink: Run, sample_place: Callable[[], Path]
) -> None:
    place = sample_place()
    (place / "policy.toml").write_text("[observe]\nenabled = true\n")
    words = ("--policy", "policy.toml", str(SAMPLE / "odd-link.eml"))
    (found,) = oddlink("scan", "--json", *words).objects
    assert (found["outcome"], found["action"], found["observed"]) == ("untouched", "pass", "rewritten")
    (odd,) = [link for link in found["links"] if link["verdict"] != "pass"]
    assert (odd["verdict"], odd["left"]) == ("observe", "observed")
    assert "points fewer" in odd["flip"]
    text = oddlink("scan", *words).out.decode()
    assert "untouched  only observed: would have been rewritten" in text
    assert "observe " in text


def test_where_policy_acts_nothing_is_said_of_observing(oddlink: Run) -> None:
    (found,) = oddlink("scan", "--json", "-", stdin=RAW).objects
    assert not {"scope", "observed", "observed_because"} & set(found)


def test_a_recipient_brings_his_scope_and_what_speaks_of_him(oddlink: Run, tmp_path: Path) -> None:
    (tmp_path / "oddlink.toml").write_text('[policy]\nfile = "policy.toml"\n')
    (tmp_path / "policy.toml").write_text(
        '[[block]]\ndomain = "odd.example"\nwhy = "test"\n'
        '[[scope]]\nname = "sales"\nwhy = "test"\nrecipients = ["sales.bank.example"]\nobserve = true\n'
    )
    raw = RAW.replace(b"/a\r\n", b"/?to=me@sales.bank.example\r\n")
    signals = {}
    for asked, verdict in (((), "rewrite"), (("--recipient", "me@sales.bank.example"), "observe")):
        (link,) = oddlink("scan", "--json", *asked, "-", stdin=raw).objects[0]["links"]
        assert link["verdict"] == verdict
        signals[verdict] = {piece["signal"] for piece in link["evidence"]}
    assert "recipient_in_url" in signals["observe"] - signals["rewrite"]


def test_what_is_no_address_is_no_recipient(oddlink: Run) -> None:
    for command in ("scan", "backtest"):
        ran = oddlink(command, "--recipient", "me", "x")
        assert ran.code == 64 and "'me' is no address" in ran.err
