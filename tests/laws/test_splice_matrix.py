"""Law 2 over every charset, transfer encoding, line end and length: what is rewritten, and nothing else.

Each case is a whole message with one to five links, of which some are replaced. Afterwards exactly those
lead elsewhere; every byte outside the links (in base64: outside their quanta) is the one that came; no line
is longer than its encoding allows; undoing gives the message that came. Readers that share nothing with ours
say what the text is: ``email`` and Python's codecs, and lxml under BeautifulSoup for pages.
"""

import base64
import email
import itertools
import random
import re
from dataclasses import dataclass

import pytest
from bs4 import BeautifulSoup

from inspectors import message, splice
from inspectors.model import Edit

CHARSETS = {  # label: Python's codec, words
    "us-ascii": ("ascii", "plain words"),
    "utf-8": ("utf-8", "Grüße 日本 🙂"),
    "utf-16": ("utf-16", "Grüße 日本"),
    "utf-16be": ("utf-16-be", "Ελλάδα 🙂"),
    "utf-32": ("utf-32", "Grüße 🙂"),
    "iso-8859-1": ("latin-1", "été ÿ"),
    "iso-8859-2": ("iso8859-2", "Žižek łódź"),
    "iso-8859-15": ("iso8859-15", "œuvre €"),
    "windows-1251": ("cp1251", "привет Ў"),
    "windows-1252": ("cp1252", "“it’s” – €"),
    "windows-1255": ("cp1255", "שלום"),
    "koi8-r": ("koi8-r", "привет ёж"),
    "koi8-u": ("koi8-u", "їжак Є"),
    "macintosh": ("mac-roman", "Grüße ƒ"),
    "iso-2022-jp": ("iso2022-jp", "日本語 と"),
    "iso-2022-kr": ("iso2022-kr", "한국어 링크"),
    "shift_jis": ("cp932", "表示ソ ｱｲｳ"),
    "euc-jp": ("euc-jp", "日本語 、と"),
    "gb2312": ("gb2312", "中文 链接"),
    "gb18030": ("gb18030", "中文 𠀀 é"),
    "big5": ("big5", "許功蓋 連結"),
    "euc-kr": ("euc-kr", "한국어 주소"),
    "hz-gb-2312": ("hz", "中文 链接"),
    "utf-7": ("utf-7", "Grüße 日本 1+1"),
}
SEVEN_BIT = ("us-ascii", "iso-2022-jp", "iso-2022-kr", "hz-gb-2312", "utf-7")
WIDE = ("utf-16", "utf-16be", "utf-32")
LINE_ENDS = (("\r\n",), ("\n",), ("\r\n", "\n"))
LINKS = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Case:
    charset: str
    transfer: str
    line_ends: tuple[str, ...]
    html: bool
    links: int


def _transfers(charset: str) -> tuple[str, ...]:
    if charset in WIDE:  # whose line ends are not those of lines
        return ("quoted-printable", "base64", "binary")
    seven = ("7bit",) if charset in SEVEN_BIT else ()
    return (*seven, "8bit", "quoted-printable", "base64", "binary")


CASES = tuple(
    Case(charset, transfer, line_ends, html, links)
    for charset in CHARSETS
    for transfer, line_ends, html, links in itertools.product(
        _transfers(charset), LINE_ENDS, (False, True), LINKS
    )
)


def test_there_are_at_least_two_thousand_cases():
    assert len(set(CASES)) == len(CASES) >= 2000


@pytest.mark.parametrize("charset", CHARSETS)
def test_exactly_the_chosen_links_change_and_no_other_byte(charset):
    rnd = random.Random(charset)
    lengths = set()
    for case in CASES:
        if case.charset == charset:
            lengths |= check(case, rnd)
    assert len(lengths) == 9  # every pair of lengths modulo three, of the old link and of the new one


def check(case: Case, rnd: random.Random) -> set[tuple[int, int]]:
    codec, words = CHARSETS[case.charset]
    urls = [f"http://h{n}.example/" + "p" * rnd.randint(0, 60) for n in range(case.links)]
    text = page(case, urls, words, rnd)
    raw = whole(case, text.encode(codec))
    before = message.inspect(raw)
    assert [link.url for link in before.links] == urls
    chosen = sorted(rnd.sample(range(case.links), rnd.randint(1, case.links)))
    edits = [Edit(before.links[n], spellings(n, rnd)) for n in chosen]

    rewriting = message.rewrite(before, edits)
    assert (rewriting.done, rewriting.refused) == (tuple(edits), ())
    out = splice.apply(raw, rewriting.patches)

    after = message.inspect(out)
    assert message.compare(before, after, rewriting.done) == ()
    found = [link.url for link in after.links]
    assert [n for n in range(case.links) if found[n] != urls[n]] == chosen
    check_places(case, codec, raw, out, rewriting.patches, [urls[n] for n in chosen])
    check_lines(case, out)
    undone = splice.undo(out, [(each.span.start, each.span.of(raw), each.data) for each in rewriting.patches])
    assert undone == raw
    expected = text
    for n in chosen:
        expected = expected.replace(urls[n], found[n])
    check_readers(case, codec, expected, out, found)
    return {(len(urls[n]) % 3, len(found[n]) % 3) for n in chosen}


def page(case: Case, urls: list[str], words: str, rnd: random.Random) -> str:
    """Text or HTML with these links, each unique, with the charset's words around them."""
    ends = itertools.cycle(case.line_ends)
    lines = []
    for url in urls:
        if case.html:
            quote = rnd.choice(("'", '"', ""))
            lines.append(f"<p>{words} <a href={quote}{url}{quote} id=x>{words}</a> &amp; {words}</p>")
        else:
            before, after = rnd.choice((("", ""), ("<", ">"), ("(", ")"), ('"', '"')))
            lines.append(f"{words} {before}{url}{after} {words}" + rnd.choice(("", ".", "=", " " + "x" * 70)))
        lines.extend([""] * rnd.randint(0, 1))
    if case.html:
        lines = ["<html><body>", *lines, "</body></html>"]
    return "".join(line + next(ends) for line in lines)


def spellings(number: int, rnd: random.Random) -> tuple[str, ...]:
    """A new URL in three lengths, as the gateway gives them."""
    start = f"https://c.example/h{number}.example/" + "T" * rnd.randint(20, 40)
    return start, start + "U", start + "UV"


def whole(case: Case, content: bytes) -> bytes:
    eol = case.line_ends[0].encode()
    kind = "html" if case.html else "plain"
    head = (
        "From: a@sender.example\nMIME-Version: 1.0\n"
        f"Content-Type: text/{kind}; charset={case.charset}\nContent-Transfer-Encoding: {case.transfer}\n\n"
    )
    return head.encode().replace(b"\n", eol) + encoded(case, content, eol)


def encoded(case: Case, content: bytes, eol: bytes) -> bytes:
    if case.transfer == "base64":
        letters = base64.b64encode(content)
        return eol.join(letters[at : at + 76] for at in range(0, len(letters), 76)) + eol
    if case.transfer == "quoted-printable":
        return quoted(content, eol, wide=case.charset in WIDE)
    return content


def quoted(content: bytes, eol: bytes, *, wide: bool) -> bytes:
    """Quoted-printable with soft breaks wherever the line is full, inside links too."""
    out, column = bytearray(), 0
    for at, byte in enumerate(content):
        if byte in b"\r\n" and not wide:
            out.append(byte)
            column = 0
            continue
        blank = byte == 32 and content[at + 1 : at + 2] not in (b"\r", b"\n", b"")
        code = bytes((byte,)) if (33 <= byte <= 126 and byte != 61) or blank else b"=%02X" % byte
        if column + len(code) > 75:
            out += b"=" + eol
            column = 0
        out += code
        column += len(code)
    return bytes(out)


def check_places(case: Case, codec: str, raw: bytes, out: bytes, patches, urls: list[str]) -> None:
    """The patches stand on the links and on nothing else; all between them is as it came."""
    old = new = 0
    for patch in patches:
        step = patch.span.start - old
        assert raw[old : patch.span.start] == out[new : new + step]
        old, new = patch.span.end, new + step + len(patch.data)
    assert raw[old:] == out[new:]
    plain = {"utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(codec, codec)
    written = [url.encode(plain) for url in urls]
    if codec == "iso2022-kr":  # whose encoder begins each text with a designator
        written = [url.encode("ascii") for url in urls]
    taken = [patch.span.of(raw) for patch in patches]
    if case.transfer == "quoted-printable":
        taken = [email.quoprimime.body_decode(each.decode("ascii")).encode("latin-1") for each in taken]
    if case.transfer != "base64":
        assert taken == written
        return
    letters = sum(len(re.sub(rb"\s", b"", each)) for each in taken)
    assert letters <= sum((len(each) // 3 + 2) * 4 for each in written)


def check_lines(case: Case, out: bytes) -> None:
    body = re.split(rb"\r?\n\r?\n", out, maxsplit=1)[1]
    longest = max(len(line.rstrip(b"\r")) for line in body.split(b"\n"))
    if case.transfer != "binary":
        assert longest <= (76 if case.transfer in ("base64", "quoted-printable") else 998)
    if case.line_ends == ("\n",) and case.transfer != "binary":
        assert b"\r" not in out
    if case.line_ends == ("\r\n",) and case.charset not in WIDE:
        assert not re.search(rb"(?<!\r)\n", out)


def check_readers(case: Case, codec: str, expected: str, out: bytes, urls: list[str]) -> None:
    """What others decode is the text that came with the chosen links replaced."""
    content = email.message_from_bytes(out).get_payload(decode=True)
    assert content.decode(codec) == expected
    if case.html:
        anchors = BeautifulSoup(content.decode(codec), "lxml").find_all("a", href=True)
        assert [anchor["href"] for anchor in anchors] == urls
