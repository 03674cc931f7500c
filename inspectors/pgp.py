"""PGP in a text (RFC 9580 section 7) or as a file: what is signed, and what is encrypted.

Does not verify or decrypt anything.
"""

from __future__ import annotations

import re

from inspectors import labels
from inspectors.model import Flag, Leaf, Reading, Skipped, Span

_TYPES = ("application/pgp-encrypted", "application/pgp")
_ENDINGS = (".pgp", ".gpg")

_MARK = re.compile(
    rb"^[ \t]{0,8}-----(BEGIN PGP SIGNED MESSAGE|(?:BEGIN|END) PGP SIGNATURE|BEGIN PGP MESSAGE)-----",
    re.MULTILINE,
)
_HINT = b"-----BEGIN PGP "


def accepts(leaf: Leaf, start: bytes) -> bool:
    if labels.says(leaf, _TYPES, _ENDINGS):
        return True
    return start.lstrip().startswith(_HINT + b"MESSAGE-----") and not leaf.type.startswith("text/")


def read(leaf: Leaf, content: bytes) -> Reading:
    """An encrypted file: nothing can be read."""
    if leaf.type == "application/pgp-encrypted" and content.lstrip()[:8].lower() == b"version:":
        return Reading()  # RFC 3156 section 4: only says that the part behind it is encrypted
    flags = (Flag("encrypted", leaf.path, "The file is encrypted (PGP)."),)
    return Reading(
        skipped=(Skipped(leaf.path, "encrypted for its recipients (PGP)", "encrypted"),), flags=flags
    )


def signed(content: bytes) -> tuple[Span, ...]:
    """The texts under a signature, signature included. A beginning without its signature is none."""
    if _HINT not in content:
        return ()
    found: list[Span] = []
    start, state = -1, ""
    for match in _MARK.finditer(content):
        mark = match.group(1)
        if mark == b"BEGIN PGP SIGNED MESSAGE":
            start, state = (match.start(), "text") if state != "text" else (start, state)
        elif mark == b"BEGIN PGP SIGNATURE" and state == "text":
            state = "signature"
        elif mark == b"END PGP SIGNATURE" and state == "signature":
            found.append(Span(start, match.end()))
            state = ""
    return tuple(found)


def noticed(leaf: Leaf, content: bytes) -> Reading:
    """Flags "pgp-signed" and "encrypted", and that encrypted text could not be read.

    A signature covers what stands under it in a plain text, not the part: three marks at the end of a text
    must not keep us from its links. In a page no reader verifies one.
    """
    if _HINT not in content:
        return Reading()
    flags, skipped = [], []
    if "html" not in leaf.type and signed(content):
        flags.append(Flag("pgp-signed", leaf.path, "Text in the part is signed (PGP) and is not changed."))
    if any(match.group(1) == b"BEGIN PGP MESSAGE" for match in _MARK.finditer(content)):
        flags.append(Flag("encrypted", leaf.path, "Text in the part is encrypted (PGP)."))
        skipped.append(Skipped(leaf.path, "encrypted for its recipients (PGP)", "encrypted"))
    return Reading(skipped=tuple(skipped), flags=tuple(flags))
