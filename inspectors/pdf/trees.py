"""Name trees, the outline and form fields: values in order, each node once, with a count.

Does not know what the values mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pikepdf

from inspectors.pdf import limits
from inspectors.pdf.model import Key, Place
from inspectors.pdf.trail import Stop, Walk, dictionary, entries, step


@dataclass(frozen=True, slots=True)
class Entry:
    """A value and what holds it."""

    holder: Place
    key: Key
    stop: Stop


def values(walk: Walk, tree: Stop | None) -> Iterator[Entry]:
    """The values of a name tree (ISO 32000-2 section 7.9.6)."""
    left = limits.TREE_ITEMS
    seen: set[Place] = set()
    stack = [tree]
    while stack:
        node = dictionary(stack.pop())
        if node is None or node[0] in seen:
            continue
        seen.add(node[0])
        names = step(*node, "/Names")
        for index, value in entries(names, left):
            if index % 2 and names is not None:
                yield Entry(names[0], index, value)
        kids = [kid for _, kid in entries(step(*node, "/Kids"), left)]
        left -= len(kids) + _length(names)
        if left <= 0:
            walk.limit(f"a name tree of more than {limits.TREE_ITEMS} entries, the rest is not read")
            return
        stack += reversed(kids)


def outline(walk: Walk, root: Stop | None) -> Iterator[Stop]:
    """The items of the outline (section 12.3.3), from top to bottom."""
    first = dictionary(root)
    seen: set[Place] = set()
    stack = [step(*first, "/First")] if first is not None else []
    while stack:
        item = dictionary(stack.pop())
        if item is None or item[0] in seen:
            continue
        seen.add(item[0])
        if len(seen) > limits.TREE_ITEMS:
            walk.limit(f"an outline of more than {limits.TREE_ITEMS} items, the rest is not read")
            return
        yield item
        stack += [step(*item, "/Next"), step(*item, "/First")]


def fields(walk: Walk, array: Stop | None) -> Iterator[Stop]:
    """The form's fields (section 12.7.4), parents before their kids."""
    left = limits.TREE_ITEMS
    seen: set[Place] = set()
    stack = [field for _, field in reversed(list(entries(array, left)))]
    while stack:
        field = dictionary(stack.pop())
        if field is None or field[0] in seen:
            continue
        seen.add(field[0])
        yield field
        kids = [kid for _, kid in entries(step(*field, "/Kids"), left)]
        left -= 1 + len(kids)
        if left <= 0:
            walk.limit(f"more than {limits.TREE_ITEMS} form fields, the rest is not read")
            return
        stack += reversed(kids)


def _length(array: Stop | None) -> int:
    return len(array[1]) if array is not None and isinstance(array[1], pikepdf.Array) else 0
