"""Every way a reader might undo an encoding: one piece of bytes in, the different results out.

Readers disagree about padding inside base64, about characters outside its alphabet, and about damaged
quoted-printable; each behaviour known of real decoders is one variant here. All are linear, and each result
is at most as long as what it was made of.

Does not decide which result is a reading worth having, and maps nothing back to the message.
"""

from __future__ import annotations

import binascii
import re
import zlib
from collections.abc import Iterator
from itertools import islice

from inspectors import limits

_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_JUNK = bytes(sorted(set(range(256)) - set(_LETTERS + b"=-_")))
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_NOT_LETTERS = re.compile(rb"[^A-Za-z0-9+/\r\n]+")
_BLANKED = bytes(value if value in _LETTERS else 0x20 for value in range(256))
_PADDING = re.compile(rb"=+")
_LINE_END = re.compile(rb"[\r\n]+")
_SEVEN = bytes(value & 0x7F for value in range(256))
_SHIFTED = 64 * 1024
"""Letters up to which quanta that begin elsewhere are tried: a PDF begins where its line does."""


_FIRST, _SECOND, _THIRD = b"CDI-Za-f", b"AQgwC-HS-Xi-nyz0-3", b"ABEFIJMNQRUVYZcdghklopstwx014589"
_FOURTH = b"A-Za-z0-9+/"
_QUANTUM = b"[%b][%b][%b][%b]" % (_FIRST, _SECOND, _THIRD, _FOURTH)  # three ASCII bytes
_MARKS = (
    rb"JVBERi|VQREYt|lUERGL|UEsDB|H4sI|0M8R4"  # PDF in three positions, zip, gzip, OLE
    rb"|OgAvAC8A|oALwAvA|6AC8ALw|ADoALwAv|A6AC8AL|AOgAvAC"  # :// in UTF-16 of both orders in three positions
)
_TEXT_IN = {count: re.compile(rb"(?:%b){%d}|%b" % (_QUANTUM, count, _MARKS)) for count in (3, 4, 5, 6)}
_MARK_LIST = tuple(_MARKS.split(b"|"))
_PLACES = bytes(
    b"0123456789abcdef"[
        sum(
            1 << place
            for place, letters in enumerate((_FIRST, _SECOND, _THIRD, _FOURTH))
            if re.fullmatch(rb"[%b]" % letters, bytes((value,)))
        )
    ]
    for value in range(256)
)
"""For each letter a hexadecimal digit, whose binary ones say which letter of a quantum it may be."""
_FEW = 200
"""Letters in which a pattern finds quanta sooner than looking at all of them together does."""
_LONG = 2000
_READABLE = bytes(range(32, 127)) + b"\t\r\n"


def may_be_base64(letters: bytes, quanta: int) -> bool:
    """Whether this many quanta in a row would be ASCII, or a known file begins; words seldom look so.

    Of the letters of English one in nine quanta does, so that four in a row are rare and six are chance.
    """
    if len(letters) < _FEW:
        return _TEXT_IN[quanta].search(letters) is not None
    return any(mark in letters for mark in _MARK_LIST) or _quanta_in_a_row(letters, quanta)


def _quanta_in_a_row(letters: bytes, quanta: int) -> bool:
    """Whether so many quanta of ASCII stand together: all letters at once, as the digits of a long number.

    A pattern tried at every letter takes ten times as long, and is half the cost of a doubtful message.
    """
    places = int(letters.translate(_PLACES), 16)
    # Of the next letter's digit the second binary one counts: four places further down, one further up.
    begins = places & places << 3 & places << 6 & places << 9
    found = begins & (1 << 4 * len(letters)) // 15  # a 1 in each digit: only the lowest binary one tells now
    for number in range(1, quanta):
        found &= begins << 16 * number
    return found != 0


def padded_runs(block: bytes) -> bool:
    """Whether runs that are each padded would be text, which together look like none."""
    text = block[:_LONG].translate(None, _JUNK + b"-_")
    if text.count(b"=") < 3:
        return False
    made = _each(_PADDING.split(text))
    return bool(made) and len(made.translate(None, _READABLE)) * 10 < len(made)


def body_may_be_base64(body: bytes) -> bool:
    """The same for a text in which anything may stand between the letters."""
    if not body.isascii():
        body = body.translate(_SEVEN)
    if padded_runs(body):
        return True
    letters = body.translate(None, _JUNK + b"=-_")
    if may_be_base64(letters, 5 if len(letters) < _LONG else 6):
        return True
    mapped = body.translate(None, _JUNK + b"=").translate(_URL_SAFE)
    return len(mapped) != len(letters) and may_be_base64(mapped, 5 if len(letters) < _LONG else 6)


def base64(block: bytes) -> Iterator[bytes]:
    """What decoders make of a block: characters outside the alphabet dropped, or ending a run."""
    if not block.isascii():
        yield from _padded(block.translate(_SEVEN).translate(None, _JUNK + b"-_"))
    text = block.translate(None, _JUNK)
    plain = text.translate(None, b"-_")
    yield from _padded(plain)
    if len(plain) != len(text):
        yield from _padded(text.translate(_URL_SAFE))
    lines = _LINE_END.split(block.strip())
    if len(lines) > 1 and any(len(line.strip()) % 4 for line in lines[:-1]):
        yield _each([line.translate(None, _JUNK + b"=-_") for line in lines])
    if len(text) != len(block.translate(None, b"\r\n \t")):
        yield _each([run for run in block.translate(_BLANKED, b"\r\n").split() if len(run) > 1])
        whole = [line for line in lines if not _NOT_LETTERS.search(line.strip(b" \t="))]
        yield _letters(b"".join(whole).translate(None, _JUNK + b"=-_"))
    if len(plain) <= _SHIFTED:
        letters = plain.replace(b"=", b"")
        for shift in (1, 2, 3):
            yield _letters(letters[shift:])


def _padded(text: bytes) -> Iterator[bytes]:
    """Padding passed over; each padded run by itself; padding as zero bits."""
    yield _letters(text.replace(b"=", b""))
    if b"=" in text.rstrip(b"="):
        yield _each(_PADDING.split(text))
        yield _letters(text.replace(b"=", b"A"))


def _each(runs: list[bytes]) -> bytes:
    return b"".join(map(_letters, runs))


def _letters(letters: bytes) -> bytes:
    """Letters of the alphabet alone; up to three that make no byte at the end are dropped."""
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


_SOFT = re.compile(rb"=[ \t]*(?:\r\n|\r|\n|\Z)")
_SPREAD = re.compile(rb"=[ \t\r\n]*([0-9A-Fa-f])[ \t\r\n=]*([0-9A-Fa-f])")
_LOOSE = re.compile(rb"=[^0-9A-Fa-f\r\n]{1,4}([0-9A-Fa-f]{2})")
_BAD = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]*(?:\r?\n|\Z))")


def bad_escape(body: bytes) -> bool:
    """Whether an equals sign in quoted-printable text begins neither an escape nor a soft line break."""
    return _BAD.search(body) is not None


def plain_quoted_printable(data: bytes) -> bytes:
    """As the C library reads it."""
    return binascii.a2b_qp(data)


def quoted_printable(data: bytes) -> Iterator[bytes]:
    """As the C library reads it, and what others make of escapes that are damaged or spread over lines."""
    yield binascii.a2b_qp(data)
    joined = _SOFT.sub(b"", data)
    if not _BAD.search(joined):
        if b"\r" in data:
            yield _SPREAD.sub(_byte, joined)
        return
    yield _SPREAD.sub(_byte, data)
    if joined != data:
        yield binascii.a2b_qp(joined)
        yield _SPREAD.sub(_byte, joined)
    yield _SPREAD.sub(_byte, _LOOSE.sub(rb"=\1", joined))
    for dropped in (1, 2, 3):  # the sign alone, or with one or two characters behind it
        yield binascii.a2b_qp(re.sub(rb"=(?![0-9A-Fa-f]{2}).{0,%d}" % (dropped - 1), b"", joined))


def _byte(match: re.Match[bytes]) -> bytes:
    return bytes((int(match.group(1) + match.group(2), 16),))


_BEGIN = re.compile(rb"(?m)^([ \t>]*)begin[ \t]+[0-7]{3,4}\b[^\r\n]*[\r\n]+")
_UU_LINE = re.compile(rb"[^\r\n]+")


def uu(data: bytes, labelled: bool) -> Iterator[bytes]:
    """Each uuencoded file (POSIX uuencode); with ``labelled`` also lines without a begin line."""
    starts = [(match.end(), match.group(1)) for match in islice(_BEGIN.finditer(data), limits.UNION_FILES)]
    if not starts and labelled:
        starts = [(0, b"")]
    for number, (start, quote) in enumerate(starts):
        end = starts[number + 1][0] if number + 1 < len(starts) else len(data)
        yield b"".join(_uu_lines(data, start, end, quote))


def _uu_lines(data: bytes, start: int, end: int, quote: bytes) -> Iterator[bytes]:
    for match in _UU_LINE.finditer(data, start, end):
        line = match.group().removeprefix(quote)
        if not line or line.rstrip() == b"end":
            if line:
                return
            continue
        size = (line[0] - 32) & 63
        body = line[1 : 1 + -(-size // 3) * 4].ljust(-(-size // 3) * 4)
        try:
            yield binascii.a2b_uu(line[:1] + body)
        except binascii.Error:
            continue


_YENC = re.compile(rb"(?m)^=ybegin [^\r\n]*[\r\n]+(?:=ypart [^\r\n]*[\r\n]+)?")
_Y_MAP = bytes((value - 42) % 256 for value in range(256))
_Y_ESCAPE = re.compile(rb"=(.)", re.DOTALL)


def yenc(data: bytes) -> Iterator[bytes]:
    """Each yEnc file (yenc.org, draft 1.3)."""
    found = list(islice(_YENC.finditer(data), limits.UNION_FILES))
    for number, match in enumerate(found):
        stop = found[number + 1].start() if number + 1 < len(found) else len(data)
        end = data.find(b"\n=yend", match.end(), stop)
        body = data[match.end() : end if end >= 0 else stop].translate(None, b"\r\n")
        yield _Y_ESCAPE.sub(lambda each: bytes(((each.group(1)[0] - 64) % 256,)), body).translate(_Y_MAP)


_HQX = b"!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr"
_HQX_MAP = bytes.maketrans(_HQX, _LETTERS)
_HQX_OTHER = bytes(sorted(set(range(256)) - set(_HQX)))
_HQX_FILE = re.compile(rb"BinHex 4[^\r\n]*[\r\n]+\s*:([^:]*)")
_REPEAT = re.compile(rb"(?s)(.)\x90(.)")


def binhex(data: bytes) -> Iterator[bytes]:
    """Each BinHex 4.0 file (RFC 1741), with its header in front; runs are written out up to a bound."""
    for match in islice(_HQX_FILE.finditer(data), limits.UNION_FILES):
        packed = _letters(match.group(1).translate(None, _HQX_OTHER).translate(_HQX_MAP))
        if packed.count(b"\x90") <= limits.UNION_PIECES:
            packed = _REPEAT.sub(_repeated, packed)
        yield packed


def _repeated(match: re.Match[bytes]) -> bytes:
    count = match.group(2)[0]
    return match.group(1) * count if count else match.group(1) + b"\x90"


def gunzip(data: bytes) -> Iterator[bytes]:
    """The first bytes of compressed data (RFC 1950, 1951 behind a header, 1952)."""
    if data[:2] == b"\x1f\x8b" or data[:2] in (b"\x78\x01", b"\x78\x9c", b"\x78\xda"):
        try:
            yield zlib.decompressobj(47).decompress(data, limits.UNION_PIECE)
        except zlib.error:
            return
