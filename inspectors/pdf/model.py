"""Values shared by the modules of the PDF inspector.

Does not touch pikepdf: a place is told in numbers and keys, so that it can cross a process boundary.
"""

from __future__ import annotations

from dataclasses import dataclass

ObjectId = tuple[int, int]
"""Object number and generation of an indirect object."""

Key = str | int
"""A dictionary key with its slash, or an array index."""


class UnreadableError(Exception):
    """The file cannot be looked into; the argument is the reason in words."""


class RefusedError(Exception):
    """The file or link cannot be changed; the argument is the reason in words."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: an indirect object and the keys that lead from it to the value."""

    number: int
    generation: int
    path: tuple[Key, ...] = ()
    """Empty where the value is the indirect object itself."""

    @property
    def object(self) -> ObjectId:
        return (self.number, self.generation)

    def into(self, key: Key) -> Place:
        """The direct value under ``key``."""
        return Place(self.number, self.generation, (*self.path, key))


@dataclass(frozen=True, slots=True)
class PdfHandle:
    """Where a link annotation, its action and the action's /URI string stand.

    The three may lie in one object or in three; several annotations may share an action, several actions
    a string.
    """

    annotation: Place
    action: Place
    uri: Place


@dataclass(frozen=True, slots=True)
class Found:
    """An annotation with a /URI action."""

    handle: PdfHandle
    page: int
    """From 1."""
    value: bytes
    """The string as the file means it: unescaped and decrypted, not yet made into characters."""
