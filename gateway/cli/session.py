"""What the judging commands share: settings, parts, and one message at a time through the pipeline.

Does not print.
"""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from pathlib import Path

import structlog

from gateway import logs, work
from gateway.app import Parts, build
from gateway.cli.common import CONFIG, USAGE, Failure
from gateway.keys import KeysError
from gateway.outcome import Outcome
from gateway.settings import Settings
from inspectors import headers
from inspectors.model import Header
from policy.addresses import domain_of
from policy.lookups.locallists import ListError
from policy.model import Envelope
from policy.policyfile import PolicyError

PATIENCE = 10.0
"""Seconds for the answers about one message: nobody's mail waits for a command, and a busy machine must not
change what it prints."""


@contextlib.asynccontextmanager
async def opened(
    config: Path | None,
    *,
    policy: Path | None,
    store: str,
    keys_for: str = "trial",
    from_is_genuine: bool = False,
    reputation: bool = True,
) -> AsyncIterator[Parts]:
    """The parts for one command, closed behind it."""
    settings = Settings.load(config)
    if not structlog.is_configured():  # unconfigured, it would write between the lines of --json
        logs.configure("error", "text")
    # One message after another: a second process would only cost its start.
    parts = parts_for(
        settings, policy=policy, store=store, keys_for=keys_for, from_is_genuine=from_is_genuine, processes=1,
        reputation=reputation,
    )  # fmt: skip
    patient = max(parts.pipeline.deadline, PATIENCE)
    try:
        yield replace(parts, pipeline=replace(parts.pipeline, deadline=patient))
    finally:
        await parts.close()


def parts_for(
    settings: Settings,
    *,
    policy: Path | None,
    store: str,
    keys_for: str,
    from_is_genuine: bool = False,
    received_line: bool = False,
    processes: int = 0,
    reputation: bool = True,
    failed: Callable[[str, str], None] = lambda operation, words: None,
) -> Parts:
    """``app.build``, with configuration errors as failures a person can act on."""
    try:
        return build(
            settings, policy_file=policy, store_url=store, keys_for=keys_for, from_is_genuine=from_is_genuine,
            received_line=received_line, processes=processes, reputation=reputation, failed=failed,
        )  # fmt: skip
    except (PolicyError, KeysError, ListError) as error:
        raise Failure(str(error), CONFIG) from error


async def process(
    parts: Parts,
    source: work.Source,
    *,
    at: float | None = None,
    force: Collection[str] = (),
    envelope: Envelope | None = None,
) -> Outcome:
    """One message through the whole pipeline, with a new id; nothing is written to the store."""
    now = time.time() if at is None else at
    given = envelope or Envelope()
    return await parts.pipeline.process(source, given, id=secrets.token_hex(8), at=now, force=force)


def addressed(recipients: Sequence[str] | None) -> Envelope:
    """The envelope for what ``--recipient`` says. Raises Failure."""
    for one in recipients or ():
        if not domain_of(one):
            raise Failure(
                f"--recipient {one[:100]!r} is no address; write it like clerk@company.example", USAGE
            )
    return Envelope(rcpt_tos=tuple(recipients or ()))


def dated(raw: bytes, now: float) -> float:
    """Unix time at which a message in an archive says it was sent, seconds, but never later than ``now``."""
    head, _ = headers.block(raw, 0, len(raw))
    return min(sent_at(headers.fields(raw, head)[0]) or now, now)


def sent_at(fields: Sequence[Header]) -> float | None:
    """Unix time of the Date field, else of the topmost Received, seconds; None where neither tells."""
    for name in ("date", "received"):
        value = next((field.value for field in fields if field.name == name), b"")
        at = _moment((value.rpartition(b";")[2] if name == "received" else value)[:100])
        if at is not None:
            return at
    return None


def _moment(text: bytes) -> float | None:
    """A date-time of RFC 5322 section 3.3 as Unix time; None for what is none."""
    try:
        found = parsedate_to_datetime(text.decode("ascii", "replace").strip())
        # "-0000" gives no zone; this machine's own must not come in.
        at = (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, OverflowError, OSError, IndexError):
        return None
    return at if 0 < at < 4e9 else None
