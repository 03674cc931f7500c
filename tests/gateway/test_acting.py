"""What stays as it came has a key in the policy, and the outcome says what is done about it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import acting, manifests, work, wrap
from gateway.app import Parts, build
from gateway.outcome import Outcome
from gateway.settings import Settings
from gateway.tokens import Keyring
from gateway.workers import WorkerError
from gateway.wrap import NO_KEY, Wrapper
from inspectors import registry
from inspectors.model import Flag, Skipped
from policy.actions import LEFT
from policy.model import Envelope
from policy.policyfile import load
from policy.rules import ActionRules, ObserveRules, Policy, ScopeEntry

ID = "0123456789abcdef"
KEYS = tuple(field.name for field in fields(ActionRules))
POLICY = load()
LINK = b"See https://odd.example/a .\r\n"
PLAIN = b"From: a@office.example\r\n\r\n" + LINK
SIGNED = (
    b'From: a@office.example\r\nContent-Type: multipart/signed; boundary="b"\r\n\r\n--b\r\n\r\n' + LINK
    + b"--b\r\nContent-Type: application/pgp-signature\r\n\r\nx\r\n--b--\r\n"
)  # fmt: skip
ATTACHED = b"From: a@office.example\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\n" + LINK
LONG = b"From: a@office.example\r\n\r\n" + b"x" * 990 + b"\r\n" + b"y" * 960 + b" " + LINK
FILE = (
    b'From: a@office.example\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nHi\r\n--b\r\n'
    b"Content-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\n"
    + LINK
    + b"--b--\r\n"
)
ENCRYPTED = (
    b'From: a@b.example\r\nContent-Type: multipart/encrypted; boundary="b"\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n'
)


def policy(**actions: str) -> Policy:
    """One that finds every link odd."""
    rules = replace(POLICY.rules, threshold=-100.0, actions=replace(POLICY.rules.actions, **actions))
    return replace(POLICY, rules=rules)


@pytest.fixture
async def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Parts]:
    monkeypatch.chdir(tmp_path)
    plain = Settings()
    made = build(
        replace(plain, identity=replace(plain.identity, verify_dkim=False)),
        keys_for="trial",
        store_url="sqlite://",
    )
    yield made
    await made.close()


async def process(parts: Parts, raw: bytes, *, wrapper: Wrapper | None = None, **actions: str) -> Outcome:
    pipeline = replace(parts.pipeline, policy=policy(**actions), wrapper=wrapper or parts.pipeline.wrapper)
    return await pipeline.process(raw, Envelope(), id=ID, at=1_700_000_000.0)


@pytest.mark.parametrize(
    ("raw", "key"), [(SIGNED, "signed"), (ATTACHED, "attached"), (FILE, "attached"), (LONG, "other")]
)
@pytest.mark.parametrize(
    ("action", "result"),
    [("pass", "untouched"), ("tag", "untouched"), ("hold", "held"), ("refuse", "refused")],
)
async def test_an_odd_link_that_stays_as_it_came_is_acted_upon(
    parts: Parts, raw: bytes, key: str, action: str, result: str
) -> None:
    outcome = await process(parts, raw, **{key: action})
    assert (outcome.action, outcome.result, outcome.patches) == (action, result, ())
    assert outcome.because == (() if action == "pass" else (key,))
    assert [one.kind for one in outcome.left] == [key]
    wish = b"" if action == "pass" else b"; action=" + action.encode()
    assert outcome.prefix.endswith(b"rewritten=0; left=1" + wish + b"\r\n")
    # What is only tagged or held stays byte for byte as it came behind our lines.
    assert manifests.without_our_lines(outcome.prefix + raw) == raw


async def test_an_odd_link_that_was_rewritten_asks_for_nothing(parts: Parts) -> None:
    outcome = await process(parts, PLAIN, **dict.fromkeys(LEFT, "refuse"))
    assert (outcome.action, outcome.because, outcome.result) == ("pass", (), "rewritten")
    assert b"action" not in outcome.prefix


async def test_a_message_may_be_rewritten_and_held(parts: Parts) -> None:
    raw = SIGNED.replace(b'boundary="b"\r\n\r\n', b'boundary="b"\r\n\r\n', 1)
    both = (
        b'From: a@office.example\r\nContent-Type: multipart/mixed; boundary="c"\r\n\r\n--c\r\n\r\n' + LINK
        + b"--c\r\n" + raw.partition(b"\r\n")[2] + b"--c--\r\n"
    )  # fmt: skip
    outcome = await process(parts, both, signed="hold")
    assert (outcome.result, len(outcome.tickets)) == ("held", 1)
    assert b"rewritten=1; left=1; action=hold\r\n" in outcome.prefix
    assert outcome.manifest is not None
    sent = outcome.prefix + work.patched(both, outcome.patches)
    assert manifests.restore(sent, outcome.manifest) == both


@pytest.mark.parametrize("action", ["tag", "hold", "refuse"])
async def test_what_was_not_read_is_acted_upon_by_its_kind(parts: Parts, action: str) -> None:
    outcome = await process(parts, ENCRYPTED)
    assert (outcome.action, len(outcome.inspection.skipped)) == ("pass", 1)
    kind = outcome.inspection.skipped[0].kind or "format"
    outcome = await process(parts, ENCRYPTED, **{kind: action})
    assert (outcome.action, outcome.because) == (action, (kind,))
    assert outcome.prefix.endswith(f"; skipped=1; action={action}\r\n".encode())


async def test_ambiguity_without_an_odd_link_passes_unless_policy_says_otherwise(parts: Parts) -> None:
    outcome = await process(parts, b"From: a@office.example\r\n\r\nhello\r\n")
    flagged = replace(
        outcome, inspection=replace(outcome.inspection, flags=(Flag("ambiguous-boundary", "", "x"),))
    )
    assert acting.acted(flagged, POLICY.rules).action == "pass"
    assert acting.acted(flagged, policy(ambiguity="hold").rules).result == "held"


async def test_a_link_to_our_own_click_page_asks_for_nothing(parts: Parts) -> None:
    entry = acting.left(Skipped("1", wrap.OWN), ())
    outcome = await process(parts, PLAIN)
    own = replace(outcome, patches=(), tickets=(), not_rewritten=(entry,))
    assert acting.acted(own, policy(**dict.fromkeys(LEFT, "refuse")).rules).action == "pass"


async def test_our_own_lack_of_a_key_is_our_failure_and_refused_for_the_time_being(parts: Parts) -> None:
    keyless = Wrapper("https://c.example", Keyring(()))
    outcome = await process(parts, PLAIN, wrapper=keyless, other="refuse")
    assert (outcome.left[0].reason, outcome.left[0].kind, outcome.result) == (
        NO_KEY, "screen_failure", "untouched"
    )  # fmt: skip
    outcome = await process(parts, PLAIN, wrapper=keyless, screen_failure="refuse")
    assert outcome.result == "refused" and acting.our_fault(outcome)


async def test_a_rewriting_that_was_ended_leaves_an_odd_link_that_somebody_must_be_told_of(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ended(*_: Any) -> None:
        raise WorkerError("it took longer than 10 s", "deadline")

    monkeypatch.setattr(parts.pipeline.reader, "rewrite", ended)
    outcome = await process(parts, PLAIN)
    assert (outcome.action, outcome.because) == ("tag", ("other",))


async def test_a_message_that_takes_no_lines_is_acted_upon_without_any(parts: Parts) -> None:
    raw = b" continued\r\n" + SIGNED
    outcome = await process(parts, raw, other="refuse", signed="refuse", listed="refuse")
    assert outcome.prefix == b"" and outcome.result == "refused"


async def test_a_bare_file_is_never_acted_upon(parts: Parts) -> None:
    everything = dict.fromkeys((*LEFT, "broken", "format", "limit", "encrypted"), "refuse")
    pipeline = replace(parts.pipeline, policy=policy(**everything))
    source = work.BareFile(b"%PDF-1.7\nnot really")
    outcome = await pipeline.process(source, Envelope(), id=ID, at=1.0)
    assert outcome.inspection.skipped and (outcome.action, outcome.result) == ("pass", "untouched")


def test_a_format_whose_links_are_only_listed_is_told_by_its_reason() -> None:
    reason = f"links in text/calendar {registry.LISTED}"
    assert acting.left(Skipped("1", reason), ()).kind == "listed"
    assert acting.left(Skipped("1", reason), (Flag("signed", "1", ""),)).kind == "signed"
    assert acting.left(Skipped("1", wrap.SIGNED), ()).kind == "signed_pdf"
    assert acting.left(Skipped("1", "no room"), (Flag("pdf-signed", "1", ""),)).kind == "signed_pdf"
    assert acting.left(Skipped("1", "no room"), ()).kind == "other"


async def test_what_is_recorded_of_a_refused_message_holds_no_change_and_no_ticket(parts: Parts) -> None:
    outcome = await process(parts, PLAIN)
    gone = acting.withheld(replace(outcome, result="refused"))
    assert (gone.prefix, gone.patches, gone.tickets, gone.manifest) == (b"", (), (), None)
    assert [one.reason for one in gone.left] == [acting.REFUSED]


@given(st.text(max_size=2000))
def test_a_message_that_could_not_be_screened_says_so_whatever_the_error(why: str) -> None:
    outcome = acting.unscreened(policy(screen_failure="hold"), Envelope("a@b.test"), ID, 1.0, why)
    assert (outcome.result, outcome.because) == ("held", ("screen_failure",))
    assert outcome.inspection.skipped[0].kind == "screen_failure"
    assert len(outcome.inspection.skipped[0].reason) <= 500
    assert acting.unscreened(POLICY, Envelope(), ID, 1.0, why).result == "untouched"


KINDS = st.sampled_from(("", "encrypted", "limit", "broken", "format", "screen_failure", "hold", "refuse"))
REASONS = st.sampled_from((wrap.ATTACHED, wrap.OWN, wrap.NO_KEY, wrap.SIGNED, "no room", registry.LISTED))
FLAGS = st.sampled_from(("ambiguous-boundary", "ambiguous-link", "signed", "pdf-signed", "limit", "refuse"))


@given(st.lists(KINDS), st.lists(REASONS), st.lists(FLAGS))
def test_law_no_content_is_stopped_unless_policy_says_so(
    kinds: list[str], reasons: list[str], names: list[str]
) -> None:
    flags = tuple(Flag(name, "1", "") for name in names)
    skipped = tuple(Skipped("1", "", kind) for kind in kinds)
    bare = acting.unscreened(POLICY, Envelope(), ID, 1.0, "")
    outcome = replace(
        bare,
        inspection=replace(bare.inspection, skipped=skipped, flags=flags),
        not_rewritten=tuple(acting.left(Skipped("1", reason), flags) for reason in reasons),
    )
    assert acting.acted(outcome, POLICY.rules).result == "untouched"
    everything = replace(POLICY.rules, actions=ActionRules(**dict.fromkeys(KEYS, "refuse")))
    trouble = bool(skipped) or any(r not in (wrap.OWN,) for r in reasons)
    trouble = trouble or any(name.startswith("ambiguous-") for name in names)
    assert (acting.acted(outcome, everything).result == "refused") == trouble


def observing(made: Policy) -> Policy:
    return replace(made, rules=replace(made.rules, observe=ObserveRules(True)))


BOTH = (
    b'From: a@office.example\r\nContent-Type: multipart/mixed; boundary="c"\r\n\r\n--c\r\n\r\n' + LINK
    + b"--c\r\n" + SIGNED.partition(b"\r\n")[2] + b"--c--\r\n"
)  # fmt: skip


@pytest.mark.parametrize("action", ["pass", "tag", "hold", "refuse"])
@pytest.mark.parametrize("raw", [PLAIN, SIGNED, ATTACHED, FILE, LONG, ENCRYPTED, BOTH])
async def test_what_is_only_observed_leaves_as_if_nothing_were_odd_and_says_what_would_have_been(
    parts: Parts, raw: bytes, action: str
) -> None:
    """What cannot be rewritten shows only when it is tried (LONG has no room, FILE is attached)."""
    wish = dict.fromkeys((*LEFT, "encrypted", "format"), action)
    acting_one = await process(parts, raw, **wish)
    pipeline = replace(parts.pipeline, policy=observing(policy(**wish)))
    seen = await pipeline.process(raw, Envelope(), id=ID, at=1_700_000_000.0)
    assert (seen.result, seen.action, seen.because) == ("untouched", "pass", ())
    assert (seen.patches, seen.tickets, seen.manifest) == ((), (), None)
    assert (seen.observed, seen.observed_because) == (acting_one.result, acting_one.because)
    harmless = await replace(pipeline, policy=POLICY).process(raw, Envelope(), id=ID, at=1_700_000_000.0)
    assert harmless.result == "untouched"
    assert seen.prefix == harmless.prefix, "its reader must not see a difference"
    assert acting.teaches(seen) == acting.teaches(acting_one)


async def test_what_somebody_forces_is_rewritten_although_policy_only_observes(parts: Parts) -> None:
    raw = PLAIN + b"And https://second.example/ .\r\n"
    pipeline = replace(parts.pipeline, policy=observing(policy()))
    forced = ("https://odd.example/a",)
    seen = await pipeline.process(raw, Envelope(), id=ID, at=1_700_000_000.0, force=forced)
    assert [ticket.url for ticket in seen.tickets] == list(forced)
    assert (seen.result, seen.observed, seen.action) == ("rewritten", "rewritten", "pass")
    sent = seen.prefix + work.patched(raw, seen.patches)
    assert b"https://second.example/" in sent and b"https://odd.example/a" not in sent
    assert seen.manifest is not None and manifests.restore(sent, seen.manifest) == raw


async def test_a_forced_rewriting_that_is_ended_while_observing_is_no_mistake_of_ours(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ended(*_: Any) -> None:
        raise WorkerError("it took longer than 10 s", "deadline")

    monkeypatch.setattr(parts.pipeline.reader, "rewrite", ended)
    pipeline = replace(parts.pipeline, policy=observing(policy()))
    seen = await pipeline.process(PLAIN, Envelope(), id=ID, at=1.0, force=("https://odd.example/a",))
    assert (seen.result, seen.observed, seen.observed_because) == ("untouched", "untouched", ("other",))


async def test_a_bare_file_is_observed_without_any_action(parts: Parts) -> None:
    everything = dict.fromkeys((*LEFT, "broken", "format", "limit", "encrypted"), "refuse")
    pipeline = replace(parts.pipeline, policy=observing(policy(**everything)))
    outcome = await pipeline.process(work.BareFile(b"%PDF-1.7\nnot really"), Envelope(), id=ID, at=1.0)
    assert (outcome.action, outcome.result, outcome.observed) == ("pass", "untouched", "untouched")


def test_what_could_not_be_screened_goes_by_its_recipients() -> None:
    made = policy(screen_failure="refuse")
    scopes = (ScopeEntry("pilot", "x", ("pilot.example",), observe=True),)
    made = replace(made, rules=replace(made.rules, scope=scopes))
    for recipients, result, observed in (
        (("a@pilot.example",), "untouched", "refused"),
        (("a@other.example",), "refused", ""),
        (("a@pilot.example", "a@other.example"), "refused", ""),
    ):
        outcome = acting.unscreened(made, Envelope("", recipients), ID, 1.0, "x")
        assert (outcome.result, outcome.observed) == (result, observed)
        assert outcome.action == ("pass" if observed else "refuse")
        assert outcome.judgement.scope.name == ("pilot" if observed else "")
