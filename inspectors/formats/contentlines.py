"""Content lines of calendars and address books: ``NAME;PARAMETER=value:VALUE`` (RFC 5545 section 3.1,
RFC 6350 section 3.2), unfolded.

Does not know components, and does not check that a property may stand where it does.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass

from inspectors import charsets, limits

_FOLD = re.compile(r"\r?\n[ \t]")
_LINE_END = re.compile(r"\r\n|\r|\n")
_HEAD = re.compile(r'([A-Za-z0-9._-]{1,64})((?:;(?:[^":;]++|"[^"]*+"?+)*+)*+):')
_PARAMETER = re.compile(r';([^":;=]*+)(?:=((?:[^":;]++|"[^"]*+"?+)*+))?')
_ESCAPE = re.compile(r"\\([\\;,:\"nN])")


@dataclass(frozen=True, slots=True)
class ContentLine:
    """One property."""

    name: str
    """In lower case, without group ("item1.URL" is "url")."""
    parameters: tuple[tuple[str, str], ...]
    """Names in lower case, values without quotes; one without name, as in vCard 2.1, is its own name."""
    value: str
    """As it stands, escapes included; quoted-printable of vCard 2.1 decoded."""
    line: str
    """All of it, unfolded."""

    def parameter(self, name: str) -> str:
        """Its value; empty where it is missing."""
        return next((value for key, value in self.parameters if key == name), "")

    @property
    def words(self) -> str:
        """The value with its escapes undone (RFC 5545 section 3.3.11)."""
        return unescaped(self.value)


def unescaped(value: str) -> str:
    """A TEXT value as people read it."""
    return (
        _ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], value) if "\\" in value else value
    )


def read(content: bytes, charset: str) -> Iterator[ContentLine]:
    """The properties in order; a line that is none has the empty name and is all value. Bounded."""
    lines = _LINE_END.split(_FOLD.sub("", charsets.view(content, charset or "utf-8").text))
    at = 0
    while at < min(len(lines), limits.CONTENT_LINES):
        line = lines[at]
        at += 1
        match = _HEAD.match(line)
        if match is None:
            if line.strip():
                yield ContentLine("", (), line, line)
            continue
        name = match[1].rpartition(".")[2].lower()
        parameters = tuple(_parameters(match[2]))
        value = line[match.end() :]
        if _is_quoted(parameters):
            pieces = [value]
            while pieces[-1].endswith("=") and at < len(lines):
                pieces.append(lines[at])
                at += 1
            value = _unquoted(pieces, parameters)
        yield ContentLine(name, parameters, value, line)


def over(content: bytes) -> bool:
    """Whether there are more lines than are read."""
    return content.count(b"\n") + content.count(b"\r") - content.count(b"\r\n") >= limits.CONTENT_LINES


def _parameters(written: str) -> Iterator[tuple[str, str]]:
    for match in _PARAMETER.finditer(written):
        name = match[1].strip().lower()
        yield name, name if match[2] is None else match[2].replace('"', "")


def _is_quoted(parameters: tuple[tuple[str, str], ...]) -> bool:
    return any(value.lower() == "quoted-printable" for _, value in parameters)


def _unquoted(pieces: list[str], parameters: tuple[tuple[str, str], ...]) -> str:
    """vCard 2.1 section 2.1.3: soft line breaks end in "=" and are not indented."""
    joined = "".join(piece[:-1] if piece.endswith("=") else piece for piece in pieces)
    data = quopri.decodestring(joined.encode("utf-8", "replace"))
    charset = next((value for name, value in parameters if name == "charset"), "")
    return charsets.view(data, charset).text
