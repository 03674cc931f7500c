"""Lists that follow their files without a restart."""

import os
from pathlib import Path

import pytest

from policy.lookups.listfolder import CHECK, ListFolder, load
from policy.lookups.locallists import ListError
from policy.model import Known, Question


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def _listed(lists: ListFolder, host: str) -> object:
    question = Question("listed", ("block", host))
    answer = (await lists.answer([question]))[question]
    return answer.value if isinstance(answer, Known) else None


async def _after(lists: ListFolder, clock: Clock) -> None:
    """The next question after the folder is due to be looked at, and the reading it starts."""
    clock.now += CHECK + 1
    await _listed(lists, "x.test")
    await lists.close()


async def test_a_changed_file_is_taken_up_and_told(tmp_path: Path) -> None:
    told: list[tuple[str, str]] = []
    clock = Clock()
    (tmp_path / "block.txt").write_text("one.test\n")
    lists = ListFolder(tmp_path, clock, told=lambda *words: told.append(words))
    (tmp_path / "block.txt").write_text("one.test\ntwo.test\n")
    assert await _listed(lists, "two.test") is False
    await _after(lists, clock)
    assert await _listed(lists, "two.test") is True and told == [("taken", "block: 2")]
    await _after(lists, clock)
    assert len(told) == 1


async def test_a_file_of_the_same_size_and_an_older_time_is_a_change_too(tmp_path: Path) -> None:
    clock = Clock()
    path = tmp_path / "block.txt"
    path.write_text("one.test\n")
    lists = ListFolder(tmp_path, clock)
    path.write_text("two.test\n")
    os.utime(path, (1, 1))
    await _after(lists, clock)
    assert await _listed(lists, "two.test") is True


async def test_files_that_cannot_be_used_leave_the_lists_as_they_were(tmp_path: Path) -> None:
    told: list[tuple[str, str]] = []
    clock = Clock()
    (tmp_path / "block.txt").write_text("one.test\n")
    lists = ListFolder(tmp_path, clock, told=lambda *words: told.append(words))
    (tmp_path / "block.txt").unlink()
    (tmp_path / "block.txt").mkdir()
    await _after(lists, clock)
    assert await _listed(lists, "one.test") is True and told[0][0] == "kept" and "block.txt" in told[0][1]


def test_popular_files_are_ranks_and_the_rest_are_lists(tmp_path: Path) -> None:
    (tmp_path / "popular-tranco.csv").write_text("1,big.test\n")
    (tmp_path / "block.txt").write_text("one.test\n")
    (tmp_path / "feeds.json").write_text("{}")
    assert load(tmp_path).sizes() == {"ranks": 1, "block": 1}
    assert load(None).sizes() == {}
    with pytest.raises(ListError, match=r"lists\.dir"):
        load(tmp_path / "gone")
