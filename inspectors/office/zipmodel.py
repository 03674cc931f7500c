"""What is known of an archive and its members, as values.

Does not read archives.
"""

from __future__ import annotations

from dataclasses import dataclass, field

LOCAL = b"PK\x03\x04"
"""With what a local header begins."""


@dataclass(frozen=True, slots=True)
class Field:
    """A little-endian number in the archive."""

    at: int
    """Offset of its first byte."""
    width: int
    """In bytes: 4 or 8."""


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of the central directory."""

    name: str
    """UTF-8 where the flags say so or it reads so, else CP437 (appendix D)."""
    method: int
    """0 stored, 8 deflated."""
    encrypted: bool
    crc: int
    compressed: int
    size: int
    """As the directory says; nothing is allocated on its word."""
    header: int
    """Offset of the local header."""
    data: int
    """Offset of the data; -1 where no local header is."""
    crcs: tuple[Field, ...] = field(default=(), repr=False)
    """Everywhere its CRC-32 stands, and so on."""
    compresseds: tuple[Field, ...] = field(default=(), repr=False)
    sizes: tuple[Field, ...] = field(default=(), repr=False)
    offset: Field = field(default=Field(0, 0), repr=False)
    """Where the directory names its local header."""
    end: int = 0
    """Behind its data and data descriptor."""
    exact: bool = True
    """False where directory and local header disagree: then it is not changed."""


@dataclass(frozen=True, slots=True)
class Archive:
    """All members, in the order of the central directory."""

    members: tuple[Member, ...]
    directory: int
    """Offset of the central directory."""
    starts: tuple[Field, ...]
    """Where the end records name an offset that moves when members grow."""
    oddities: tuple[str, ...] = ()
    """In words, what another reader might read differently."""
    obstacle: str = ""
    """Why the archive is not changed; empty where nothing stands against it."""
