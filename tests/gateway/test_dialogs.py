"""The conversations of fixtures/dialogs, replayed over sockets: whole lines, and cut into single octets."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2] / "fixtures" / "dialogs"
DIALOGS = sorted(FOLDER.glob("*.smtp"))
ESCAPES = {"r": b"\r", "n": b"\n", "0": b"\0", "\\": b"\\"}


def octets(text: str) -> bytes:
    """The bytes a line of a dialog stands for."""

    def escape(match: re.Match[str]) -> str:
        if match[1].startswith("x"):
            return chr(int(match[1][1:], 16))
        return ESCAPES[match[1]].decode("latin-1")

    plain = re.sub(r"\\(x[0-9a-f]{2}|[rn0\\])", escape, text).encode("latin-1")
    return re.sub(rb"\{(\d+)\*(.*?)\}", lambda m: m[2] * int(m[1]), plain, flags=re.S)


def unstuffed(wire: bytes) -> bytes:
    return re.sub(rb"(\A|\r\n)\.", rb"\1", wire)


def lines_of(path: Path) -> list[str]:
    return path.read_text().splitlines()


async def play(bench: Any, path: Path, *, cut: bool) -> None:
    relay = await bench.relay()
    client = await bench.client(relay)
    expected: list[bytes] | None = None
    played = 0
    for number, line in enumerate(lines_of(path), 1):
        mark, rest = line[:2], line[3:]
        where = f"{path.name}:{number}"
        match mark:
            case "=>":
                stage, _, action = rest.partition(" ")
                bench.hop.script[stage] = action if action == "drop" else action.encode() + b"\r\n"
            case "->" | "~>":
                data = octets(rest) + (b"\r\n" if mark == "->" else b"")
                for piece in [data[i : i + 1] for i in range(len(data))] if cut else [data]:
                    client.send(piece)
                    if cut:
                        await client.writer.drain()
            case "<-" if rest == "(end)":
                assert await client.everything() == b"", where
            case "<-":
                got = (await client.reply()).splitlines()
                assert got, f"{where}: connection ended"
                wanted = rest.removesuffix("$")
                assert got[-1].decode().replace("250-", "250 ").startswith(wanted), f"{where}: got {got}"
                if rest.endswith("$"):
                    assert got[-1].decode() == wanted, f"{where}: got {got}"
            case "==":
                expected = [] if rest == "none" else [*(expected or []), octets(rest)]
        played += bool(mark in ("->", "~>", "<-"))
    await bench.hop.clean()
    assert played > 3
    assert expected is not None, f"{path.name} does not say what arrived"
    assert [unstuffed(wire) for wire in bench.hop.messages] == expected


def test_there_are_dialogs() -> None:
    assert len(DIALOGS) >= 15


@pytest.mark.parametrize("path", DIALOGS, ids=lambda path: path.stem)
async def test_the_dialog_goes_as_written(relay_bench: Any, path: Path) -> None:
    await play(relay_bench, path, cut=False)


@pytest.mark.parametrize(
    "path", [p for p in DIALOGS if p.stem not in ("long-lines", "loop")], ids=lambda p: p.stem
)
async def test_the_dialog_goes_as_written_octet_by_octet(relay_bench: Any, path: Path) -> None:
    await play(relay_bench, path, cut=True)
