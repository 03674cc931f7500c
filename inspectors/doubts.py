"""What in a part's own header fields other readers read differently: names of flags with their words.

Every flag of this group begins with "ambiguous-" and stands in ``AMBIGUOUS``. The tricks are those of mail
made to pass filters: two values for one thing, comments, characters that one parser drops and another keeps.

Does not decide how the strict reading reads such a field, and does not look at bodies.
"""

from __future__ import annotations

import re
from functools import lru_cache

AMBIGUOUS = {
    "ambiguous-after-close": "A delimiter stands behind the closing one.",
    "ambiguous-alien": "Characters outside the base64 alphabet stand in the encoded part.",
    "ambiguous-base": "Outlook reads another base URL than browsers do.",
    "ambiguous-boundary": "Readers disagree about the boundary of a multipart.",
    "ambiguous-comment": "A comment stands in a field that says how to read the part.",
    "ambiguous-control": "A control character stands in the header.",
    "ambiguous-delimiter": "Text stands on the line of a delimiter, or a bare carriage return before it.",
    "ambiguous-duplicate-header": "A field that says how to read the part is there more than once.",
    "ambiguous-encoded-multipart": "A multipart is marked as transfer-encoded.",
    "ambiguous-escape": "Equals signs that begin no escape stand in quoted-printable text.",
    "ambiguous-header-blank": "White space stands before a field's colon.",
    "ambiguous-header-line": "A line among the header fields is not a field.",
    "ambiguous-link": "Links that only another reading of the message shows.",
    "ambiguous-no-close": "The closing delimiter is missing.",
    "ambiguous-no-delimiter": "A multipart's boundary never occurs.",
    "ambiguous-no-empty-line": "No empty line stands between header and body.",
    "ambiguous-no-header": "The part does not begin with a header field or an empty line.",
    "ambiguous-padding": "Encoded text stands behind the base64 padding; only what precedes it is read.",
    "ambiguous-parameter": "A parameter is doubled, incomplete or written so that readers disagree about it.",
    "ambiguous-transfer": "The transfer encoding is unknown; the part is read as it stands.",
    "ambiguous-type": "The content type is not a media type.",
}
"""Each name, and one sentence for a person. They mean that another reader might show something else."""

_TRANSFERS = frozenset((b"7bit", b"8bit", b"binary", b"quoted-printable", b"base64"))
_MEDIA = re.compile(rb"[!#$&^_.+'*%`|~0-9A-Za-z-]+/[!#$&^_.+'*%`|~0-9A-Za-z-]+[ \t]*")
_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*+)"', re.DOTALL)
_NAME = re.compile(rb"[!#$&^_.+'%`|~0-9A-Za-z-]+(\*[0-9*]*)?")
_CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_WORD = re.compile(rb"=\?[^?\s]{1,40}\?[bBqQ]\?")
_SPECIAL = frozenset(b"()<>@,:\\[] \t")
"""What ends an unquoted value for some readers. RFC 2045 names also "/", "?" and "=", which generators write
without quotes and every reader takes."""
_READ = 16384
"""Bytes of a field looked at, as for its parameters."""
_SHOW = (b"name", b"filename", b"description")
"""Parameters that change nothing about how a part is read."""


def words(name: str) -> str:
    """The sentence for this flag."""
    return AMBIGUOUS[name]


@lru_cache(maxsize=4096)
def of_field(name: str, value: bytes) -> tuple[str, ...]:
    """Names of flags for one unfolded field: "content-type", "content-transfer-encoding" or another."""
    if name == "content-transfer-encoding":
        found = set() if value.lower() in _TRANSFERS or not value else {"ambiguous-transfer"}
        if b"(" in value:
            found.add("ambiguous-comment")
    elif name == "content-type":
        found = _content_type(value[:_READ])
    else:
        found = set()
    if _CONTROL.search(value):
        found.add("ambiguous-control")
    return tuple(sorted(found))


def _content_type(value: bytes) -> set[str]:
    found: set[str] = set()
    quoted: list[bytes] = []

    def kept(match: re.Match[bytes]) -> bytes:
        quoted.append(match.group(1))
        return b'"%d"' % (len(quoted) - 1)

    bare = _QUOTED.sub(kept, value)
    kind, *parameters = bare.split(b";")
    if b"(" in kind or any(
        b"(" in each and not each.strip().lower().startswith(_SHOW) for each in parameters
    ):
        found.add("ambiguous-comment")
    elif kind and not _MEDIA.fullmatch(kind):
        found.add("ambiguous-type")
    seen: set[bytes] = set()
    for index, each in enumerate(parameters):
        if not each.strip() and index == len(parameters) - 1:
            continue  # a semicolon at the end
        _parameter(each, quoted, seen, found)
    return found


def _parameter(written: bytes, quoted: list[bytes], seen: set[bytes], found: set[str]) -> None:
    """Note what is doubtful about one ``name=value``; quoted strings are numbers in quotes here."""
    name, equals, value = written.partition(b"=")
    name, value = name.strip().lower(), value.strip()
    match = _NAME.fullmatch(name)
    if not equals or not match:
        found.add("ambiguous-parameter")
        return
    base, star, _ = name.partition(b"*")
    if base in _SHOW:
        return
    if name in seen or (star and base in seen):
        found.add("ambiguous-boundary" if base == b"boundary" else "ambiguous-parameter")
    seen.add(name)
    if not star:
        seen.update((base,))
    content = value
    if value[:1] == b'"' and value[-1:] == b'"' and value[1:-1].isdigit() and int(value[1:-1]) < len(quoted):
        content = quoted[int(value[1:-1])]
        doubtful = content != content.strip() or b"\\" in content
    else:
        doubtful = b'"' in value or not _SPECIAL.isdisjoint(value)
    doubtful = doubtful or bool(star) or not content.isascii() or _WORD.search(content) is not None
    if base == b"boundary" and doubtful:
        found.add("ambiguous-boundary")
    elif base == b"charset" and doubtful and not star:
        found.add("ambiguous-parameter")
