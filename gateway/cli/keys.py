"""``oddlink keys``: make, list, rotate and retire ticket keys.

A running gateway reads its keys at its start, so a change here works from the next start on.
Does not print a secret, and does not delete a key: that is done by hand, knowing which links die.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from gateway import keys
from gateway.tokens import Key, Keyring

BAD_CONFIGURATION = 78
"""sysexits.h EX_CONFIG."""

Directory = Annotated[Path, typer.Option("--dir", help="Directory of the key files.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
DEFAULT = Path("var/keys")

app = typer.Typer(
    name="keys", help="Ticket keys: what rewritten links are signed with.", no_args_is_help=True
)


@app.command("new")
def new(directory: Directory = DEFAULT, as_json: AsJson = False) -> None:
    """Make a key; new links are signed with it, old keys stay as they are."""
    with _said():
        made = keys.new(directory, time.time())
        _show([made], keys.load(directory), as_json)


@app.command("list")
def list_(directory: Directory = DEFAULT, as_json: AsJson = False) -> None:
    """Show all keys, oldest first."""
    with _said():
        ring = keys.load(directory)
        _show(sorted(ring.keys, key=lambda key: (key.created, key.id)), ring, as_json)


@app.command("rotate")
def rotate(directory: Directory = DEFAULT, as_json: AsJson = False) -> None:
    """Make a key and retire all others; links signed with them go on working."""
    with _said():
        made, retired = keys.rotate(directory, time.time())
        _show([*retired, made], keys.load(directory), as_json)


@app.command("retire")
def retire(
    key: Annotated[str, typer.Argument(help="The two characters of its id.")],
    directory: Directory = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Sign no more with one key; links signed with it go on working."""
    with _said():
        _show([keys.retire(directory, key)], keys.load(directory), as_json)


@contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except keys.KeysError as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(BAD_CONFIGURATION) from None


def _show(some: Iterable[Key], ring: Keyring, as_json: bool) -> None:
    rows = [(key.id, _when(key), _state(key, ring)) for key in some]
    if as_json:
        for key_id, created, state in rows:
            typer.echo(json.dumps({"id": key_id, "created": created, "state": state}))
        return
    table = Table("key", "created", "state", box=None, pad_edge=False)
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def _when(key: Key) -> str:
    return dt.datetime.fromtimestamp(key.created, dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _state(key: Key, ring: Keyring) -> str:
    if key.retired:
        return "retired"
    return "signing" if key == ring.signing else "ready"
