"""``oddlink forget SENDER|DOMAIN``: take an address or a domain out of the history.

Does not remove recorded decisions and clicks; they are kept and removed by age.
"""

from __future__ import annotations

from typing import Annotated

import typer

from gateway import ruling
from gateway.cli.common import DATA, Config, Failure, Json, StoreUrl, now, open_store, printable
from gateway.cli.output import write_json
from gateway.cli.ruling import By, who

Name = Annotated[str, typer.Argument(metavar="SENDER|DOMAIN", help="An address, or a domain with all in it.")]

_KINDS = {
    "owners": "histories of senders",
    "domains": "what others remembered of links to it",
    "waiting": "lessons that waited",
    "confirmed": "entries of the confirmed list",
}
"""What the counts are of, for people."""


def command(name: Name, by: By = "", json: Json = False, config: Config = None, store: StoreUrl = "") -> None:
    """Forget what was learned of a sender, or of a domain as sender and as destination."""
    with open_store(config, store) as opened:
        try:
            taken, counts = ruling.forget(opened, name, who=who(by), at=now())
        except ruling.RulingError as error:
            raise Failure(str(error), DATA) from error
    if json:
        write_json({"forgotten": taken, **counts})
    elif not any(counts.values()):
        typer.echo(printable(f"nothing was known of {taken}"))
    else:
        rows = ", ".join(f"{_KINDS.get(kind, kind)}: {number}" for kind, number in counts.items() if number)
        typer.echo(printable(f"forgotten: {taken} ({rows})"))
