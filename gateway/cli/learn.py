"""``oddlink learn``: fill the history from archives, so that the first live message is judged on something.

What was learned once is marked in the store and passed over, so the command can be stopped and run again.

Does not judge by history: an archive is taken for good mail, except for links that are disguised.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from gateway.app import Parts
from gateway.cli import files, report
from gateway.cli.common import Config, FromIsGenuine, Json, PolicyPath, StoreUrl
from gateway.cli.progress import bar
from gateway.cli.session import dated, opened
from inspectors.model import Inspection
from policy.judge import judge
from policy.lessons import taught
from policy.model import Envelope, Facts, Lesson

Paths = Annotated[
    list[str], typer.Argument(metavar="PATH...", help="mbox files, Maildirs, folders of messages.")
]

_BATCH = 500
"""Messages written in one transaction; stopping loses no more than this much work."""


def command(
    paths: Paths,
    as_json: Json = False,
    config: Config = None,
    store: StoreUrl = "",
    policy: PolicyPath = None,
    from_is_genuine: FromIsGenuine = False,
) -> None:
    """Learn what senders link to from archives. Only mail proved genuine teaches (or --from-is-genuine)."""
    asyncio.run(_learn(paths, as_json, config, store, policy, from_is_genuine))


@dataclass(slots=True)
class _Batch:
    """Lessons not yet written, and what came of all messages so far."""

    lessons: list[Lesson] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def write(self, parts: Parts) -> None:
        parts.store.learn(self.lessons, sources=self.marks)
        self.lessons.clear()
        self.marks.clear()


async def _learn(
    paths: list[str], as_json: bool, config: Path | None, store: str, policy: Path | None, genuine: bool
) -> None:
    batch, unread = _Batch(), list[str]()
    async with opened(config, policy=policy, store=store, from_is_genuine=genuine) as parts:
        try:
            for piece in bar(files.pieces(paths), "learning"):
                await asyncio.sleep(0)  # lets Ctrl-C through, where nothing else waits
                if parts.store.learned(piece.mark):
                    batch.counts["known already"] += 1
                elif (raw := files.attempt(piece.read, piece.name, unread)) is not None:
                    await _one(parts, piece, raw, batch)
                if len(batch.marks) >= _BATCH:
                    batch.write(parts)
        finally:
            batch.write(parts)
    counts = {
        name: batch.counts[name] for name in ("learned", "taught nothing", "not genuine", "known already")
    }
    if counts["not genuine"] and not counts["learned"] + counts["taught nothing"] + counts["known already"]:
        typer.echo(report.NOBODY_GENUINE, err=True)
    if as_json:
        typer.echo(report.line(counts))
    else:
        report.console().print(", ".join(f"{number} {name}" for name, number in counts.items()))
    files.end(unread)


async def _one(parts: Parts, piece: files.Piece, raw: bytes, batch: _Batch) -> None:
    inspection = await parts.pipeline.reader.inspect(raw)
    judgement = judge(inspection, Envelope(), Facts(), parts.policy, parts.pipeline.trust)
    at = dated(raw, time.time())
    # An archive is taken for good mail: what would wait in live mail is left out, for nobody could object.
    now, _ = taught(
        inspection, Envelope(), judgement, parts.policy.rules, at, parts.own_hosts, _id(inspection)
    )
    if now is not None:  # also where all it says is that there was no link, or what came in an unproved name
        batch.lessons.append(now)
    if now is not None and now.domains and judgement.identity.genuine:
        batch.counts["learned"] += 1
    else:
        batch.counts["taught nothing" if judgement.identity.genuine else "not genuine"] += 1
    batch.marks.append(piece.mark)


def _id(inspection: Inspection) -> str:
    """The Message-ID: an archived message has no id of ours."""
    values = [header.value for header in inspection.message.headers if header.name == "message-id"]
    return values[0][:300].decode("ascii", "replace").strip() if values else ""
