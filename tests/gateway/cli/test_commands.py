"""Every command of the table is there, helps, and is reached by the installed program."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
ROOT = Path(__file__).parents[3]
COMMANDS = (
    "serve", "demo", "links", "scan", "rewrite", "restore", "learn", "backtest", "explain", "decisions",
    "clicks", "keys", "doctor",
)  # fmt: skip
PROGRAM = "from gateway.cli import main; main()"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_helps(oddlink: Run, name: str) -> None:
    ran = oddlink(name, "--help")
    assert (ran.code, ran.err) == (0, "")
    assert "Usage" in ran.out.decode()


def test_the_help_lists_them_all(oddlink: Run) -> None:
    text = oddlink("--help").out.decode()
    assert all(name in text for name in COMMANDS)


@pytest.mark.parametrize("words", [("nonsense",), ("scan",), ("scan", "--nonsense", "x"), ("learn",)])
def test_a_wrong_command_line_is_one_line_and_the_code_for_usage(
    oddlink: Run, words: tuple[str, ...]
) -> None:
    ran = oddlink(*words)
    assert (ran.code, ran.out) == (64, b"")
    assert len(ran.err.splitlines()) == 1
    command = "" if words[0] == "nonsense" else f"{words[0]} "
    assert f"see `oddlink {command}--help`" in ran.err


def test_a_settings_file_that_is_not_there_is_a_configuration_error(oddlink: Run) -> None:
    for name in ("scan", "links"):
        ran = oddlink(name, "--config", "gone.toml", "-")
        assert (ran.code, len(ran.err.splitlines())) == (78, 1)
        assert "gone.toml" in ran.err


def test_a_reader_that_has_seen_enough_ends_it_quietly(tmp_path: Path) -> None:
    """``oddlink links MANY | head -1`` as a shell runs it."""
    for number in range(3000):
        (tmp_path / f"{number}.eml").write_bytes(b"Subject: x\r\n\r\nhttps://odd.example/" + b"x" * 500)
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "links", "--json", *(f"{number}.eml" for number in range(3000))],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b'{"file": "0.eml"')
        process.stdout.close()
        assert process.wait(20) == 0
        assert process.stderr.read() == b""


def test_importing_the_entry_point_is_cheap() -> None:
    """Every worker process does it."""
    program = (
        "import sys, gateway.cli; print([m for m in ('typer', 'rich', 'sqlalchemy') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"
