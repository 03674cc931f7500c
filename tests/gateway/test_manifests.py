"""restore(rewrite(m)) == m, bit for bit, whatever hops did to the message on its way; or a reason."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import manifests, work
from gateway.manifests import ManifestError
from gateway.outcome import Manifest
from inspectors import message
from inspectors.model import Edit

RAW = b"From: a@office.example\r\nSubject: x\r\n\r\nSee https://odd.example/a\r\nand https://b.example/ .\r\n"
ID = "0123456789abcdef"
ADDED = f"X-Oddlink: id={ID}; links=2; rewritten=1\r\nAuthentication-Results: mx.example; none\r\n".encode()
NEW = "https://click.example/odd.example/0123456789abcdefghijABCDEFGHIJ012345"


def sent(raw: bytes = RAW, added: bytes = ADDED) -> tuple[bytes, Manifest]:
    """What leaves, and its manifest."""
    done = work.rewrite(raw, (Edit(message.inspect(raw).links[0], (NEW,)),))
    manifest = Manifest(ID, added, done.size, done.sha256, done.rewritten_sha256, done.changes)
    return added + work.patched(raw, done.rewriting.patches), manifest


def test_the_original_comes_back() -> None:
    out, manifest = sent()
    assert NEW.encode() in out
    assert manifests.restore(out, manifest) == RAW


def test_lines_that_later_hops_put_above_ours_are_taken_off() -> None:
    out, manifest = sent()
    above = b"Return-Path: <x@y.example>\r\nReceived: from a\r\n\tby b; date\r\n" * 3
    assert manifests.restore(above + out, manifest) == RAW


def test_a_copy_with_bare_line_feeds_is_restored_to_what_travelled() -> None:
    out, manifest = sent()
    assert manifests.restore(b"Delivered-To: me\n" + out.replace(b"\r\n", b"\n"), manifest) == RAW


def test_a_file_with_bare_line_feeds_comes_back_after_it_travelled() -> None:
    raw, added = RAW.replace(b"\r\n", b"\n"), ADDED.replace(b"\r\n", b"\n")
    out, manifest = sent(raw, added)
    assert b"\r" not in out
    assert manifests.restore(out, manifest) == raw
    assert manifests.restore(b"Received: x\r\n" + out.replace(b"\n", b"\r\n"), manifest) == raw


def test_a_bare_file_has_no_lines_on_top() -> None:
    out, manifest = sent(RAW, b"")
    assert manifests.restore(out, manifest) == RAW


@pytest.mark.parametrize(
    "spoil",
    [
        lambda out: out[:-1],
        lambda out: out[: len(out) // 2],
        lambda out: b"",
        lambda out: out.replace(b"Subject: x", b"Subject: y"),
        lambda out: out + b"-- \r\nscanned for viruses\r\n",
        lambda out: out.replace(ADDED, b""),
        lambda out: out.replace(b"rewritten=1", b"rewritten=0"),
        lambda out: RAW,
    ],
)
def test_what_was_changed_on_the_way_is_refused(spoil: Any) -> None:
    out, manifest = sent()
    with pytest.raises(ManifestError, match="something changed them"):
        manifests.restore(spoil(out), manifest)


def test_every_cut_of_a_message_is_refused() -> None:
    out, manifest = sent()
    for end in range(len(out)):
        with pytest.raises(ManifestError):
            manifests.restore(out[:end], manifest)


def test_a_manifest_survives_json() -> None:
    _, manifest = sent()
    assert manifests.from_json(json.loads(json.dumps(manifests.to_json(manifest)))) == manifest


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"version": None},
        {"size": "many"},
        {"size": float("inf")},
        {"size": None},
        {"added": "not base64!"},
        {"added": 5},
        {"added": "ü"},
        {"changes": None},
        {"changes": [1]},
        {"changes": [{"at": 1, "was": "", "now": "%"}]},
        {"changes": [{"at": float("inf"), "was": "", "now": ""}]},
        {"changes": [{"was": "", "now": ""}]},
    ],
)
def test_a_damaged_manifest_is_refused_with_words(change: dict[str, Any]) -> None:
    _, manifest = sent()
    with pytest.raises(ManifestError, match="manifest"):
        manifests.from_json(manifests.to_json(manifest) | change)


@pytest.mark.parametrize("found", [None, [], "x", 1, {}])
def test_what_is_no_manifest_is_refused(found: object) -> None:
    with pytest.raises(ManifestError):
        manifests.from_json(found)


@pytest.mark.parametrize(
    "changes",
    [
        [{"at": -5, "was": "", "now": ""}],
        [{"at": 0, "was": "", "now": "AAAA"}],
        [{"at": 10**9, "was": "AAAA", "now": "AAAA"}],
        [{"at": 0, "was": "AAAA", "now": ""}],
        [],
    ],
)
def test_wrong_changes_are_refused_and_never_give_wrong_bytes(changes: list[dict[str, Any]]) -> None:
    out, manifest = sent()
    wrong = manifests.from_json(manifests.to_json(manifest) | {"changes": changes})
    with pytest.raises(ManifestError):
        manifests.restore(out, wrong)


@given(st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner) | (
    st.dictionaries(st.sampled_from(("version", "id", "added", "size", "sha256", "changes", "at")), inner)
)))  # fmt: skip
def test_law_any_json_is_a_manifest_or_a_manifest_error(found: object) -> None:
    with contextlib.suppress(ManifestError):
        manifests.restore(b"x", manifests.from_json(found))


def test_ids_come_topmost_first_once_each_and_from_the_header_only() -> None:
    other = "fedcba9876543210"
    data = (
        f"Received: x\r\nX-Oddlink: id={other}; links=1; rewritten=1\r\nX-Oddlink: id={ID}; x\r\n"
        f"X-Oddlink: id={other}; again\r\nX-Oddlink: id=short;\r\n\r\nX-Oddlink: id={'1' * 16}; body\r\n"
    ).encode()
    assert manifests.ids(data) == (other, ID)
    assert manifests.ids(data.replace(b"\r\n", b"\n")) == (other, ID)
    assert manifests.ids(b"\r\n\r\n" + data) == manifests.ids(b"") == ()


def test_ids_are_bounded_for_anybody_can_write_them() -> None:
    data = b"".join(b"X-Oddlink: id=%016x; x\r\n" % number for number in range(10_000))
    assert len(manifests.ids(data)) == manifests.MOST_MARKS


OURS = f"X-Oddlink: id={ID}; links=2; rewritten=0\r\n".encode()
FORGED = b"X-Oddlink: id=1111111111111111; links=9; rewritten=1\r\n"


def test_an_unchanged_message_comes_back_without_our_lines() -> None:
    trace = f"Received: by mx.example (oddlink) with ESMTP id {ID}; date\r\n".encode()
    for above in (b"", trace, b"Received: later\r\n" + trace, b"Delivered-To: x\r\nReceived: a\r\n b\r\n"):
        assert manifests.without_our_lines(above + OURS + RAW) == RAW
        assert manifests.without_our_lines(above + OURS + FORGED + RAW) == FORGED + RAW
        lf = (above + OURS + RAW).replace(b"\r\n", b"\n")
        assert manifests.without_our_lines(lf) == RAW.replace(b"\r\n", b"\n")


@pytest.mark.parametrize("more", [b"; action=tag", b"; left=2; action=hold", b"; skipped=1; action=refuse"])
def test_a_message_that_was_only_tagged_or_held_is_unchanged(more: bytes) -> None:
    assert manifests.without_our_lines(OURS.replace(b"\r\n", more + b"\r\n") + RAW) == RAW


@pytest.mark.parametrize(
    "data",
    [
        b"",
        RAW,
        OURS.replace(b"\r\n", b"; action=other\r\n") + RAW,
        OURS.replace(b"\r\n", b"; action=hold; left=1\r\n") + RAW,
        ADDED + RAW,
        FORGED + OURS + RAW,  # the topmost line is ours, and it says that something was rewritten
        RAW + OURS,
        b"\r\n" + OURS,
        b"\r\n" + OURS + b"\r\n\r\n",
        OURS.replace(b"rewritten=0", b"rewritten=00") + RAW,
        b"X-Oddlink: id=1; links=1; rewritten=0\r\n" + RAW,
    ],
)
def test_other_messages_are_not_taken_for_unchanged_ones(data: bytes) -> None:
    assert manifests.without_our_lines(data) is None


@given(st.binary(max_size=200), st.binary(max_size=50))
def test_law_any_body_is_restored_below_any_lines(body: bytes, above: bytes) -> None:
    raw = b"From: a@b.example\r\n\r\nhttps://odd.example/a\r\n" + body
    out, manifest = sent(raw)
    line = b"Received: " + above.replace(b"\r", b"").replace(b"\n", b"") + b"\r\n"
    assert manifests.restore(line + out, manifest) == raw
