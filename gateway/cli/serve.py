"""``oddlink serve``: the gateway.

Does not start in the background: systemd or a container does that.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from gateway import logs, serving
from gateway.app import Parts
from gateway.cli.common import CONFIG, Config, Failure, PolicyPath, StoreUrl
from gateway.cli.session import parts_for
from gateway.settings import Settings


def command(config: Config = None, store: StoreUrl = "", policy: PolicyPath = None) -> None:
    """Run the gateway: relay, click page, console and metrics, until SIGTERM or Ctrl-C."""
    asyncio.run(_serve(config, store, policy))


async def _serve(config: Path | None, store: str, policy: Path | None) -> None:
    settings = Settings.load(config)
    logs.configure(settings.log.level, settings.log.format, local_parts=settings.log.local_parts)
    await run(parts_for_work(settings, store, policy))


def parts_for_work(settings: Settings, store: str, policy: Path | None) -> Parts:
    """The parts as the gateway uses them, with its real keys and its Received line."""
    log = logs.logger()

    def failed(operation: str, words: str) -> None:
        log.error("store-failed", operation=operation, why=words)

    return parts_for(
        settings, policy=policy, store=store, keys_for="work",
        received_line=settings.relay.received_line, failed=failed,
    )  # fmt: skip


async def run(parts: Parts, ready: serving.Ready | None = None, clock: serving.Clock | None = None) -> None:
    """Serve until told to stop; close everything behind."""
    try:
        await serving.serve(parts, ready, clock)
    except serving.ListenError as error:
        raise Failure(f"{error}; see `oddlink doctor`", CONFIG) from error
    finally:
        await parts.close()
