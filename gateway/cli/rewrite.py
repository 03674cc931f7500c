"""``oddlink rewrite``: the whole pipeline on one message or one PDF, as a pipe.

Tickets, decision and manifest are committed to the store before the output is written, as in the gateway.

Does not send anything and does not learn.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from gateway import manifests, work
from gateway.cli import files
from gateway.cli.common import Config, FromIsGenuine, PolicyPath, Recipients, StoreUrl, printable
from gateway.cli.session import addressed, opened, process
from gateway.outcome import Outcome
from policy.model import Envelope

In = Annotated[str, typer.Argument(metavar="[IN]", help="A message or PDF; - is standard input.")]
Out = Annotated[str, typer.Argument(metavar="[OUT]", help="Where to write; - is standard output.")]
Force = Annotated[
    list[str] | None, typer.Option("--force", metavar="URL", help="Rewrite this URL whatever the judgement.")
]
ManifestFile = Annotated[
    Path | None, typer.Option("--manifest", metavar="FILE", help="Write what restores it.")
]


def command(
    source: In = "-",
    target: Out = "-",
    force: Force = None,
    manifest: ManifestFile = None,
    config: Config = None,
    store: StoreUrl = "",
    policy: PolicyPath = None,
    from_is_genuine: FromIsGenuine = False,
    recipients: Recipients = None,
) -> None:
    """Rewrite the odd links of one message, or the forced ones, and leave every other byte as it came."""
    envelope = addressed(recipients)
    asyncio.run(
        _rewrite(source, target, force or [], manifest, config, store, policy, from_is_genuine, envelope)
    )


async def _rewrite(
    source: str, target: str, force: list[str], manifest: Path | None, config: Path | None, store: str,
    policy: Path | None, genuine: bool, envelope: Envelope,
) -> None:  # fmt: skip
    raw = files.read(source)
    async with opened(config, policy=policy, store=store, keys_for="work", from_is_genuine=genuine) as parts:
        done = await process(parts, files.source(raw), force=force, envelope=envelope)
        outcome = _with_line_ends_of(raw, done)
        if outcome.tickets:
            await parts.keeper.record(outcome)
        if manifest is not None:
            kept = manifests.to_json(manifests.of(outcome, raw))
            files.write(str(manifest), json.dumps(kept, indent=1).encode("ascii") + b"\n")
        files.write(target, outcome.prefix + work.patched(raw, outcome.patches))
    _complain(outcome, force)


def _with_line_ends_of(raw: bytes, outcome: Outcome) -> Outcome:
    """Our lines end as the message's own do: a file with bare line feeds gets no carriage returns."""
    first = raw.find(b"\n")
    if first < 0 or raw[max(0, first - 1) : first] == b"\r":
        return outcome
    prefix = outcome.prefix.replace(b"\r\n", b"\n")
    kept = replace(outcome.manifest, added=prefix) if outcome.manifest else None
    return replace(outcome, prefix=prefix, manifest=kept)


def _complain(outcome: Outcome, force: list[str]) -> None:
    """Say what was asked for and not done."""
    links = outcome.inspection.links
    known = {link.url for link in links} | {link.written for link in links}
    for url in force:
        if url not in known:
            typer.echo(f"oddlink: {printable(url)} is no link of this message", err=True)
    if outcome.action in ("hold", "refuse"):
        why = ", ".join(outcome.because)
        typer.echo(f"oddlink: in the gateway this message would be {outcome.result} ({why})", err=True)
    for one in outcome.left:
        part = f"part {one.leaf}" if one.leaf else "the file"
        typer.echo(f"oddlink: not rewritten in {printable(part)}: {printable(one.reason)}", err=True)
