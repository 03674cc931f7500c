"""One message or one bare PDF, whole: inspect it, rewrite links in it, read it again.

    inspection = inspect(raw)
    rewriting  = rewrite(inspection, edits)
    problems   = compare(inspection, inspect(splice.apply(raw, rewriting.patches)), rewriting.done)

Does not judge, and does not choose what to edit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from inspectors import doubts, gathering, mime, pgp, proof, registry, splice, transfer, union
from inspectors.formats import smime
from inspectors.gathering import Gathered
from inspectors.model import (
    Edit,
    Flag,
    Inside,
    Inspection,
    Leaf,
    Message,
    Patch,
    Reading,
    Replacement,
    Rewriting,
    Skipped,
    Span,
)

compare, misread = proof.compare, proof.misread

Unread = gathering.Unread
"""A reason may begin with ``LIGHTLY``."""
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
    found = Gathered(_read_file, dict(unread), [], [])
    found.take(leaf, _read_file(leaf, raw, found.reason(leaf)))
    return found.inspection(Message(raw, (), (leaf,)), unread)


def inspect(raw: bytes, unread: Unread = ()) -> Inspection:
    """Every link of a message; any bytes whatever give an inspection.

    ``unread`` names leaves to skip, each with the reason: so that a part that killed its worker does not hide
    the links of the others.
    """
    return _inspect(mime.read(raw), transfer.Contents(raw), unread)


def inspect_light(raw: bytes) -> Inspection | None:
    """The same, where ``is_light``; else None. For the price of one: both begin with the same."""
    structure, contents = mime.read(raw), transfer.Contents(raw)
    plan = _light_plan(structure, contents)
    return None if plan is None else _inspect(structure, contents, (), plan)


def _inspect(
    structure: mime.Structure,
    contents: transfer.Contents,
    unread: Unread,
    plan: union.plan.Plan | None = None,
) -> Inspection:
    found = Gathered(_read_file, dict(unread), list(structure.skipped), list(structure.flags))
    for leaf in structure.message.leaves:
        found.take(leaf, _read_leaf(contents, leaf, found.reason(leaf)))
    _read_again(structure, contents, found, plan)
    return found.inspection(structure.message, unread)


def _read_again(
    structure: mime.Structure, contents: transfer.Contents, found: Gathered, plan: union.plan.Plan | None
) -> None:
    """Add what only another reading shows, files inside such a reading included (``union``)."""
    if reason := found.reasons.get(union.HIDDEN):
        found.skipped.append(Skipped(union.HIDDEN, reason))
        return
    plan = plan or union.plan.make(structure, contents)
    first = len(found.links)
    whole = Leaf("", "message/rfc822", "", "binary", "", "", Span(0, 0), Span(0, len(structure.message.raw)))
    found.take(whole, union.read(structure, found.links, plan))
    found.links[first:] = [replace(link, ambiguous=True) for link in found.links[first:]]


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


def _read_leaf(contents: transfer.Contents, leaf: Leaf, reason: str = "") -> Reading:
    if reason and not reason.startswith(LIGHTLY):
        return Reading(skipped=(Skipped(leaf.path, reason, "limit"),))
    inspector, decoded = _opened(contents, leaf)
    names = [_ODDITIES[name] for name in decoded.oddities]
    oddities = tuple(Flag(name, leaf.path, doubts.words(name)) for name in names)
    reading = _read_content(leaf, inspector, decoded.content, reason)
    return replace(reading, flags=oddities + reading.flags) if oddities else reading


def _opened(contents: transfer.Contents, leaf: Leaf) -> tuple[registry.Inspector | None, transfer.Decoded]:
    """The leaf's inspector and content; content that nothing reads is not decoded further than its start."""
    start = _start(contents, leaf)
    inspector = registry.inspector(leaf, start.content[:_NAMED_IN])
    if inspector is None or len(leaf.body) <= _BEGINNING:
        return inspector, start
    return inspector, contents.of(leaf)


def _start(contents: transfer.Contents, leaf: Leaf) -> transfer.Decoded:
    """At least the first kilobyte of content, where a file names itself, however the encoding spreads it."""
    start = contents.of(_beginning(leaf))
    if len(start.content) < _NAMED_IN and len(leaf.body) > _BEGINNING:
        return contents.of(leaf)
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
    structure, contents = mime.read(raw), transfer.Contents(raw)
    found = list(_heavy(structure, contents))
    if union.plan.make(structure, contents).files:
        found.append(union.HIDDEN)
    return tuple(found)


def is_light(raw: bytes) -> bool:
    """Whether there are no such leaves."""
    return _light_plan(mime.read(raw), transfer.Contents(raw)) is not None


def _light_plan(structure: mime.Structure, contents: transfer.Contents) -> union.plan.Plan | None:
    """What the second reading is to look at; None where the message has heavy leaves."""
    if next(_heavy(structure, contents), None) is not None:
        return None
    plan = union.plan.make(structure, contents)
    return None if plan.files else plan


def _heavy(structure: mime.Structure, contents: transfer.Contents) -> Iterator[str]:
    for leaf in structure.message.leaves:
        start = _start(contents, leaf).content[:_NAMED_IN]
        inspector = registry.inspector(leaf, start)
        if inspector is None:
            continue
        heavy = inspector.heavy or registry.PDF in start
        if heavy or (inspector.holds and inspector.holds(contents.of(leaf).content)):
            yield leaf.path


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
    inspector, decoded = _opened(transfer.Contents(raw), leaf)
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
        inspector, was = _opened(transfer.Contents(before.message.raw), old)
        if inspector is None or inspector.prove is None:
            continue
        is_now = transfer.decode(after.message.raw, new)
        found = inspector.prove(old, was.content, is_now.content, edits)
        problems.extend(f"{problem}, in {old.path}" for problem in found)
        if found and len(edits) == 1:
            blamed.extend(edits)
    return tuple(problems), tuple(blamed)
