"""``oddlink feeds update``: fetch the lists the policy names, and the list of registries where it is used.

Made for a timer: it says what became of each list, ends with 75 where one could not be had, and a running
gateway takes up what changed.

Does not choose lists; none is fetched that the policy does not name.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Annotated

import typer

from gateway import feeds
from gateway.cli.common import CONFIG, TEMPORARY, Config, Json, PolicyPath, fail, printable
from gateway.cli.output import console
from gateway.cli.progress import bar
from gateway.cli.report import line
from gateway.settings import Settings
from gateway.sources import BOOTSTRAP
from policy.feedformats import RANKS
from policy.policyfile import load as load_policy
from policy.rules import Rules

app = typer.Typer(name="feeds", help="Lists from outside: block lists, popularity.", no_args_is_help=True)

Shrunk = Annotated[
    bool, typer.Option("--accept-shrunk", help="Take lists that are less than half as long as they were.")
]


@app.callback()
def _feeds() -> None:
    """Lists from outside: block lists, popularity."""


@app.command("update")
def update(
    as_json: Json = False, config: Config = None, policy: PolicyPath = None, accept_shrunk: Shrunk = False
) -> None:
    """Fetch the lists the policy names into lists.dir."""
    settings = Settings.load(config)
    folder = settings.lists.dir
    if folder is None:
        fail('lists.dir is not set; write for example dir = "var/lists" under [lists]', CONFIG)
    rules = load_policy(policy or settings.policy.file).rules
    wanted = _targets(settings, folder, rules)
    if not wanted:
        typer.echo(
            "The policy names no [[feed]], and lookups.rdap is off: there is nothing to fetch.", err=True
        )
        return
    try:
        with feeds.locked(folder):
            done = [
                asyncio.run(feeds.update(one, folder, time.time(), accept_shrunk=accept_shrunk))
                for one in bar(wanted, "fetching")
            ]
    except feeds.FeedsBusyError as error:
        fail(str(error), TEMPORARY)
    idle = feeds.unused(rules)
    for one in done:
        told = [one.words] if one.words else []
        words = "; ".join([*told, feeds.NO_ROLE.format(name=one.name)] if one.name in idle else told)
        if as_json:
            row = {"name": one.name, "result": one.result, "entries": one.entries, "words": words}
            typer.echo(line(row))
        else:
            words = f": {printable(words)}" if words else ""
            console().print(f"{one.name}: {one.result}, {one.entries} entries{words}", markup=False)
    if any(one.result == "kept" for one in done):
        raise typer.Exit(TEMPORARY)


def _targets(settings: Settings, folder: Path, rules: Rules) -> tuple[feeds.Target, ...]:
    wanted = feeds.targets(rules.feed, folder, rules.lists.blocked)
    # Popularity first: lists that block are checked against it.
    wanted = tuple(sorted(wanted, key=lambda one: one.format not in RANKS))
    if settings.lookups.rdap:
        wanted += (feeds.registries(settings.lookups.rdap_bootstrap, folder / BOOTSTRAP),)
    return wanted
