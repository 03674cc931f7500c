"""What the judging commands share: settings, parts, and one message at a time through the pipeline.

Does not print.
"""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from datetime import UTC
from email.utils import parsedate_to_datetime
from pathlib import Path

from gateway import work
from gateway.app import Parts, build
from gateway.cli.common import CONFIG, Failure
from gateway.keys import KeysError
from gateway.outcome import Outcome
from gateway.settings import Settings
from inspectors.model import Header
from policy.lookups.locallists import ListError
from policy.model import Envelope
from policy.policyfile import PolicyError


@contextlib.asynccontextmanager
async def opened(
    config: Path | None,
    *,
    policy: Path | None,
    store: str,
    keys_for: str = "trial",
    from_is_genuine: bool = False,
) -> AsyncIterator[Parts]:
    """The parts for one command, closed behind it."""
    settings = Settings.load(config)
    # One message after another: a second process would only cost its start.
    parts = parts_for(
        settings, policy=policy, store=store, keys_for=keys_for, from_is_genuine=from_is_genuine, processes=1
    )
    try:
        yield parts
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
    failed: Callable[[str, str], None] = lambda operation, words: None,
) -> Parts:
    """``app.build``, with configuration errors as failures a person can act on."""
    try:
        return build(
            settings, policy_file=policy, store_url=store, keys_for=keys_for, from_is_genuine=from_is_genuine,
            received_line=received_line, processes=processes, failed=failed,
        )  # fmt: skip
    except (PolicyError, KeysError, ListError) as error:
        raise Failure(str(error), CONFIG) from error


async def process(
    parts: Parts, source: work.Source, *, at: float | None = None, force: Collection[str] = ()
) -> Outcome:
    """One message through the whole pipeline, with a new id; nothing is written to the store."""
    now = time.time() if at is None else at
    return await parts.pipeline.process(source, Envelope(), id=secrets.token_hex(8), at=now, force=force)


def sent_at(headers: Sequence[Header]) -> float | None:
    """Unix time of the Date field, seconds; None where it has none or says nonsense."""
    for field in headers:
        if field.name == "date":
            try:
                found = parsedate_to_datetime(field.value[:100].decode("ascii", "replace"))
                # "-0000" gives no zone; this machine's own must not come in.
                at = (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
            except (ValueError, TypeError, OverflowError, OSError, IndexError):
                return None
            return at if 0 < at < 4e9 else None
    return None
