"""What the commands share: options, exit codes, one door for errors, and text that is safe to print.

Does not do the work of any command.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import time
import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from gateway.keys import KeysError
from gateway.settings import Settings, SettingsError
from gateway.store import Store, StoreError
from policy.policyfile import PolicyError

USAGE, DATA, SOFTWARE, TEMPORARY, CONFIG = 64, 65, 70, 75, 78
"""Exit codes as sysexits.h has them: wrong command line, bad data, our own mistake, try later, bad
configuration."""

Config = Annotated[Path | None, typer.Option("--config", help="Settings; ./oddlink.toml where it exists.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
StoreUrl = Annotated[
    str, typer.Option("--store", metavar="URL", help="Another store than the settings name.")
]
PolicyPath = Annotated[Path | None, typer.Option("--policy", metavar="FILE", help="Another policy.")]
Recipients = Annotated[
    list[str] | None,
    typer.Option("--recipient", metavar="ADDRESS", help="As if sent to this address; can be repeated."),
]
FromIsGenuine = Annotated[
    bool, typer.Option("--from-is-genuine", help="Take the From address at its word (for old archives).")
]
Since = Annotated[str, typer.Option("--since", help='How far back: "2h", "3d", "2w", or a date in UTC.')]

_AGO = re.compile(r"(\d{1,6})\s*(s|m|min|h|d|w)\Z")
_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800}


class Failure(Exception):  # noqa: N818 - a word, not "FailureError"; commands raise it
    """A command cannot go on; the words name file and line, what is wrong and what would be right."""

    def __init__(self, words: str, code: int = DATA) -> None:
        super().__init__(words)
        self.code = code


def guard(call: Callable[[], object]) -> int:
    """Run ``call`` and give the exit code of the process; errors become one clear line each on stderr.

    Written for ``app(standalone_mode=False)``. ODDLINK_TRACEBACK=1 in the environment lets our own mistakes
    through with their traceback.
    """
    try:
        result = call()
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except BrokenPipeError:
        return _nobody_reads()
    except SystemExit as error:
        # click ends the process with 1 for a broken pipe, before the line above could see it.
        if isinstance(error.__context__, BrokenPipeError):
            return _nobody_reads()
        raise
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except typer.Exit as error:
        return error.exit_code
    except Exception as error:
        code, words = _explained(error)
        if code == SOFTWARE and os.environ.get("ODDLINK_TRACEBACK"):
            raise
        for line in words.splitlines():
            print(f"oddlink: {printable(line)}", file=sys.stderr)  # noqa: T201 - the one door for errors
        return code


def _nobody_reads() -> int:
    """Whoever read our output has seen enough (`| head`). Nothing may be flushed into that pipe at exit."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)
    return 0


def _explained(error: Exception) -> tuple[int, str]:
    if isinstance(error, Failure):
        return error.code, str(error)
    if isinstance(error, (SettingsError, PolicyError, KeysError)):
        return CONFIG, str(error)
    if isinstance(error, StoreError):
        return (TEMPORARY if error.transient else CONFIG), str(error)
    if isinstance(error, typer.BadParameter) or hasattr(error, "format_message"):
        # Typer's own copy of click has no public name for UsageError; all its errors can format themselves.
        words = error.format_message().rstrip(".")
        return USAGE, f"{words}; see `{_command(error)} --help`" if words else ""
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return DATA, f"{where}{error.strerror or error}"
    words = f"{type(error).__name__}: {error}"[:500]
    return SOFTWARE, f"our own mistake ({words}); ODDLINK_TRACEBACK=1 shows where"


def _command(error: Exception) -> str:
    """The command that a usage error is about, as one types it."""
    names: list[str] = []
    at: Any = getattr(error, "ctx", None)
    while at is not None and at.parent is not None:
        names.insert(0, str(at.info_name))
        at = at.parent
    return " ".join(("oddlink", *names))


def one_of(option: str, given: str, known: Sequence[str]) -> str:
    """What an option was given; Failure where it is neither empty nor one of ``known``."""
    if given and given not in known:
        fail(f"{option} {given[:40]!r}: has to be one of " + ", ".join(known), USAGE)
    return given


def fail(words: str, code: int = DATA) -> NoReturn:
    """Stop the command with one line of words."""
    raise Failure(words, code)


def open_store(config: Path | None, store: str, *, create: bool = False) -> Store:
    """The store that ``--store`` or the settings name; close it after use."""
    settings = Settings.load(config)
    return Store.open(store or settings.store.url, create=create, wait=settings.store.wait)


def parse_since(text: str, now: float) -> float:
    """Unix seconds of "2h", "3d" before ``now``, or of an ISO date or time (UTC where it names no zone)."""
    stripped = text.strip()
    if not stripped:
        return 0.0
    ago = _AGO.match(stripped.lower())
    if ago:
        return now - int(ago[1]) * _SECONDS[ago[2]]
    try:
        moment = datetime.fromisoformat(stripped)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        fail(f'--since {stripped[:40]!r}: write for example "2h", "3d", "2w" or "2026-01-31"', USAGE)


def now() -> float:
    """Unix seconds; the commands take the time from here only."""
    return time.time()


def counted(number: int, noun: str) -> str:
    """ "1 link", "2 links"."""
    return f"{number} {noun}" + ("" if number == 1 else "s")


def printable(text: str) -> str:
    """``text`` with everything escaped that a terminal would act on rather than show.

    Control characters (C0, C1), direction marks and other invisible format characters, lone surrogates and
    line separators: a mail must not be able to colour, move or turn round what an analyst reads.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character == " " or unicodedata.category(character)[0] not in "CZ":
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
