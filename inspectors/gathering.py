"""What reading the leaves of one message gives, gathered within the bounds of a message.

Does not read anything itself, and knows no format.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from inspectors import limits, wrappers
from inspectors.model import Flag, Inside, Inspection, Leaf, Link, Message, Reading, Skipped, Span

Unread = Sequence[tuple[str, str]]
"""(path of a leaf, why it is not read) pairs."""


@dataclass(slots=True)
class Gathered:
    """What reading the leaves of one message, and what lies inside them, has given so far."""

    read: Callable[[Leaf, bytes, str], Reading]
    """Reads a file that lies inside a leaf; told why not to, where there is a reason."""
    reasons: dict[str, str]
    """Why leaves are not read, by path."""
    skipped: list[Skipped]
    flags: list[Flag]
    links: list[Link] = field(default_factory=list)
    fetched: int = 0
    """Those of the links that nobody clicks."""
    producers: list[tuple[str, str]] = field(default_factory=list)
    files: int = 0
    size: int = 0
    dropped: str | None = None
    """Path of the leaf with the first link that was left out."""

    def reason(self, leaf: Leaf) -> str:
        return self.reasons.get(leaf.path, "")

    def full(self, leaf: Leaf) -> bool:
        if self.dropped is None:
            return False
        self.skipped.append(Skipped(leaf.path, "links over the limit", "limit"))
        return True

    def take(self, leaf: Leaf, reading: Reading) -> None:
        """Note a reading and all that lies inside its leaf, depth first, each behind what holds it."""
        self._note(reading)
        if not reading.inside:
            return
        open_files = [within(leaf, reading.inside)]
        while open_files:  # only what holds the file that is being read is kept in memory
            one, content = next(open_files[-1], (None, b""))
            if one is None or self.full(one) or self._over(one, content, len(open_files) - 1):
                open_files.pop()
            else:
                reading = self.read(one, content, self.reason(one))
                self._note(reading)
                open_files.append(within(one, reading.inside))

    def _note(self, reading: Reading) -> None:
        self._add(reading.links)
        self.skipped.extend(reading.skipped)
        self.flags.extend(reading.flags)
        self.producers.extend(reading.producers[: max(0, limits.PRODUCERS - len(self.producers))])

    def _add(self, links: Sequence[Link]) -> None:
        """Links, and what pages fetch as long as there is room: that must not crowd out links."""
        fetched = sum(link.fetched for link in links)
        self.fetched += fetched
        if fetched and self.fetched > limits.FETCHED_IN_MESSAGE:
            self.fetched -= fetched
            links = [link for link in links if not link.fetched]
            flag = Flag("limit", "", f"More than {limits.FETCHED_IN_MESSAGE} things are fetched to show it.")
            if flag not in self.flags:
                self.flags.append(flag)
        if len(self.links) + len(links) - self.fetched > limits.LINKS:
            links = self._sparing(links)
        self.links.extend(links)

    def _sparing(self, links: Sequence[Link]) -> list[Link]:
        """As many as there is room for, and the first ones of every part in any case.

        By their places alone: a rewritten message must be cut at the same links.
        """
        room = max(limits.LINKS - len(self.links) + self.fetched, limits.LINKS_MORE)
        kept = []
        for link in links:
            if link.fetched or room > 0:
                room -= not link.fetched
                kept.append(link)
            elif self.dropped is None:
                self.dropped = link.leaf
        return kept

    def _over(self, leaf: Leaf, content: bytes, depth: int) -> bool:
        self.files += 1
        self.size += len(content)
        over = (
            depth >= limits.INSIDE_DEPTH
            or self.files > limits.INSIDE_FILES
            or self.size > limits.INSIDE_BYTES
        )
        if over:
            reason = "over the limit of files inside files, with what follows it there"
            self.skipped.append(Skipped(leaf.path, reason, "limit"))
        return over

    def inspection(self, found: Message, unread: Unread) -> Inspection:
        if self.dropped is not None:
            self.flags.append(Flag("limit", "", f"More than {limits.LINKS} links."))
            self.skipped.append(Skipped(self.dropped, "links over the limit", "limit"))
        links, over = wrappers.unwrapped_all(self.links)
        if over:
            words = "The other vendors' links are too long together to be read."
            self.flags.append(Flag("limit", "", words))
        notes = tuple(self.skipped), tuple(self.flags), tuple(unread), tuple(self.producers)
        return Inspection(found, links, *notes)


def within(outer: Leaf, inside: Sequence[Inside]) -> Iterator[tuple[Leaf, bytes]]:
    """Leaves for what lies inside another; names that recur are numbered."""
    taken: set[str] = set()
    numbers: Counter[str] = Counter()
    for each in inside:
        name = plain = _printable(each.name[: limits.INSIDE_NAME])
        while name in taken:
            numbers[plain] += 1
            name = f"{plain}#{numbers[plain] + 1}"
        taken.add(name)
        path = f"{outer.path}/{name}" if outer.path else name
        yield (
            Leaf(
                path, each.type, each.charset, "binary", each.filename or each.name, "attachment", Span(0, 0),
                Span(0, len(each.content)), "inside", each.base,
            ),
            each.content,
        )  # fmt: skip


def _printable(name: str) -> str:
    """Without what could disturb a terminal, a log or a database: names come from the sender."""
    return "".join(character if character.isprintable() else "\ufffd" for character in name)
