"""Quick looks at bytes: whether they might be, or hold, what is worth decoding or reading.

All are linear and built on searches for fixed letters where they run over ordinary mail.

Does not decode or read anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from inspectors.union import charsets, decoders

_PRINTABLE = bytes(range(32, 127)) + b"\t\r\n"
_CLASSES = bytes(
    0x61 if (chr(value).isalnum() and value < 128) or value in b"+/" else 0x20 for value in range(256)
)
_WITH_CONTROLS = bytes(0 if value in charsets.CONTROLS else _CLASSES[value] for value in range(256))
"""The same, and NUL for each control character."""
RUN = 20
"""Letters of base64 in readable text that are looked at: more than words and most names have."""
_LONG_RUN = b"a" * RUN
QP = re.compile(rb"=[0-9A-Fa-f]{2}|=[ \t]*[\r\n]|=[^0-9A-Fa-f]{1,4}[0-9A-Fa-f]{2}|=[0-9A-Fa-f][\r\n]")
_QP_BEGIN = re.compile(
    rb"=(?:[0-9A-Fa-f]{2}=[0-9A-Fa-f]{2}=[0-9A-Fa-f]{2}|[2-7][0-9A-Fa-f][^\s=]{0,12}://|3[Aa]//|2[Ff]=2[Ff])"
)
"""Escapes in readable text where a link would begin, or nothing but escapes. As the patterns below do, it
begins with a fixed letter, which is what makes looking for it quick."""
_QP_END = re.compile(rb"=(?:3[AaDd]|2[EeFf]|[ \t]*\r?\n)")
"""What all of the following hold, looked for first: few texts have any."""
_QP_LINKS = (
    re.compile(rb"://[^\s<>\"]{0,200}?=(?:3[AaDd]|2[EeFf]|[ \t]*\r?\n)"),
    re.compile(rb"www(?:=2[Ee]|\.[^\s<>\"]{0,200}?=(?:3[AaDd]|2[EeFf]|[ \t]*\r?\n))"),
)
_QP_HOSTS = (
    re.compile(rb"://[^\s<>\"/?#]{0,200}?=(?:3[AaDd]|2[EeFf]|[ \t]*\r?\n)"),
    re.compile(rb"www(?:=2[Ee]|\.[^\s<>\"/?#]{0,200}?=(?:3[AaDd]|2[EeFf]|[ \t]*\r?\n))"),
)
"""Escapes within a link, and within its host."""
HTML = re.compile(
    rb"<(?:!doctype|\?xml|(?:html|head|body|base|meta|area|form|div|span|table|font|iframe|svg|img|[apb]|br)[\s/>])",
    re.IGNORECASE,
)
BEGIN = re.compile(rb"begin [0-7]{3}")
_FIELD = re.compile(rb"[ \t>]*content-(?:type|transfer-encoding)\s*:")
_BASE = re.compile(rb"(?im)^content-(?:base|location)[ \t]*:[ \t\r\n]*[\"<]?(https?://[^\s\">]{1,1000})")
_SIGN = re.compile(rb"://|(?i:www\.)|%PDF-|\APK\x03\x04|\A\x1f\x8b|\A\xd0\xcf\x11\xe0")
LETTERS = 14
"""Letters of base64 a URL needs at least: ``www.a.test`` and ``ftp://a.b`` are ten bytes."""
JOINED = 64 * 1024
"""Bytes up to which a text is also read with its lines joined, or without its delimiters."""
TEXTUAL = 0.7
"""Share of printable ASCII from which a decoder's result may be text; of noise it is 0.4."""


def textual(data: bytes) -> float:
    """The share of printable ASCII."""
    return 1 - len(data.translate(None, _PRINTABLE)) / len(data) if data else 0.0


def holds_run(data: bytes) -> bool:
    """Whether letters of base64 stand together that would be text, line ends passed over."""
    return _holds_run(data, data.translate(_CLASSES, b"\r\n"))


def _holds_run(data: bytes, classes: bytes) -> bool:
    """The same, told the class of each byte but for line ends: "a" or a blank."""
    at = classes.find(_LONG_RUN)
    if at < 0:
        return False
    letters = data.translate(None, b"\r\n")
    runs: list[bytes] = []
    while at >= 0:
        end = classes.find(b" ", at)
        runs.append(letters[at : end if end >= 0 else len(letters)])
        at = classes.find(_LONG_RUN, end) if end >= 0 else -1
    return decoders.may_be_base64(b" ".join(runs), 4)


def holds_escaped_link(data: bytes) -> bool:
    """Whether quoted-printable escapes stand where a link would be."""
    return _holds_escape(data, _QP_LINKS)


def holds_escaped_host(data: bytes) -> bool:
    """The same for a text that was read as it stands: escapes behind a link's host lead to no other host."""
    return _holds_escape(data, _QP_HOSTS)


def _holds_escape(data: bytes, within: Iterable[re.Pattern[bytes]]) -> bool:
    if _QP_BEGIN.search(data) is not None:
        return True
    return _QP_END.search(data) is not None and any(each.search(data) for each in within)


def mostly_escaped(data: bytes) -> bool:
    """Whether escapes are what a text consists of, so that damaged ones are worth trying."""
    return len(data) <= JOINED and data.count(b"=") * 8 > len(data)


def bases(data: bytes) -> Iterable[re.Match[bytes]]:
    """Fields with a URL that relative links are relative to."""
    lower = data.lower()
    return _BASE.finditer(data) if b"content-base" in lower or b"content-location" in lower else ()


def holds_field(data: bytes) -> bool:
    """Whether a line looks like a field that says how to read a part."""
    if b"ontent-" not in data:
        return False
    lower, begin = data.lower(), 0
    while begin >= 0 and (at := lower.find(b"content-", begin)) >= 0:
        begin = max(begin, lower.rfind(b"\n", begin, at) + 1)
        if _FIELD.match(lower, begin):
            return True
        begin = lower.find(b"\n", at)  # the line end, for no field begins behind another word
    return False


def may_be_html(data: bytes, *, is_html: bool) -> bool:
    """Whether a text would show links as a page that it does not show as text: entities, or attributes."""
    return (
        not is_html
        and b"<" in data
        and ((b"&" in data and b"&#" in data) or b"href" in data.lower())
        and bool(HTML.search(data))
    )


def hints(content: bytes, *, is_html: bool) -> bool:
    """Quickly, whether readable text might hold what another reader reads otherwise.

    Every text of ordinary mail is asked all of this. One letter is looked for before a word, for that takes
    a tenth of the time.
    """
    classes = content.translate(_WITH_CONTROLS, b"\r\n")
    return (
        b"\0" in classes
        or charsets.shifts(content)
        or _holds_run(content, classes)
        or holds_escaped_host(content)
        or (b"begin " in content and (BEGIN.search(content) is not None or b"=ybegin " in content))
        or (b"%" in content and b"%PDF-" in content)
        or holds_field(content)
        or may_be_html(content, is_html=is_html)
    )


def telling(data: bytes) -> bool:
    """Whether what was found in readable text is text itself, and no word read as letters of base64."""
    start = data[:4096]
    return _SIGN.search(start) is not None or (len(start) >= LETTERS and textual(start) > 0.95)


def may_hold_link(data: bytes, as_html: bool) -> bool:
    """Whether it is worth reading for links at all."""
    return as_html or b"://" in data or b"www." in data.lower() or (b"." in data and b"/" in data)


def promising(data: bytes) -> bool:
    """Whether a decoder's result is more than noise: readable, or with the start of a file or link in it."""
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b")) or b"%PDF-" in data[:4096]:
        return True
    start = data[:65536]
    if textual(start) >= TEXTUAL:
        return True
    if b"://" in data or b"www." in data or b"WWW." in data:
        return True
    return start.count(0) * 3 >= len(start) or textual(start.translate(None, b"\0\x1b")) >= 0.9
