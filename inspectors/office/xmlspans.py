"""Tags and texts of an XML document with their places, for the few names that matter (XML 1.0).

In a well-formed document ``<`` stands only where markup begins, so that looking for the wished tags, for
comments and for CDATA sections in one pass sees exactly what a parser would. What is not well-formed, Office
does not open. There are no entities but the five built in and character references: a document with a DTD is
said to have one, and nothing in it is expanded.

Does not check well-formedness, and does not know namespaces: names are compared without their prefixes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from inspectors.office import limits

_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_ATTRIBUTE = re.compile(r"""(?<=[\s"'])([^\s=<>"'/]{1,200})\s*=\s*(?:"([^"<]*)"|'([^'<]*)')""")
_REFERENCE = re.compile(r"&(?:#0*(\d{1,7})|#x0*([0-9A-Fa-f]{1,6})|(amp|lt|gt|quot|apos));")
_TAG_END = re.compile(r"""(?:[^"'>]|"[^"]*"|'[^']*')*?(/?)>""")
_CODECS = re.compile(
    r"utf-?16(-?[bl]e)?|iso-8859-\d{1,2}|windows-125\d|shift_jis|gb2312|gbk|gb18030|big5|euc-(jp|kr)|koi8-r"
)
"""Those that XML parsers know and that decode in linear time."""
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_TAG_CHARACTERS = 100_000
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"})


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute: its value decoded, and where that stands without its quotes."""

    prefix: str
    name: str
    """Without prefix."""
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag of a wished name. Offsets are characters of the document."""

    name: str
    """Without prefix; behind "/" for an end tag."""
    prefix: str
    start: int
    end: int
    """Behind its ">"."""
    empty: bool
    source: str
    """Between name and end."""
    at: int
    """Where ``source`` begins."""

    def attributes(self) -> tuple[Attribute, ...]:
        """In order; namespace declarations are left out."""
        found = []
        for number, match in enumerate(_ATTRIBUTE.finditer(self.source)):
            if number >= limits.ATTRIBUTES:
                break
            prefix, _, name = match[1].rpartition(":")
            if "xmlns" in (prefix, name):
                continue
            group = 2 if match[2] is not None else 3
            start, end = match.span(group)
            value = decoded(match[group])
            found.append(Attribute(prefix, name, value, self.at + start, self.at + end))
        return tuple(found)

    def attribute(self, name: str, prefixed: bool | None = None) -> Attribute | None:
        """The first attribute of this name; ``prefixed`` says whether it must or must not have a prefix."""
        for each in self.attributes():
            if each.name == name and prefixed in (None, bool(each.prefix)):
                return each
        return None


def characters(data: bytes) -> tuple[str, str]:
    """The document's characters and the codec they were in (XML 1.0 appendix F).

    Any bytes give some; whether they encode back to the same is for the caller to look at.
    """
    codec = "utf-8"
    if data.startswith((b"\xff\xfe", b"<\0")):
        codec = "utf-16-le"
    elif data.startswith((b"\xfe\xff", b"\0<")):
        codec = "utf-16-be"
    else:
        declared = _DECLARED.search(data, 0, 300)
        if declared and declared[1].lower() not in (b"utf-8", b"utf8", b"us-ascii", b"ascii"):
            named = declared[1].decode("ascii").lower()
            codec = named if _CODECS.fullmatch(named) else "latin-1"
    try:
        return data.decode(codec, "surrogateescape" if codec == "utf-8" else "strict"), codec
    except (UnicodeError, LookupError):
        return data.decode("latin-1"), "latin-1"


def encoded(text: str, codec: str) -> bytes:
    """The reverse of ``characters``. UnicodeError where that cannot be."""
    return text.encode(codec, "surrogateescape" if codec == "utf-8" else "strict")


class Scanner:
    """Finds tags by name in one document."""

    def __init__(self, names: tuple[str, ...]) -> None:
        """``names`` without prefixes."""
        wished = "|".join(map(re.escape, sorted(names)))
        self._pattern = re.compile(
            rf"<(?:(!--)|(!\[CDATA\[)|(!DOCTYPE)|(/?)((?:[\w.-]{{1,40}}:)?)({wished})(?=[\s/>]))"
        )

    def tags(self, text: str, odd: set[str]) -> Iterator[Tag]:
        """The wished tags in order; what cannot be a tag of a well-formed document ends the search.

        Adds "broken" to ``odd`` in that case, "doctype" where a document type declaration stands,
        "attributes" where a tag may have more of them than are read.
        """
        at = 0
        while match := self._pattern.search(text, at):
            at = match.end()
            if match[1] or match[2]:
                close = "-->" if match[1] else "]]>"
                found = text.find(close, at)
                if found < 0:
                    odd.add("broken")
                    return
                at = found + len(close)
            elif match[3]:
                odd.add("doctype")
            else:
                end = _TAG_END.match(text, at, at + _TAG_CHARACTERS)
                if end is None:
                    odd.add("broken")
                    return
                if text.count("=", at, end.end()) > limits.ATTRIBUTES:
                    odd.add("attributes")
                yield Tag(
                    match[4] + match[6], match[5][:-1], match.start(), end.end(), bool(end[1]),
                    text[at : end.end() - 1 - len(end[1])], at,
                )  # fmt: skip
                at = end.end()


def content(text: str, tag: Tag) -> tuple[str, int, int]:
    """The characters from a tag up to the next markup, decoded, and their place; CDATA sections count."""
    if tag.empty:
        return "", tag.end, tag.end
    if text.startswith("<![CDATA[", tag.end):
        end = text.find("]]>", tag.end)
        return (text[tag.end + 9 : end], -1, -1) if end >= 0 else ("", tag.end, tag.end)
    end = text.find("<", tag.end)
    end = len(text) if end < 0 else end
    return decoded(text[tag.end : end]), tag.end, end


def pieces(source: str, at: int) -> Iterator[tuple[str, int, int]]:
    """Each character of the decoded text with the place it comes from; ``source`` stands at ``at``."""
    position = 0
    for match in _REFERENCE.finditer(source):
        yield from ((source[i], at + i, at + i + 1) for i in range(position, match.start()))
        yield _character(match), at + match.start(), at + match.end()
        position = match.end()
    yield from ((source[i], at + i, at + i + 1) for i in range(position, len(source)))


def decoded(source: str) -> str:
    """With references resolved; unknown ones stay as they stand."""
    return _REFERENCE.sub(_character, source) if "&" in source else source


def _character(match: re.Match[str]) -> str:
    if match[3]:
        return _NAMED[match[3]]
    number = int(match[1]) if match[1] else int(match[2], 16)
    return chr(number) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"


def escaped(value: str) -> str:
    """Safe in attribute values and text."""
    return value.translate(_ESCAPES)
