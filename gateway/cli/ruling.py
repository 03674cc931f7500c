"""What ``release``, ``confirm`` and ``forget`` share: which message, whose word, and how it is shown.

Does not decide what follows from a ruling; ``gateway.ruling`` does.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.common import DATA, USAGE, Failure, fail, now, open_store, printable
from gateway.cli.output import write_json
from gateway.ruling import Ruled, RulingError
from gateway.settings import Settings
from gateway.store.rows import MessageRow
from policy.policyfile import load
from policy.rules import Rules

Id = Annotated[str, typer.Argument(help="Our id (X-Oddlink, reply, log, click page).")]
Link = Annotated[
    int | None, typer.Option("--link", min=1, help="One link, by its number in `oddlink explain`.")
]
OfDomain = Annotated[str, typer.Option("--domain", metavar="D", help="The links to this domain.")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who decides; the login name by default.")]

Decide = Callable[..., Ruled]


def run(
    decide: Decide,
    id: str,
    link: int | None,
    domain: str,
    by: str,
    json: bool,
    config: Path | None,
    store: str,
) -> None:
    """Carry out one ruling on a recorded message and show what came of it."""
    if link and domain:
        fail("--link and --domain exclude each other; leave one out", USAGE)
    rules = rules_of(config)
    with open_store(config, store) as opened:
        row = opened.message(id.strip().lower())
        if row is None:
            fail(f"{id[:100]!r} is not in the store; `oddlink decisions` lists what is", DATA)
        try:
            ruled = decide(opened, row, rules, who=who(by), at=now(), link=(link or 0) - 1, domain=domain)
        except RulingError as error:
            raise Failure(str(error), DATA) from error
    _show(ruled, row, json)


def _show(ruled: Ruled, row: MessageRow, json: bool) -> None:
    if json:
        write_json(
            {
                "id": ruled.message,
                "ruling": ruled.what,
                "links": [number + 1 for number in ruled.links],
                "domains": list(ruled.domains),
                "words": ruled.words,
            }
        )
        return
    verb = {"release": "released", "confirm": "confirmed"}[ruled.what]
    urls = {link.number: link.url for link in row.links}
    for number in ruled.links:
        typer.echo(printable(f"{verb} link {number + 1}: {urls[number]}"))
    typer.echo(printable(ruled.words))


def rules_of(config: Path | None) -> Rules:
    """The rules in force."""
    settings = Settings.load(config)
    return load(settings.policy.file).rules


def who(by: str) -> str:
    """The name to write down."""
    if by.strip():
        return by.strip()
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # no login name, as in a container
        return "unknown"
