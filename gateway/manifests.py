"""Manifests as JSON, and restoring a message or PDF with one (law 3).

Does not find the manifest that belongs to a message; the store does.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from typing import Any

from gateway.outcome import Manifest, Outcome, Restored
from inspectors import splice

_MARK = re.compile(rb"^X-Oddlink: id=([0-9a-f]{16});", re.MULTILINE)
_HEAD = 1024 * 1024
"""Bytes searched for the end of the header."""
_TOPMOST = re.compile(rb"^X-Oddlink:([^\r\n]*)\r?\n", re.MULTILINE)
_UNCHANGED = re.compile(
    rb" id=[0-9a-f]{16}; links=\d+; rewritten=0(?:; skipped=\d+)?(?:; left=\d+)?"
    rb"(?:; action=(?:tag|hold|refuse))?"
)
MOST_MARKS = 20
"""X-Oddlink lines looked at. Each costs a search in the store, and anybody can write them."""


class ManifestError(Exception):
    """A manifest cannot be read or does not fit; the words say why."""


def of(outcome: Outcome, raw: bytes) -> Manifest:
    """The outcome's manifest; of a message that was not changed, one that only takes our lines off."""
    if outcome.manifest is not None:
        return outcome.manifest
    digest = hashlib.sha256(raw).hexdigest()
    return Manifest(outcome.id, outcome.prefix, len(raw), digest, digest, ())


def to_json(manifest: Manifest) -> dict[str, Any]:
    """Plain JSON; bytes as base64."""
    return {
        "version": 1,
        "id": manifest.id,
        "added": _text(manifest.added),
        "size": manifest.size,
        "sha256": manifest.sha256,
        "rewritten_sha256": manifest.rewritten_sha256,
        "changes": [{"at": c.at, "was": _text(c.was), "now": _text(c.now)} for c in manifest.changes],
    }


def from_json(found: object) -> Manifest:
    """The manifest; ManifestError where it is not one."""
    try:
        if not isinstance(found, dict) or found["version"] != 1:
            raise ManifestError("this is not a manifest of version 1")
        changes = tuple(Restored(int(c["at"]), _bytes(c["was"]), _bytes(c["now"])) for c in found["changes"])
        return Manifest(
            str(found["id"]), _bytes(found["added"]), int(found["size"]), str(found["sha256"]),
            str(found["rewritten_sha256"]), changes,
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ManifestError(f"the manifest is damaged: {type(error).__name__} {error}") from error


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error


def ids(data: bytes) -> tuple[str, ...]:
    """The ids of X-Oddlink lines in the header, topmost first; an incoming one may be forged."""
    found = dict.fromkeys(match.group(1).decode("ascii") for match in _MARK.finditer(_head(data)))
    return tuple(found)[:MOST_MARKS]


def without_our_lines(data: bytes) -> bytes | None:
    """A message we passed on unchanged, without the lines we and later hops put on top; None where they say
    otherwise.

    The topmost X-Oddlink line is ours, since we put it above all that came; nothing proves it, though.
    """
    match = _TOPMOST.search(_head(data))
    return data[match.end() :] if match and _UNCHANGED.fullmatch(match.group(1)) else None


def _head(data: bytes) -> bytes:
    """The header block with the line end of its last line."""
    if data.startswith((b"\n", b"\r\n")):
        return b""
    end = re.search(rb"\r?\n\r?\n", data[:_HEAD])
    return data[: end.end() if end else _HEAD]


def restore(data: bytes, manifest: Manifest) -> bytes:
    """The message or file as it came, bit for bit; ManifestError where this is not what was sent on.

    Lines that later hops put above ours are taken off. A copy whose line ends were all changed is restored to
    those it came with.
    """
    for candidate in _candidates(data, manifest.added):
        if hashlib.sha256(candidate).hexdigest() != manifest.rewritten_sha256:
            continue
        try:
            original = splice.undo(candidate, [(c.at, c.was, c.now) for c in manifest.changes])
        except splice.SpliceError as error:
            raise ManifestError(f"the manifest is damaged: {error}") from error
        if len(original) == manifest.size and hashlib.sha256(original).hexdigest() == manifest.sha256:
            return original
    raise ManifestError("these are not the bytes that were sent on: something changed them afterwards")


def _candidates(data: bytes, added: bytes) -> Iterator[bytes]:
    """What the patched message may be in ``data``: behind our lines, with line ends as they travelled."""
    bare = data.replace(b"\r\n", b"\n")
    for form in (data, bare.replace(b"\n", b"\r\n"), bare):
        if not added:
            yield form
        elif (at := form.find(added)) >= 0:
            yield form[at + len(added) :]
