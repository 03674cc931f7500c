"""Links in Rich Text Format (version 1.9.1): hyperlink fields and shapes, templates and pictures fetched from
elsewhere, embedded objects, and what clients make links of in the text.

Where Outlook has put a page into the document, its tags are handed on as a file inside.

Reads tokens one after the other, without recursion, and with groups that do not balance.

Does not lay out the document, and does not know fonts: letters of symbol fonts read as their codes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from inspectors import labels, limits
from inspectors.formats.finding import Finds, literals
from inspectors.model import Inside, Leaf, Reading

_TYPES = ("application/rtf", "text/rtf", "application/x-rtf", "text/richtext-format")
_ENDINGS = (".rtf",)
_TOKEN = re.compile(
    rb"\\'([0-9A-Fa-f]{2})|\\([A-Za-z]{1,64})(-?[0-9]{1,10})? ?|\\([^A-Za-z])"
    rb"|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\"
)
_INSTRUCTION = re.compile(r'"((?:[^"\\]|\\.)*)"?|(\\[A-Za-z@#*!]+)|([^\s"\\]+)', re.DOTALL)
_HEX = re.compile(rb"[^0-9A-Fa-f]+")
_MARKS = {"par": "\n", "line": "\n", "tab": "\t", "cell": "\t", "row": "\n", "sect": "\n", "page": "\n"}
_CAUGHT = frozenset(("fldinst", "template", "objdata", "hlsrc", "hlinkbase", "datafield", "htmltag"))
"""Destinations with something to find; what other destinations hold is not shown."""
_UNSHOWN = frozenset(
    (
        "fonttbl", "colortbl", "stylesheet", "info", "pict", "themedata", "xmlnstbl", "filetbl", "listtable",
        "hlloc", "hlfr", "sn", "colorschememapping", "latentstyles", "datastore", "objclass", "bkmkstart",
        "bkmkend", "rsidtbl",
    )
)  # fmt: skip
_FETCHED = ("includepicture", "includetext", "import", "include", "dde", "ddeauto", "link")
_SWITCHES_WITH_VALUE = ("\\l", "\\t", "\\o", "\\m", "\\c", "\\d", "\\n")


@dataclass(slots=True)
class _Group:
    """One open group."""

    destination: str = ""
    """"" for text of the document, "-" for what nobody sees, else one of ``_CAUGHT``."""
    skip: int = 1
    """Characters that stand in for one \\u character (\\uc)."""
    words: list[str] | None = None
    """Where its text goes; None for nowhere."""
    field: _Field | None = None
    starts: bool = False
    """Whether this group opened its destination."""


@dataclass(slots=True)
class _Field:
    """One field: what it does and what it shows."""

    instruction: list[str] = field(default_factory=list)
    result: list[str] = field(default_factory=list)


def accepts(leaf: Leaf, start: bytes) -> bool:
    if labels.says(leaf, _TYPES, _ENDINGS):
        return True
    return start.lstrip().startswith(b"{\\rt") and not labels.shown_in_place(leaf)


def read(leaf: Leaf, content: bytes) -> Reading:
    """Links as "rtf:hyperlink", "rtf:template", "rtf:includepicture", "rtf:objdata", "rtf:text" …"""
    finds = Finds(leaf)
    if len(content) > limits.RTF_BYTES:
        finds.skip(f"a document longer than {limits.RTF_BYTES} bytes was read in part", "limit")
        content = content[: limits.RTF_BYTES]
    _Reader(finds, content).run()
    return finds.reading()


class _Reader:
    """Goes through the tokens once."""

    def __init__(self, finds: Finds, content: bytes) -> None:
        self._finds = finds
        self._content = content
        self._text: list[str] = []
        self._page: list[str] = []
        """Tags of the HTML page that Outlook makes of the document ([MS-OXRTFEX]), with the text between."""
        self._tagged = False
        self._groups = [_Group(words=self._text)]
        self._pending = 0
        """Characters still to be passed over after \\u."""
        self._ignorable = False
        self._codepage = "cp1252"

    def run(self) -> None:
        at, tokens = 0, 0
        while at < len(self._content) and (match := _TOKEN.match(self._content, at)):
            tokens += 1
            if tokens > limits.RTF_TOKENS or self._finds.full:
                self._finds.skip("a document of more parts than are read", "limit")
                break
            at = self._take(match)
        while len(self._groups) > 1:
            self._close()
        for words in _lines("".join(self._text)):
            self._finds.text(words, "rtf:text")
        if self._tagged:
            page = "".join(self._page).encode("utf-8", "replace")
            self._finds.inside.append(Inside("page.html", page, "text/html", "utf-8"))

    def _take(self, match: re.Match[bytes]) -> int:
        code, word, number, symbol, brace, words = match.groups()
        if words is not None:
            self._say(words.decode(self._codepage, "replace"))
        elif brace is not None:
            self._pending = 0
            self._open() if brace == b"{" else self._close()
        elif code is not None:
            self._say(bytes((int(code, 16),)).decode(self._codepage, "replace"))
        elif word is not None:
            return self._word(word.decode("ascii"), int(number or 0), number is not None, match.end())
        elif symbol is not None:
            self._symbol(symbol)
        return match.end()

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self._ignorable = True
        elif symbol in (b"\\", b"{", b"}"):
            self._say(symbol.decode("ascii"))
        elif symbol == b"~":
            self._say("\xa0")
        elif symbol == b"_":
            self._say("-")
        elif symbol in (b"\r", b"\n"):
            self._say("\n")

    def _word(self, word: str, number: int, given: bool, end: int) -> int:
        group = self._groups[-1]
        ignorable, self._ignorable = self._ignorable, False
        if word == "bin":
            return end + max(0, number)
        if word == "u" and given:
            self._say(chr(number % 65536), counted=False)
            self._pending = group.skip
        elif word == "uc":
            group.skip = min(max(number, 0), 10)
        elif word == "ansicpg":
            self._codepage = f"cp{number}" if f"cp{number}" in _CODEPAGES else "cp1252"
        elif word in _MARKS:
            self._say(_MARKS[word])
        elif word == "field":
            group.field = _Field()
        elif word == "fldrslt":
            self._into_result(group)
        elif word in _CAUGHT:
            self._into(group, word)
        elif (ignorable or word in _UNSHOWN) and not group.starts:
            group.destination, group.words = "-", None
        return end

    def _say(self, words: str, *, counted: bool = True) -> None:
        if counted and self._pending:
            passed = min(self._pending, len(words))
            self._pending -= passed
            words = words[passed:]
        into = self._groups[-1].words
        if into is not None and words:
            into.append(words)
            if into is self._text:
                self._page.append(words)

    def _open(self) -> None:
        self._ignorable = False
        outer = self._groups[-1]
        if len(self._groups) < limits.RTF_GROUPS:
            self._groups.append(_Group(outer.destination, outer.skip, outer.words, outer.field))
        else:
            self._finds.skip("groups nested deeper than are read", "limit")

    def _into(self, group: _Group, word: str) -> None:
        if word == "fldinst" and group.field is not None:
            group.words = group.field.instruction
        else:
            group.words = []
        group.destination, group.starts = word, True

    def _into_result(self, group: _Group) -> None:
        """The result is text of the document and the words on the field's link."""
        if group.field is not None:
            group.words, group.destination, group.starts = group.field.result, "fldrslt", True

    def _close(self) -> None:
        if len(self._groups) == 1:
            return  # one brace too many
        group = self._groups.pop()
        outer = self._groups[-1]
        if group.field is not None and group.field is not outer.field:
            self._field(group.field, outer)
        if not group.starts or group.words is None or group.destination in ("fldinst", "fldrslt"):
            if group.starts and group.destination == "fldinst" and group.field is None:
                self._field(_Field(group.words or []), outer)
            return
        words = "".join(group.words)
        if group.destination == "htmltag":
            self._tagged = True
            self._page.append(words)
        elif group.destination in ("objdata", "datafield"):
            self._object(words.encode("ascii", "ignore"))
        else:
            place = "rtf:hyperlink" if group.destination == "hlsrc" else f"rtf:{group.destination}"
            self._finds.url(words, place)

    def _object(self, digits: bytes) -> None:
        digits = _HEX.sub(b"", digits)
        data = bytes.fromhex(digits[: len(digits) & ~1].decode("ascii"))
        seen = set()
        for value in literals(data):
            if value not in seen:
                seen.add(value)
                self._finds.url(value, "rtf:objdata", text_too=False)

    def _field(self, found: _Field, outer: _Group) -> None:
        """List what a field opens, and put what it shows where it stands."""
        result = "".join(found.result)
        kind, values = _instruction("".join(found.instruction))
        place = f"rtf:{kind}" if kind in ("hyperlink", *_FETCHED) else "rtf:field"
        listed = False
        for value in values:
            listed |= self._finds.url(value, place, result, text_too=place != "rtf:hyperlink")
        if outer.words is not None and result and not listed:
            outer.words.append(result)
        elif outer.words is not None:
            outer.words.append(" ")


_CODEPAGES = frozenset(
    (
        *(f"cp{number}" for number in range(1250, 1259)), "cp437", "cp850", "cp852", "cp866", "cp874",
        "cp932", "cp936", "cp949", "cp950",
    )
)  # fmt: skip


def _instruction(written: str) -> tuple[str, list[str]]:
    """A field's name in lower case and its arguments without switches ([MS-OI29500] field grammar)."""
    name, values, passed = "", [], False
    for match in _INSTRUCTION.finditer(written[: limits.URL_CHARACTERS * 4]):
        quoted, switch, bare = match.groups()
        if switch is not None and name:
            passed = switch.lower() in _SWITCHES_WITH_VALUE
            continue
        value = bare if quoted is None else quoted.replace('\\"', '"').replace("\\\\", "\\")
        if value is None:
            continue
        if not name:
            name = value.strip().lower()
        elif not passed:
            values.append(value)
        passed = False
    return name, values


def _lines(words: str) -> list[str]:
    return words.split("\n")
