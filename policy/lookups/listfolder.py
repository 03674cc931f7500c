"""The lists in one folder, read again when a file there changes.

``popular*`` files are popularity lists, every other NAME.txt or NAME.csv is the list NAME. What changes is
noticed at the next question after ``CHECK`` seconds and read in the background; until then, and where the new
file cannot be used or lost more than half of its entries, the list stays as it was. A file that cannot be
used at the start is unknown, not empty.

Does not download anything; `oddlink feeds update` puts files there.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from policy.lookups.locallists import ListError, LocalLists
from policy.model import Answer, Question

RANKS = "popular"
"""Files that begin so are popularity lists."""
CHECK = 30.0
"""Seconds between two looks at the folder."""
TOLD = Callable[[str, str], None]
"""Is told ("taken" or "kept", words) whenever files have changed."""

Marks = tuple[tuple[str, int, int, int], ...]


def load(folder: Path | None) -> LocalLists:
    """The lists in a folder; ListError where it is not there or one cannot be read."""
    if folder is None:
        return LocalLists.load()
    if not folder.is_dir():
        raise ListError(f"lists.dir: {folder} is no folder; make it, or leave the setting out")
    files = _files(folder)
    ranks = [path for path in files if path.name.startswith(RANKS)]
    return LocalLists.load(ranks, {path.stem: [path] for path in files if path not in ranks})


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix in (".txt", ".csv"))


def _marks(folder: Path) -> Marks:
    """What tells one state of the files from another; a clock set back still changes it."""
    found = []
    for path in _files(folder):
        state = path.stat()
        found.append((path.name, state.st_mtime_ns, state.st_size, state.st_ino))
    return tuple(found)


class ListFolder:
    """``LocalLists`` that follow their files; a source for the same questions."""

    kinds = LocalLists.kinds

    def __init__(
        self,
        folder: Path | None,
        clock: Callable[[], float] = time.monotonic,
        told: TOLD = lambda result, words: None,
    ) -> None:
        """Reads the files. Raises ListError."""
        self._folder, self._clock, self._told = folder, clock, told
        self._marks: Marks = _marks(folder) if folder is not None and folder.is_dir() else ()
        self.lists = load(folder)
        if self.lists.flaws:
            told("kept", f"{_said(self.lists.flaws)}; unknown until it is mended")
        self._due = clock() + CHECK
        self._reading: asyncio.Task[None] | None = None

    async def answer(self, questions: Sequence[Question]) -> Mapping[Question, Answer]:
        """All answers, from the lists as they are now."""
        if self._folder is not None and self._clock() >= self._due:
            self._due = self._clock() + CHECK
            if self._reading is None or self._reading.done():
                self._reading = asyncio.ensure_future(asyncio.to_thread(self._again))
        return await self.lists.answer(questions)

    async def close(self) -> None:
        """Wait for what is being read."""
        if self._reading is not None:
            await asyncio.wait([self._reading])

    def _again(self) -> None:
        """Read the folder where it has changed. Does not raise."""
        assert self._folder is not None
        try:
            marks = _marks(self._folder)
            if marks == self._marks:
                return
            self._marks = marks  # also where reading fails: once told is enough
            self.lists, kept = load(self._folder).instead_of(self.lists)
        except (ListError, OSError) as error:
            self._told("kept", str(error))
            return
        if kept:
            self._told("kept", _said(kept))
        if taken := {name: size for name, size in self.lists.sizes().items() if name not in kept}:
            self._told("taken", ", ".join(f"{name}: {size}" for name, size in taken.items()))


def _said(flaws: Mapping[str, str]) -> str:
    return "; ".join(f"{name} {words}" for name, words in sorted(flaws.items()))
