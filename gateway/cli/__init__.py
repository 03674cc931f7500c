"""The command line: one file per command, registered here.

Does not hold the work of any command.
"""

from __future__ import annotations

import sys

import typer

from gateway.cli.backtest import command as backtest
from gateway.cli.clicks import command as clicks
from gateway.cli.common import guard
from gateway.cli.decisions import command as decisions
from gateway.cli.demo import command as demo
from gateway.cli.doctor import command as doctor
from gateway.cli.explain import command as explain
from gateway.cli.keys import app as keys
from gateway.cli.learn import command as learn
from gateway.cli.links import command as links
from gateway.cli.restore import command as restore
from gateway.cli.rewrite import command as rewrite
from gateway.cli.scan import command as scan
from gateway.cli.serve import command as serve

app = typer.Typer(
    name="oddlink",
    help="A mail gateway that rewrites only the links that do not belong.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)
app.command("serve")(serve)
app.command("demo")(demo)
app.command("links")(links)
app.command("scan")(scan)
app.command("rewrite")(rewrite)
app.command("restore")(restore)
app.command("learn")(learn)
app.command("backtest")(backtest)
app.command("explain")(explain)
app.command("decisions")(decisions)
app.command("clicks")(clicks)
app.command("doctor")(doctor)
app.add_typer(keys, name="keys")


def main() -> None:
    """The ``oddlink`` command."""
    sys.exit(guard(lambda: app(standalone_mode=False)))
