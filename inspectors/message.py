"""One message or one bare PDF, whole: inspect it, rewrite links in it, read it again.

    inspection = inspect(raw)
    rewriting  = rewrite(inspection, edits)
    problems   = compare(inspection, inspect(splice.apply(raw, rewriting.patches)), rewriting.done)

Does not judge, and does not choose what to edit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from inspectors import limits, mime, pdf, registry, splice, transfer
from inspectors.model import (
    Edit,
    Flag,
    Inside,
    Inspection,
    Leaf,
    Link,
    Message,
    Patch,
    Reading,
    Replacement,
    Rewriting,
    Skipped,
    Span,
)

Unread = Sequence[tuple[str, str]]
"""(path of a leaf, why it is not read) pairs."""

_ODDITIES = {
    "transfer-unknown": "The transfer encoding is unknown; the part is read as it stands.",
    "base64-alien": "Characters outside the base64 alphabet stand in the encoded part.",
    "base64-after-padding": "Encoded text stands behind the base64 padding; only what precedes it is read.",
}
_BEGINNING, _NAMED_IN = 4096, 1024
"""Encoded bytes looked at first, and decoded ones in which a PDF names itself."""
_SEALED = {
    "signed": "the part is signed and is not changed",
    "attached": "the part belongs to an attached message",
    "inside": "the link stands in a file inside another one",
    "unheaded": "no empty line stands before the text, so readers disagree where it begins",
}


def inspect_pdf(raw: bytes, unread: Unread = ()) -> Inspection:
    """Every link of a bare PDF: one leaf without a path."""
    leaf = Leaf("", "application/pdf", "", "binary", "", "", Span(0, 0), Span(0, len(raw)))
    reason = dict(unread).get("", "")
    reading = Reading(skipped=(Skipped("", reason),)) if reason else pdf.read("", raw)
    found = _Gathered(dict(unread), [], [])
    found.take(leaf, reading)
    return found.inspection(Message(raw, (), (leaf,)), unread)


def inspect(raw: bytes, unread: Unread = ()) -> Inspection:
    """Every link of a message; any bytes whatever give an inspection.

    ``unread`` names leaves to skip, each with the reason: so that a part that killed its worker does not hide
    the links of the others.
    """
    structure = mime.read(raw)
    found = _Gathered(dict(unread), list(structure.skipped), list(structure.flags))
    for leaf in structure.message.leaves:
        if found.full(leaf):
            continue
        found.take(leaf, _read_leaf(raw, leaf, found.reason(leaf)))
    return found.inspection(structure.message, unread)


@dataclass(slots=True)
class _Gathered:
    """What reading the leaves of one message, and what lies inside them, has given so far."""

    reasons: dict[str, str]
    skipped: list[Skipped]
    flags: list[Flag]
    links: list[Link] = field(default_factory=list)
    files: int = 0
    size: int = 0

    def reason(self, leaf: Leaf) -> str:
        return self.reasons.get(leaf.path, "")

    def full(self, leaf: Leaf) -> bool:
        if len(self.links) <= limits.LINKS:
            return False
        self.skipped.append(Skipped(leaf.path, "links over the limit", "limit"))
        return True

    def take(self, leaf: Leaf, reading: Reading) -> None:
        """Note a reading and all that lies inside its leaf, depth first, each behind what holds it."""
        todo = [(leaf, reading, 0)]
        while todo:
            outer, reading, depth = todo.pop()
            self.links.extend(reading.links)
            self.skipped.extend(reading.skipped)
            self.flags.extend(reading.flags)
            inner = []
            for one, content in _within(outer, reading.inside):
                if self.full(one) or self._over(one, content, depth):
                    break
                inner.append((one, _read_content(one, content, self.reason(one)), depth + 1))
            todo.extend(reversed(inner))

    def _over(self, leaf: Leaf, content: bytes, depth: int) -> bool:
        self.files += 1
        self.size += len(content)
        over = (
            depth >= limits.INSIDE_DEPTH
            or self.files > limits.INSIDE_FILES
            or self.size > limits.INSIDE_BYTES
        )
        if over:
            self.skipped.append(Skipped(leaf.path, "over the limit of files inside files", "limit"))
        return over

    def inspection(self, found: Message, unread: Unread) -> Inspection:
        if len(self.links) > limits.LINKS:
            self.flags.append(Flag("limit", "", f"More than {limits.LINKS} links."))
            self.skipped.append(Skipped(self.links[limits.LINKS].leaf, "links over the limit", "limit"))
            del self.links[limits.LINKS :]
        return Inspection(found, tuple(self.links), tuple(self.skipped), tuple(self.flags), tuple(unread))


def _within(outer: Leaf, inside: Sequence[Inside]) -> Iterator[tuple[Leaf, bytes]]:
    """Leaves for what lies inside another; names that recur are numbered."""
    names: Counter[str] = Counter()
    for each in inside:
        name = each.name[: limits.INSIDE_NAME]
        names[name] += 1
        name += f"#{names[name]}" if names[name] > 1 else ""
        path = f"{outer.path}/{name}" if outer.path else name
        yield (
            Leaf(
                path, each.type, each.charset, "binary", each.name, "attachment", Span(0, 0),
                Span(0, len(each.content)), "inside",
            ),
            each.content,
        )  # fmt: skip


def _read_content(leaf: Leaf, content: bytes, reason: str) -> Reading:
    """What the inspector for decoded content finds; a reading that only says why where there is none."""
    inspector = registry.inspector(leaf, content[:_NAMED_IN])
    if reason:
        return Reading(skipped=(Skipped(leaf.path, reason),))
    if inspector is not None:
        return inspector.read(leaf, content)
    if not registry.expects_links(leaf) or not content.strip():
        return Reading()
    return Reading(skipped=(Skipped(leaf.path, f"no inspector reads {leaf.type[:80]}", "format"),))


def _read_leaf(raw: bytes, leaf: Leaf, reason: str = "") -> Reading:
    if reason:
        return Reading(skipped=(Skipped(leaf.path, reason),))
    _, decoded = _opened(raw, leaf)
    oddities = tuple(Flag(name, leaf.path, _ODDITIES[name]) for name in decoded.oddities)
    reading = _read_content(leaf, decoded.content, "")
    return replace(reading, flags=oddities + reading.flags) if oddities else reading


def _opened(raw: bytes, leaf: Leaf) -> tuple[registry.Inspector | None, transfer.Decoded]:
    """The leaf's inspector and content; content that nothing reads is not decoded further than its start."""
    start = _start(raw, leaf)
    inspector = registry.inspector(leaf, start.content)
    if inspector is None or len(leaf.body) <= _BEGINNING:
        return inspector, start
    return inspector, transfer.decode(raw, leaf)


def _start(raw: bytes, leaf: Leaf) -> transfer.Decoded:
    """At least the first kilobyte of content, where a file names itself, however the encoding spreads it."""
    start = transfer.decode(raw, _beginning(leaf))
    if len(start.content) < _NAMED_IN and len(leaf.body) > _BEGINNING:
        return transfer.decode(raw, leaf)
    return start


def _beginning(leaf: Leaf) -> Leaf:
    """The leaf cut to its first kilobytes: enough to recognise a format."""
    if len(leaf.body) <= _BEGINNING:
        return leaf
    end = leaf.body.start + _BEGINNING
    return Leaf(
        leaf.path, leaf.type, leaf.charset, leaf.transfer, leaf.filename, leaf.disposition, leaf.head,
        Span(leaf.body.start, end), leaf.sealed,
    )  # fmt: skip


def heavy_leaves(raw: bytes) -> tuple[str, ...]:
    """Paths of the leaves whose formats are only read in a process of their own."""
    found = []
    for leaf in mime.read(raw).message.leaves:
        inspector = registry.inspector(leaf, _start(raw, leaf).content)
        if inspector is not None and inspector.heavy:
            found.append(leaf.path)
    return tuple(found)


def rewrite(inspection: Inspection, edits: Sequence[Edit]) -> Rewriting:
    """Patches for the edits that can be made without moving any other byte, and reasons for the rest.

    ``inspection.message.raw`` must be there.
    """
    raw = inspection.message.raw
    leaves = {leaf.path: leaf for leaf in inspection.message.leaves}
    by_leaf: dict[str, list[Edit]] = {}
    for each in edits:
        by_leaf.setdefault(each.link.leaf, []).append(each)
    patches: list[Patch] = []
    done: list[Edit] = []
    refused: list[tuple[Edit, str]] = []
    for path, wanted in by_leaf.items():
        if path not in leaves:
            refused.extend((each, _SEALED["inside"]) for each in wanted)
            continue
        result = _rewrite_leaf(raw, leaves[path], wanted)
        patches.extend(result.patches)
        done.extend(result.done)
        refused.extend(result.refused)
    return Rewriting(splice.ordered(patches, len(raw)), tuple(done), tuple(refused))


def _rewrite_leaf(raw: bytes, leaf: Leaf, wanted: Sequence[Edit]) -> Rewriting:
    if leaf.sealed:
        return Rewriting((), (), tuple((each, _SEALED[leaf.sealed]) for each in wanted))
    inspector, decoded = _opened(raw, leaf)
    assert inspector is not None
    replacements, refused = inspector.edit(leaf, decoded.content, wanted)
    separate, overlapping = _without_overlaps(replacements)
    result = transfer.encode(raw, leaf, decoded.content, separate)
    return Rewriting(result.patches, result.done, (*refused, *overlapping, *result.refused))


def _without_overlaps(
    replacements: Sequence[Replacement],
) -> tuple[list[Replacement], list[tuple[Edit, str]]]:
    """Replacements in order; of two on the same characters the second is refused."""
    kept: list[Replacement] = []
    refused: list[tuple[Edit, str]] = []
    for each in sorted(replacements, key=lambda r: (r.span.start, r.span.end)):
        if kept and each.span.start < kept[-1].span.end:
            refused.extend((edit, "the link overlaps another one") for edit in each.edits)
        else:
            kept.append(each)
    return kept, refused


def misread(before: Inspection, after: Inspection, done: Sequence[Edit]) -> tuple[Edit, ...]:
    """The edits whose links read otherwise than they should; none where the number of links changed."""
    if len(before.links) != len(after.links):
        return ()
    wanted = {edit.link: edit for edit in done}
    pairs = zip(before.links, after.links, strict=True)
    return tuple(wanted[old] for old, new in pairs if old in wanted and new.url not in wanted[old].urls)


def compare(before: Inspection, after: Inspection, done: Sequence[Edit]) -> tuple[str, ...]:
    """What is wrong with a rewritten message read again (law 4); empty where nothing is.

    Exactly the edited links must lead to their new URLs, and all others must be as they were.
    """
    wanted: dict[Link, tuple[str, ...]] = {edit.link: edit.urls for edit in done}
    if len(before.links) != len(after.links):
        return (f"{len(before.links)} links became {len(after.links)}",)
    problems = []
    for old, new in zip(before.links, after.links, strict=True):
        if (old.leaf, old.place) != (new.leaf, new.place):
            problems.append(f"a link moved from {old.place} in {old.leaf} to {new.place} in {new.leaf}")
        elif old in wanted:
            if new.url not in wanted[old]:
                problems.append(f"a rewritten link in {old.leaf} reads differently")
        elif (old.url, old.written) != (new.url, new.written):
            problems.append(f"another link in {old.leaf} changed")
    if Counter(s.leaf for s in before.skipped) != Counter(s.leaf for s in after.skipped):
        problems.append("other parts could be read than before")
    return tuple(problems)
