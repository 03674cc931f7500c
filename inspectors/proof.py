"""Whether a rewritten message, read again, has the links it should (law 4).

Exactly the edited links lead to their new URLs, and all others are as they were. In most formats nothing
moves, so that two readings are compared link by link. A changed PDF is read differently in places: what
another action did is a /URI action now, and a URL in page text a link annotation, one for each line.

Does not read messages itself; ``message.py`` does.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from inspectors.model import Edit, Inspection, Link

_TEXT = "pdf:text"


def misread(before: Inspection, after: Inspection, done: Sequence[Edit]) -> tuple[Edit, ...]:
    """The edits whose links read otherwise than they should; none where other links came or went."""
    rest = _rest(_certain(before), _certain(after), done)
    if len(rest.before) != len(rest.after):
        return ()
    wanted = {edit.link: edit for edit in done}
    pairs = zip(rest.before, rest.after, strict=True)
    wrong = (wanted[old] for old, new in pairs if old in wanted and new.url not in wanted[old].urls)
    return (*rest.lost, *wrong)


def compare(before: Inspection, after: Inspection, done: Sequence[Edit]) -> tuple[str, ...]:
    """What is wrong with a rewritten message read again, in words; empty where nothing is."""
    rest = _rest(_certain(before), _certain(after), done)
    problems = [f"a rewritten link in {edit.link.leaf} is gone" for edit in rest.lost]
    if len(rest.before) != len(rest.after):
        return (*problems, f"{len(rest.before)} links became {len(rest.after)}")
    wanted: dict[Link, tuple[str, ...]] = {edit.link: edit.urls for edit in done}
    for old, new in zip(rest.before, rest.after, strict=True):
        if (old.leaf, old.place) != (new.leaf, new.place):
            problems.append(f"a link moved from {old.place} in {old.leaf} to {new.place} in {new.leaf}")
        elif old in wanted:
            if new.url not in wanted[old]:
                problems.append(f"a rewritten link in {old.leaf} reads differently")
        elif (old.url, old.written) != (new.url, new.written):
            problems.append(f"another link in {old.leaf} changed")
    if not _same_parts(before, after, done):
        problems.append("other parts could be read than before")
    known = {link.host for link in before.links} | {host for edit in done for host in _hosts(edit)}
    if any(link.ambiguous and link.host not in known for link in after.links):
        problems.append("another reading shows a link that it did not show before")
    return tuple(problems)


def _same_parts(before: Inspection, after: Inspection, done: Sequence[Edit]) -> bool:
    """Whether the same was skipped; a damaged PDF may be readable to more readers once it is changed."""
    pdfs = {edit.link.leaf for edit in done if edit.link.place.startswith("pdf:")}
    old, new = (Counter(skipped.leaf for skipped in each.skipped) for each in (before, after))
    return not new - old and all(leaf in pdfs for leaf in old - new)


def _certain(inspection: Inspection) -> list[Link]:
    """The links of the strict reading.

    A link that only another reading shows is left out where the strict one knows its URL; when that one is
    rewritten, it appears. So only hosts of such links are compared.
    """
    return [link for link in inspection.links if not link.ambiguous]


def _hosts(edit: Edit) -> Iterator[str]:
    return (url.partition("://")[2].partition("/")[0] for url in edit.urls)


@dataclass(frozen=True, slots=True)
class _Rest:
    """Two readings without the edited links of PDFs, to be compared link by link."""

    before: list[Link]
    after: list[Link]
    lost: tuple[Edit, ...]
    """The edits whose new links are nowhere."""


def _rest(before: Sequence[Link], after: Sequence[Link], done: Sequence[Edit]) -> _Rest:
    """Take the edited links of PDFs out of ``before``, and out of ``after`` what they became."""
    edits = {edit.link: edit for edit in done if edit.link.place.startswith("pdf:")}
    if not edits:
        return _Rest(list(before), list(after), ())
    new = _by_url(after)
    taken: set[int] = set()
    lost: list[Edit] = []
    lines: list[tuple[Edit, int]] = []
    for old, edit in edits.items():
        numbers = next((found for url in edit.urls if (found := new.get((old.leaf, url)))), None)
        if not numbers:
            lost.append(edit)
            continue
        first = numbers.popleft()
        taken.add(first)
        if old.place == _TEXT:
            lines.append((edit, after[first].page))
    # Only when each edit has its own: the covers of a URL's further lines.
    for edit, page in lines:
        for url in edit.urls:
            numbers = new.get((edit.link.leaf, url), deque())
            while numbers and after[numbers[0]].page == page:
                taken.add(numbers.popleft())
    left = [link for number, link in enumerate(after) if number not in taken]
    return _Rest(_uncovered([link for link in before if link not in edits], left, edits), left, tuple(lost))


def _by_url(links: Sequence[Link]) -> dict[tuple[str, str], deque[int]]:
    """The numbers of PDFs' links by leaf and URL."""
    found: dict[tuple[str, str], deque[int]] = defaultdict(deque)
    for number, link in enumerate(links):
        if link.place.startswith("pdf:"):
            found[link.leaf, link.url].append(number)
    return found


def _uncovered(before: list[Link], after: Sequence[Link], edits: dict[Link, Edit]) -> list[Link]:
    """``before`` without URLs in page text that are no links of their own any more.

    A rectangle whose action is no /URI action leaves the URL in the text below it live; once it is one, it
    covers that.
    """
    became = {(old.leaf, old.page) for old in edits if old.place not in (_TEXT, "pdf:annotation")}
    if not became:
        return before
    there = Counter((link.leaf, link.page, link.url) for link in after if link.place == _TEXT)
    left = []
    for link in before:
        if link.place == _TEXT and (link.leaf, link.page) in became:
            there[link.leaf, link.page, link.url] -= 1
            if there[link.leaf, link.page, link.url] < 0:
                continue
        left.append(link)
    return left
