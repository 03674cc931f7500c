"""The table of commands: one file each, registered here.

Does not hold the work of any command.
"""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.app import version
from gateway.cli.backtest import command as backtest_command
from gateway.cli.calibrate import command as calibrate_command
from gateway.cli.clicks import command as clicks_command
from gateway.cli.confirm import command as confirm_command
from gateway.cli.decisions import command as decisions_command
from gateway.cli.demo import command as demo_command
from gateway.cli.doctor import command as doctor_command
from gateway.cli.explain import command as explain_command
from gateway.cli.feeds import app as feeds_app
from gateway.cli.forget import command as forget_command
from gateway.cli.keys import app as keys_app
from gateway.cli.learn import command as learn_command
from gateway.cli.links import command as links_command
from gateway.cli.observed import command as observed_command
from gateway.cli.release import command as release_command
from gateway.cli.restore import command as restore_command
from gateway.cli.rewrite import command as rewrite_command
from gateway.cli.scan import command as scan_command
from gateway.cli.serve import command as serve_command

app = typer.Typer(
    name="oddlink",
    help="A mail gateway that rewrites only the links that do not belong.",
    no_args_is_help=True,
    invoke_without_command=True,
    add_completion=True,
    pretty_exceptions_enable=False,
)


@app.callback()
def _app(
    shown: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False,
) -> None:
    """A mail gateway that rewrites only the links that do not belong."""
    if shown:
        typer.echo(f"oddlink {version()}")
        raise typer.Exit


app.command("serve")(serve_command)
app.command("demo")(demo_command)
app.command("links")(links_command)
app.command("scan")(scan_command)
app.command("rewrite")(rewrite_command)
app.command("restore")(restore_command)
app.command("learn")(learn_command)
app.command("backtest")(backtest_command)
app.command("calibrate")(calibrate_command)
app.command("explain")(explain_command)
app.command("decisions")(decisions_command)
app.command("observed")(observed_command)
app.command("clicks")(clicks_command)
app.command("release")(release_command)
app.command("confirm")(confirm_command)
app.command("forget")(forget_command)
app.command("doctor")(doctor_command)
app.add_typer(feeds_app, name="feeds")
app.add_typer(keys_app, name="keys")
