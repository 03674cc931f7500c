"""Errors leave by one door, times are understood, and nothing printed acts on the terminal."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from gateway.cli import common
from gateway.keys import KeysError
from gateway.settings import SettingsError
from gateway.store import StoreError


def raising(error: BaseException) -> Callable[[], None]:
    def call() -> None:
        raise error

    return call


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (common.Failure("a.eml:3: odd", 65), 65, "oddlink: a.eml:3: odd\n"),
        (StoreError("store x: locked"), 75, "oddlink: store x: locked\n"),
        (StoreError("store x: wrong", transient=False), 78, "oddlink: store x: wrong\n"),
        (
            KeysError(Path("k"), "others can read it", "chmod 600"),
            78,
            "oddlink: k: others can read it; chmod 600\n",
        ),
        (SettingsError(("f:1: a", "f:2: b")), 78, "oddlink: f:1: a\noddlink: f:2: b\n"),
        (
            FileNotFoundError(2, "No such file or directory", "no.eml"),
            65,
            "oddlink: no.eml: No such file or directory\n",
        ),
        (typer.BadParameter("odd"), 64, "oddlink: Invalid value: odd; see `oddlink --help`\n"),
        (common.Failure("\x1b[31m"), 65, "oddlink: \\x1b[31m\n"),
        (KeyError("x"), 70, "oddlink: our own mistake (KeyError: 'x'); ODDLINK_TRACEBACK=1 shows where\n"),
        (KeyboardInterrupt(), 130, ""),
        (typer.Exit(3), 3, ""),
    ],
)
def test_an_error_is_a_clear_line_and_an_exit_code(
    error: BaseException, code: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert common.guard(raising(error)) == code
    assert capsys.readouterr().err == line


def test_our_own_mistakes_come_with_a_traceback_where_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ODDLINK_TRACEBACK", "1")
    with pytest.raises(KeyError):
        common.guard(raising(KeyError("x")))
    assert common.guard(raising(common.Failure("x"))) == 65


def test_done_is_zero_and_a_number_is_the_code() -> None:
    assert common.guard(lambda: None) == 0
    assert common.guard(lambda: 75) == 75


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    script = (
        "import sys; from gateway.cli.common import guard\n"
        "sys.exit(guard(lambda: [print('x' * 1000) for _ in range(10000)] and None))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(30) == 0
        assert process.stderr.read() == b""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0.0),
        ("2h", 1e9 - 7200),
        ("3 d", 1e9 - 3 * 86400),
        ("1W", 1e9 - 604800),
        ("2026-01-31", 1769817600.0),
        ("2026-01-31T12:00:00Z", 1769860800.0),
        ("2026-01-31T12:00+02:00", 1769853600.0),
    ],
)
def test_since_is_a_time_ago_or_a_date(text: str, expected: float) -> None:
    assert common.parse_since(text, 1e9) == expected


@pytest.mark.parametrize(
    "text", ["yesterday", "2026-13-01", "-2h", "2", "9999999999d", "0001-01-01T00:00+23:59"]
)
def test_another_since_is_refused_with_examples(text: str) -> None:
    try:
        common.parse_since(text, 1e9)
    except common.Failure as error:
        assert error.code == 64
        assert '"2h"' in str(error)
    else:
        assert text.startswith("0001")


@given(st.text())
def test_law_printable_text_has_nothing_a_terminal_acts_on(text: str) -> None:
    shown = common.printable(text)
    assert all(c == " " or unicodedata.category(c)[0] not in "CZ" for c in shown)
    assert common.printable(shown) == shown


def test_printable_keeps_ordinary_text_of_all_scripts() -> None:
    assert common.printable("Grüße, 東京 – Привет") == "Grüße, 東京 – Привет"
    assert common.printable("a\u202eb\x9bc\U000e0041") == "a\\u202eb\\x9bc\\U000e0041"
