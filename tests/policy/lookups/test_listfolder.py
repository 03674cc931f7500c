"""Lists that follow their files without a restart."""

import os
from pathlib import Path

import pytest

from policy.lookups.listfolder import CHECK, ListFolder, load
from policy.lookups.locallists import ListError
from policy.model import Known, Question, Unknown


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


LONG = "".join(f"odd{number}.test\n" for number in range(40))
PAGE = "<!DOCTYPE html>\n<title>504</title>\n<p>The server did not answer.</p>\n"


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (PAGE, "block is no list: 3 of 3 lines are not understood"),
        ("\x00\x01rubbish\n{[%\n", "not understood"),
        ("date,host,why\n1,,x\n2,,y\n", "not understood"),
        (LONG[:120], "has 12 entries, where it had 40"),
        ("", "has 0 entries, where it had 40"),
    ],
)
async def test_a_broken_file_leaves_its_list_and_takes_the_others(
    tmp_path: Path, broken: str, words: str
) -> None:
    told: list[tuple[str, str]] = []
    clock = Clock()
    (tmp_path / "block.txt").write_text(LONG)
    lists = ListFolder(tmp_path, clock, told=lambda *words: told.append(words))
    (tmp_path / "block.txt").write_text(broken)
    (tmp_path / "other.txt").write_text("one.test\n")
    await _after(lists, clock)
    assert await _listed(lists, "odd39.test") is True
    assert [result for result, _ in told] == ["kept", "taken"]
    assert words in told[0][1] and told[1][1] == "other: 1"
    (tmp_path / "block.txt").write_text(LONG + "new.test\n")
    await _after(lists, clock)
    assert await _listed(lists, "new.test") is True and len(told) == 3


async def test_a_list_that_says_it_is_shorter_is_taken_and_one_cut_short_is_not(tmp_path: Path) -> None:
    told: list[tuple[str, str]] = []
    clock = Clock()
    head = "# fetched by `oddlink feeds update`\n"
    (tmp_path / "block.txt").write_text(f"{head}# 40 lines\n{LONG}")
    lists = ListFolder(tmp_path, clock, told=lambda *words: told.append(words))
    (tmp_path / "block.txt").write_text(f"{head}# 40 lines\n{LONG}"[:-30])
    await _after(lists, clock)
    assert (
        "holds 38 lines of 40: it was cut short" in told[0][1] and await _listed(lists, "odd39.test") is True
    )
    (tmp_path / "block.txt").write_text(f"{head}# 1 lines\nodd1.test\n")
    await _after(lists, clock)
    assert await _listed(lists, "odd39.test") is False and told[-1] == ("taken", "block: 1")


async def test_an_administrators_short_list_may_lose_most_of_its_entries(tmp_path: Path) -> None:
    clock = Clock()
    (tmp_path / "block.txt").write_text("one.test\ntwo.test\nthree.test\n")
    lists = ListFolder(tmp_path, clock)
    (tmp_path / "block.txt").write_text("one.test\n")
    await _after(lists, clock)
    assert await _listed(lists, "two.test") is False


async def test_what_is_broken_at_the_start_is_unknown_and_told(tmp_path: Path) -> None:
    told: list[tuple[str, str]] = []
    (tmp_path / "block.txt").write_text(PAGE)
    (tmp_path / "popular-top.csv").write_text(PAGE)
    lists = ListFolder(tmp_path, told=lambda *words: told.append(words))
    listed, rank = Question("listed", ("block", "x.test")), Question("rank", ("x.test",))
    answers = await lists.answer([listed, rank])
    for question in (listed, rank):
        answer = answers[question]
        assert isinstance(answer, Unknown) and not answer.quiet and "is no list" in answer.why
    assert told[0][0] == "kept" and "block" in told[0][1] and "ranks" in told[0][1]


async def test_a_broken_popularity_list_leaves_the_ranks(tmp_path: Path) -> None:
    clock = Clock()
    path = tmp_path / "popular-top.csv"
    path.write_text("".join(f"{number},top{number}.test\n" for number in range(1, 41)))
    lists = ListFolder(tmp_path, clock)
    for broken in (PAGE, "1,top1.test\n"):
        path.write_text(broken)
        await _after(lists, clock)
        assert lists.lists.rank("top40.test") == 40


def test_popular_files_are_ranks_and_the_rest_are_lists(tmp_path: Path) -> None:
    (tmp_path / "popular-tranco.csv").write_text("1,big.test\n")
    (tmp_path / "block.txt").write_text("one.test\n")
    (tmp_path / "feeds.json").write_text("{}")
    assert load(tmp_path).sizes() == {"ranks": 1, "block": 1}
    assert load(None).sizes() == {}
    with pytest.raises(ListError, match=r"lists\.dir"):
        load(tmp_path / "gone")
