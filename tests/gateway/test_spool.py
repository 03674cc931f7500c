from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.spool import CHUNK, Spool, sweep


def left(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def filled(folder: Path, pieces: list[bytes], in_memory: int = 1000) -> Spool:
    spool = Spool(folder, in_memory)
    for piece in pieces:
        await spool.write(piece)
    await spool.finish()
    return spool


@pytest.mark.parametrize("pieces", [[], [b""], [b"a" * 1000], [b"a", b"\0\r\n", b"b" * 5]])
async def test_a_small_message_stays_in_memory(tmp_path: Path, pieces: list[bytes]) -> None:
    spool = await filled(tmp_path, pieces)
    assert spool.path is None
    assert await spool.read() == b"".join(pieces)
    assert b"".join([piece async for piece in spool.chunks()]) == b"".join(pieces)
    assert left(tmp_path) == []
    spool.close()


@pytest.mark.parametrize("sizes", [[1001], [1000, 1], [CHUNK + 1, 3], [7] * 500, [CHUNK * 2, CHUNK, 1]])
async def test_a_larger_one_is_in_a_private_file_and_reads_back_the_same(
    tmp_path: Path, sizes: list[int]
) -> None:
    pieces = [bytes([n % 251]) * size for n, size in enumerate(sizes)]
    whole = b"".join(pieces)
    spool = await filled(tmp_path, pieces)
    assert spool.size == len(whole)
    assert spool.path is not None
    assert spool.path.read_bytes() == whole
    assert spool.path.stat().st_mode & 0o777 == 0o600
    for _ in range(2):
        assert await spool.read() == whole
        assert b"".join([piece async for piece in spool.chunks()]) == whole
    assert await spool.head(10) == whole[:10]
    spool.close()
    spool.close()
    assert left(tmp_path) == []


async def test_chunks_are_bounded_wherever_the_message_is(tmp_path: Path) -> None:
    for in_memory in (CHUNK * 4, 10):
        spool = await filled(tmp_path, [b"x" * (CHUNK * 2 + 5)], in_memory)
        assert [len(piece) async for piece in spool.chunks()] == [CHUNK, CHUNK, 5]
        spool.close()


async def test_a_folder_that_is_not_there_is_an_oserror(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        await filled(tmp_path / "no", [b"x" * 2000])


async def test_a_file_cut_from_outside_is_noticed(tmp_path: Path) -> None:
    spool = await filled(tmp_path, [b"x" * 5000])
    assert spool.path is not None
    os.truncate(spool.path, 100)
    with pytest.raises(OSError, match="100 of 5000"):
        _ = [piece async for piece in spool.chunks()]
    spool.close()


async def test_writing_to_the_file_does_not_hold_the_event_loop(tmp_path: Path) -> None:
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            beats += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(beat())
    spool = await filled(tmp_path, [b"x" * CHUNK] * 20)
    task.cancel()
    spool.close()
    assert beats > 20


def test_sweep_removes_only_what_dead_processes_left(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (tmp_path / f"oddlink-{dead.pid}-abc.spool").touch()
    (tmp_path / f"oddlink-{os.getpid()}-abc.spool").touch()
    (tmp_path / "oddlink-x-abc.spool").touch()
    (tmp_path / "other.spool").touch()
    assert sweep(tmp_path) == 1
    assert len(list(tmp_path.iterdir())) == 3
