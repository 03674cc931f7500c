"""Rows as a table, as JSON lines or as CSV; strings from mail can do no harm in any of them.

Does not know what the rows are about.
"""

from __future__ import annotations

import csv
import json
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gateway.cli.common import USAGE, fail, printable

FORMATS = ("table", "json", "csv")
Format = Annotated[str, typer.Option("--format", help='"table", "json" (one object a line) or "csv".')]

_FORMULA = ("=", "+", "-", "@", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are the full-width forms, which some spreadsheets take for the first four."""


def chosen(format: str, json_lines: bool) -> str:
    """The format that ``--format`` and ``--json`` name together; Failure where it is not one of ours."""
    if format not in FORMATS:
        fail(f"--format {format[:40]!r}: has to be one of " + ", ".join(FORMATS), USAGE)
    if json_lines and format == "csv":
        fail("--json and --format csv exclude each other; leave one out", USAGE)
    return "json" if json_lines else format


def write_json(entry: Mapping[str, Any]) -> None:
    """One object on one line; ASCII, so that neither terminal nor encoding can be hurt by it."""
    sys.stdout.write(json.dumps(entry, ensure_ascii=True) + "\n")


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A header line and rows, as RFC 4180 has it, with cells that spreadsheets take for text."""
    writer = csv.writer(sys.stdout)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell(value) for value in row])


def cell(value: object) -> str:
    """A CSV cell that no spreadsheet runs as a formula.

    Spreadsheets run what starts with = + - @, also after white space; an apostrophe in front makes it text.
    Control characters, which some skip before they look, are escaped.
    """
    text = printable(str(value))
    return "'" + text if text.lstrip().startswith(_FORMULA) else text


_WHOLE = ("time", "id", "message", "step", "outcome", "links", "delivered", "example")
"""Columns that are never folded: their cells are short, and people copy them."""


def write_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table as wide as the terminal; not cut where the output is no terminal."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in _WHOLE)
    for row in rows:
        table.add_row(*(Text(printable(str(value))) for value in row))
    console().print(table)


def console() -> Console:
    """Rich on standard output, without markup, emoji or highlighting of what a mail says."""
    width = shutil.get_terminal_size((120, 24)).columns if sys.stdout.isatty() else 400
    return Console(width=width, markup=False, emoji=False, highlight=False, soft_wrap=False)
