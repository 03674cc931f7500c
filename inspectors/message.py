"""One message or one bare PDF, whole: inspect it, rewrite links in it, read it again.

    inspection = inspect(raw)
    rewriting  = rewrite(inspection, edits)
    problems   = compare(inspection, inspect(splice.apply(raw, rewriting.patches)), rewriting.done)

Does not judge, and does not choose what to edit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from inspectors import doubts, limits, mime, pgp, proof, registry, splice, transfer, union, wrappers
from inspectors.formats import smime
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

compare, misread = proof.compare, proof.misread

Unread = Sequence[tuple[str, str]]
"""(path of a leaf, why it is not read) pairs; a reason may begin with ``LIGHTLY``."""
LIGHTLY = "only read in part: "
"""At the beginning of a reason: what can be read without the costly part of it is read."""

_ODDITIES = {
    "transfer-unknown": "ambiguous-transfer",
    "base64-alien": "ambiguous-alien",
    "base64-after-padding": "ambiguous-padding",
}
"""What a transfer encoding found odd, and the flag that says so."""
_BEGINNING, _NAMED_IN = 4096, 1024
"""Encoded bytes looked at first, and decoded ones in which a PDF names itself."""
_AMBIGUOUS = "only another reading of the message shows this link; it is never rewritten by guess"
_SEALED = {
    "signed": "the part is signed and is not changed",
    "attached": "the part belongs to an attached message",
    "inside": "the link stands in a file inside another one",
    "unheaded": "no empty line stands before the text, so readers disagree where it begins",
}


def bare(raw: bytes) -> Leaf:
    """The one leaf of a bare PDF, which has no path."""
    return Leaf("", "application/pdf", "", "binary", "", "", Span(0, 0), Span(0, len(raw)))


def inspect_pdf(raw: bytes, unread: Unread = ()) -> Inspection:
    """Every link of a bare PDF: one leaf without a path."""
    leaf = bare(raw)
    found = _Gathered(dict(unread), [], [])
    found.take(leaf, _read_file(leaf, raw, found.reason(leaf)))
    return found.inspection(Message(raw, (), (leaf,)), unread)


def inspect(raw: bytes, unread: Unread = ()) -> Inspection:
    """Every link of a message; any bytes whatever give an inspection.

    ``unread`` names leaves to skip, each with the reason: so that a part that killed its worker does not hide
    the links of the others.
    """
    structure = mime.read(raw)
    found = _Gathered(dict(unread), list(structure.skipped), list(structure.flags))
    for leaf in structure.message.leaves:
        found.take(leaf, _read_leaf(raw, leaf, found.reason(leaf)))
    _read_again(structure, found)
    return found.inspection(structure.message, unread)


def _read_again(structure: mime.Structure, found: _Gathered) -> None:
    """Add what only another reading shows, files inside such a reading included (``union``)."""
    if reason := found.reasons.get(union.HIDDEN):
        found.skipped.append(Skipped(union.HIDDEN, reason))
        return
    first = len(found.links)
    whole = Leaf("", "message/rfc822", "", "binary", "", "", Span(0, 0), Span(0, len(structure.message.raw)))
    found.take(whole, union.read(structure, found.links))
    found.links[first:] = [replace(link, ambiguous=True) for link in found.links[first:]]


@dataclass(slots=True)
class _Gathered:
    """What reading the leaves of one message, and what lies inside them, has given so far."""

    reasons: dict[str, str]
    skipped: list[Skipped]
    flags: list[Flag]
    links: list[Link] = field(default_factory=list)
    fetched: int = 0
    """Those of the links that nobody clicks."""
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
                reading = _read_file(one, content, self.reason(one))
                self._note(reading)
                open_files.append(within(one, reading.inside))

    def _note(self, reading: Reading) -> None:
        self._add(reading.links)
        self.skipped.extend(reading.skipped)
        self.flags.extend(reading.flags)

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
        return Inspection(found, links, tuple(self.skipped), tuple(self.flags), tuple(unread))


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


def _read_file(leaf: Leaf, content: bytes, reason: str) -> Reading:
    return _read_content(leaf, registry.inspector(leaf, content[:_NAMED_IN]), content, reason)


def _read_content(leaf: Leaf, inspector: registry.Inspector | None, content: bytes, reason: str) -> Reading:
    """What the inspector finds in decoded content; a reading that only says why where there is none."""
    if reason.startswith(LIGHTLY) and inspector is not None and inspector.light is not None:
        return _and_said(inspector.light(leaf, content), leaf, reason)
    if reason:
        return Reading(skipped=(Skipped(leaf.path, reason, "limit"),))
    if inspector is not None:
        reading = _with_pgp(leaf, content, inspector)
        if registry.is_also_pdf(inspector, content):
            reading = replace(reading, inside=(*reading.inside, Inside("as.pdf", content, "application/pdf")))
        return reading
    if not registry.expects_links(leaf) or not content.strip():
        return Reading()
    return Reading(skipped=(Skipped(leaf.path, f"no inspector reads {leaf.type[:80]}", "format"),))


def _with_pgp(leaf: Leaf, content: bytes, inspector: registry.Inspector) -> Reading:
    reading = inspector.read(leaf, content)
    if inspector.name not in ("text", "html"):
        return reading
    noticed = pgp.noticed(leaf, content)
    if not noticed.flags:
        return reading
    return replace(
        reading, skipped=(*reading.skipped, *noticed.skipped), flags=(*reading.flags, *noticed.flags)
    )


def _and_said(reading: Reading, leaf: Leaf, reason: str) -> Reading:
    return replace(reading, skipped=(*reading.skipped, Skipped(leaf.path, reason, "limit")))


def _read_leaf(raw: bytes, leaf: Leaf, reason: str = "") -> Reading:
    if reason and not reason.startswith(LIGHTLY):
        return Reading(skipped=(Skipped(leaf.path, reason, "limit"),))
    inspector, decoded = _opened(raw, leaf)
    names = [_ODDITIES[name] for name in decoded.oddities]
    oddities = tuple(Flag(name, leaf.path, doubts.words(name)) for name in names)
    reading = _read_content(leaf, inspector, decoded.content, reason)
    return replace(reading, flags=oddities + reading.flags) if oddities else reading


def _opened(raw: bytes, leaf: Leaf) -> tuple[registry.Inspector | None, transfer.Decoded]:
    """The leaf's inspector and content; content that nothing reads is not decoded further than its start."""
    start = _start(raw, leaf)
    inspector = registry.inspector(leaf, start.content[:_NAMED_IN])
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
    """Paths of the leaves whose formats are only read in a process of their own; ``union.HIDDEN`` for files
    that may turn up when the message is read in other ways."""
    found = []
    structure = mime.read(raw)
    for leaf in structure.message.leaves:
        start = _start(raw, leaf).content[:_NAMED_IN]
        inspector = registry.inspector(leaf, start)
        if inspector is None:
            continue
        heavy = inspector.heavy or registry.PDF in start
        if heavy or (inspector.holds and inspector.holds(transfer.decode(raw, leaf).content)):
            found.append(leaf.path)
    if union.is_heavy(structure):
        found.append(union.HIDDEN)
    return tuple(found)


def rewrite(inspection: Inspection, edits: Sequence[Edit]) -> Rewriting:
    """Patches for the edits that can be made without moving any other byte, and reasons for the rest.

    ``inspection.message.raw`` must be there.
    """
    raw = inspection.message.raw
    leaves = {leaf.path: leaf for leaf in inspection.message.leaves}
    by_leaf: dict[str, list[Edit]] = {}
    refused: list[tuple[Edit, str]] = []
    for each in edits:
        if each.link.ambiguous:
            refused.append((each, _AMBIGUOUS))
        else:
            by_leaf.setdefault(each.link.leaf, []).append(each)
    patches: list[Patch] = []
    done: list[Edit] = []
    for path, wanted in by_leaf.items():
        if path not in leaves:
            reason = _SEALED["signed" if _in_signed(leaves, path) else "inside"]
            refused.extend((each, reason) for each in wanted)
            continue
        result = _rewrite_leaf(raw, leaves[path], wanted)
        patches.extend(result.patches)
        done.extend(result.done)
        refused.extend(result.refused)
    return Rewriting(splice.ordered(patches, len(raw)), tuple(done), tuple(refused))


def _in_signed(leaves: Mapping[str, Leaf], path: str) -> bool:
    """Whether what lies inside a leaf lies inside an S/MIME signature."""
    outer = leaves.get(path.partition("/")[0])
    return outer is not None and smime.accepts(outer, b"")


def _rewrite_leaf(raw: bytes, leaf: Leaf, wanted: Sequence[Edit]) -> Rewriting:
    if leaf.sealed:
        return Rewriting((), (), tuple((each, _SEALED[leaf.sealed]) for each in wanted))
    inspector, decoded = _opened(raw, leaf)
    assert inspector is not None
    replacements, refused = inspector.edit(leaf, decoded.content, wanted)
    if inspector.name == "text" and (under := pgp.signed(decoded.content)):
        free = tuple(each for each in replacements if not _touches(each.span, under))
        kept = (edit for each in replacements if each not in free for edit in each.edits)
        replacements, refused = free, (*refused, *((edit, _SEALED["signed"]) for edit in kept))
    separate, overlapping = _without_overlaps(replacements)
    result = transfer.encode(raw, leaf, decoded.content, separate)
    return Rewriting(result.patches, result.done, (*refused, *overlapping, *result.refused))


def _touches(span: Span, others: Sequence[Span]) -> bool:
    return any(span.start < other.end and other.start < span.end for other in others)


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


def prove(
    before: Inspection, after: Inspection, done: Sequence[Edit]
) -> tuple[tuple[str, ...], tuple[Edit, ...]]:
    """What a second, independent parser finds wrong with the changed leaves, and the edits surely to blame.

    Both inspections must have their ``message.raw``. Only formats that have such a parser are looked at.
    """
    places = {leaf.path: leaf for leaf in after.message.leaves}
    by_leaf: dict[str, list[Edit]] = {}
    for each in done:
        by_leaf.setdefault(each.link.leaf, []).append(each)
    problems: list[str] = []
    blamed: list[Edit] = []
    for old in before.message.leaves:
        edits, new = by_leaf.get(old.path), places.get(old.path)
        if not edits or new is None:
            continue
        inspector, was = _opened(before.message.raw, old)
        if inspector is None or inspector.prove is None:
            continue
        is_now = transfer.decode(after.message.raw, new)
        found = inspector.prove(old, was.content, is_now.content, edits)
        problems.extend(f"{problem}, in {old.path}" for problem in found)
        if found and len(edits) == 1:
            blamed.extend(edits)
    return tuple(problems), tuple(blamed)
