"""The one place where objects are made and joined: for the gateway, and for commands that judge mail.

Does not listen (``serving.py`` does) and holds no logic of its own.
"""

from __future__ import annotations

import secrets
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from gateway import keys, logs
from gateway.keeper import Keeper
from gateway.metrics import Metrics
from gateway.pipeline import Pipeline
from gateway.reader import Reader
from gateway.settings import Settings
from gateway.sources import outside
from gateway.store import Store
from gateway.tokens import Key, Keyring
from gateway.workers import WorkerLimits, Workers
from gateway.wrap import Wrapper
from policy.lookups.kept import Kept
from policy.lookups.listfolder import ListFolder
from policy.lookups.listfolder import load as load_lists
from policy.lookups.locallists import LocalLists
from policy.lookups.registry import Source
from policy.model import Trust
from policy.policyfile import load as load_policy
from policy.rules import Policy


@dataclass(frozen=True, slots=True)
class Parts:
    """What judging mail needs, made from the settings."""

    settings: Settings
    policy: Policy
    store: Store
    keeper: Keeper
    workers: Workers
    pipeline: Pipeline
    ring: Keyring
    metrics: Metrics
    policy_file: Path | None = None
    """Where the policy was read from; None for the one we ship."""

    @property
    def own_hosts(self) -> frozenset[str]:
        """Names of our own click service: links to it teach nothing."""
        return frozenset(filter(None, (urlsplit(self.settings.clicks.url).hostname,)))

    async def close(self) -> None:
        """Write what waits, end the workers, close the store."""
        await self.keeper.close()
        for source in self.pipeline.sources:
            if isinstance(source, Kept | ListFolder):
                await source.close()
        self.workers.close()
        self.store.close()


def build(
    settings: Settings,
    *,
    policy_file: Path | None = None,
    store_url: str = "",
    keys_for: str,
    from_is_genuine: bool = False,
    received_line: bool = False,
    processes: int = 0,
    reputation: bool = True,
    failed: Callable[[str, str], None] = lambda operation, words: None,
) -> Parts:
    """Make everything. ``keys_for``: "work" takes the installation's ticket keys and makes a first one where
    there is none; "trial" takes a key nobody keeps, to see what would be rewritten. ``processes``: workers,
    where not as many as the settings say. ``reputation``: ask outside about the domains of links; what is
    said of them today is of no use for the mail of an archive.

    Raises PolicyError, StoreError, KeysError or ListError, each with file and words.
    """
    policy_file = policy_file or settings.policy.file
    policy = load_policy(policy_file)
    metrics = Metrics()
    lists = ListFolder(settings.lists.dir, told=_tell_lists(metrics))
    ring = _ring(settings, trial=keys_for == "trial")
    metrics.running(version(), policy.version)
    store = Store.open(store_url or settings.store.url, wait=settings.store.wait)

    def store_failed(operation: str, words: str) -> None:
        metrics.store_error(operation)
        failed(operation, words)

    keeper = Keeper(
        store, delay=settings.store.delay, deadline=settings.store.read_deadline, failed=store_failed
    )
    limits = worker_limits(settings)
    workers = Workers(replace(limits, processes=processes or limits.processes))
    sources: list[Source] = [keeper, lists]
    sources += outside(settings, identity=not from_is_genuine, reputation=reputation)
    pipeline = Pipeline(
        policy=policy,
        trust=_trust(settings, from_is_genuine),
        sources=sources,
        reader=Reader(workers, metrics.worker_killed),
        wrapper=Wrapper(settings.clicks.url, ring),
        hostname=settings.relay.hostname or socket.gethostname(),
        received_line=received_line,
        deadline=settings.workers.lookup_deadline,
    )
    return Parts(settings, policy, store, keeper, workers, pipeline, ring, metrics, policy_file)


def _tell_lists(metrics: Metrics) -> Callable[[str, str], None]:
    def told(result: str, words: str) -> None:
        metrics.lists_read(result)
        log = logs.logger()
        (log.info if result == "taken" else log.error)(f"lists-{result}", lists=words)

    return told


def version() -> str:
    """The version of the installed distribution."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as of

    try:
        return of("oddlink")
    except PackageNotFoundError:
        return "unknown"


def _ring(settings: Settings, *, trial: bool) -> Keyring:
    now = time.time()
    if trial:
        return Keyring((Key("00", secrets.token_bytes(32), now, retired=False),))
    return keys.ensure(settings.keys.dir or Path("keys"), now)


def _trust(settings: Settings, from_is_genuine: bool) -> Trust:
    identity = settings.identity
    return Trust(
        identity.authserv_ids,
        identity.our_hosts,
        identity.verify_dkim,
        from_is_genuine,
        identity.verify_spf and not from_is_genuine,
    )


def worker_limits(settings: Settings) -> WorkerLimits:
    """The workers' own form of their settings."""
    own = settings.workers
    # Wall clock leaves room for a busy machine; the bound that counts is processor time.
    return WorkerLimits(own.processes, own.deadline, 5 * own.deadline, own.memory, own.messages)


def local_lists(folder: Path | None) -> LocalLists:
    """The lists in a folder; ListError where it is not there or one cannot be read."""
    return load_lists(folder)
