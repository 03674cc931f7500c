"""The laws of the design that hold for every message, attacked with generated and with real mail.

1. Identity: no odd link, and the body bytes that leave are the bytes that came.
2. Locality: only the bytes of rewritten links differ, and in base64 the quanta they touch.
3. Reversal: undoing the recorded changes gives the message that came, bit for bit.
4. Re-reading: the outgoing message has the links of the incoming one, exactly the decided ones replaced.

Python's ``email`` is the independent reader that says what a part's content is.
"""

import base64
import email
import os
import random
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway import tokens, work
from inspectors import message, splice
from inspectors.model import Edit

RING = tokens.Keyring((tokens.Key("k1", bytes(range(32)), 0.0, False),))

WORDS = {
    "utf-8": ("Grüße", "naïve", "日本", "🙂", "x\u200by"),
    "us-ascii": ("plain", "words", "a-b", "(c)", "=3D"),
    "iso-8859-1": ("Grüße", "été", "\xa0", "ÿ", "¿no?"),
    "iso-8859-15": ("€5", "Žižek", "œuvre", "straße", "x"),
    "windows-1252": ("“quoted”", "it’s", "€", "dash – dash", "…"),
    "utf-16": ("Grüße", "日本", "🙂", "x", "Ελλάδα"),
    "iso-2022-jp": ("日本語", "メール", "<漢字>x", "abc", "、と"),
    "gb18030": ("中文", "链接", "𠀀", "x", "é"),
    "shift_jis": ("日本語", "表示ソ", "メール", "x", "ｱｲｳ"),
    "big5": ("中文", "許功蓋", "連結", "x", "郵件"),
    "euc-kr": ("한국어", "링크", "x", "메일", "주소"),
    "koi8-r": ("привет", "ссылка", "ёж", "x", "мир"),
}
WRONG = {  # bytes in the first, label of the second
    "utf-8": ("us-ascii", "iso-8859-1", "x-unknown", "", "shift_jis", "utf-16", "gb18030"),
    "windows-1252": ("utf-8", "us-ascii", "iso-8859-1", "iso-2022-jp", "euc-kr", "big5"),
    "koi8-r": ("windows-1251", "utf-8", "utf-7"),
    "gb18030": ("gb2312", "utf-8", "big5"),
}
ENCODINGS = ("7bit", "8bit", "quoted-printable", "base64")
SHAPES = ("text", "html", "alternative", "mixed", "nested", "attached")

MAY_REFUSE = {
    "the line would grow past 998 bytes": ("7bit", "8bit"),
    "the part belongs to an attached message": ENCODINGS,
}


@dataclass(frozen=True)
class Body:
    """One part's content before transfer encoding."""

    html: bool
    codec: str
    label: str
    transfer: str
    content: bytes

    def part(self, eol: bytes, width: int) -> bytes:
        kind = "text/html" if self.html else "text/plain"
        charset = f"; charset={self.label}" if self.label else ""
        head = f"Content-Type: {kind}{charset}\nContent-Transfer-Encoding: {self.transfer}\n\n"
        return head.encode().replace(b"\n", eol) + encoded(self, eol, width)


def encoded(body: Body, eol: bytes, width: int) -> bytes:
    if body.transfer == "base64":
        letters = base64.b64encode(body.content)
        width = max(4, width)
        return eol.join(letters[at : at + width] for at in range(0, len(letters), width))
    if body.transfer == "quoted-printable":
        lines = [body.content] if body.codec == "utf-16" else body.content.split(eol)
        return eol.join(quoted(line, max(8, width), eol) for line in lines)
    return body.content


def quoted(line: bytes, width: int, eol: bytes) -> bytes:
    out, column = b"", 0
    for index, byte in enumerate(line):
        last = index == len(line) - 1
        plain = (33 <= byte <= 126 and byte != 61) or (byte in b" \t" and not last)
        code = bytes([byte]) if plain else b"=%02X" % byte
        if column + len(code) > width - 1:
            out, column = out + b"=" + eol, 0
        out, column = out + code, column + len(code)
    return out


def page(rnd: random.Random, html: bool, codec: str, eol: str, first: int) -> str:
    """Text with one to five links, at columns near the limits of lines among others."""
    lines = []
    for number in range(first, first + rnd.randint(1, 5)):
        path = "p" * rnd.randint(0, 80) + rnd.choice(("", "?a=1&b=2", "/~x;y=(z)", "#f"))
        url = f"{rnd.choice(('http', 'https', 'HTTP'))}://h{number}.example/{path}"
        before, after = rnd.choice(WORDS[codec]), rnd.choice(WORDS[codec])
        if html:
            written = url.replace("&", rnd.choice(("&amp;", "&#38;", "&")))
            quote = rnd.choice(('"', "'", ""))
            line = f"<p>{before} <a class=x href={quote}{written}{quote} id=y>{after}</a> {after}"
        else:
            line = f"{before} {rnd.choice(('', '<', '('))}{url} {after}"
        near = rnd.choice((0, 0, 70, 76, 80, 900, 960, 998, 1100))
        pad = "x" * max(0, near + rnd.randint(-3, 3) - len(line))
        line = f"{pad} {line}" if rnd.random() < 0.5 else f"{line} {pad}"
        lines.append(line + rnd.choice((eol, eol, " ", eol + eol)))
    return "".join(lines) + rnd.choice(("", "end", "end" + eol))


def body(
    rnd: random.Random, html: bool, codec: str, transfer: str, eol: bytes, first: int, wrong: bool
) -> Body:
    if codec == "utf-16" and transfer in ("7bit", "8bit"):
        transfer = "base64"  # its line ends are not those of lines
    label = rnd.choice(WRONG[codec]) if wrong else codec
    written = page(rnd, html, codec, eol.decode(), first)
    return Body(html, codec, label, transfer, written.encode(codec))


def build(
    rnd: random.Random, codec: str, transfer: str, eol: bytes, shape: str, wrong: bool = False
) -> bytes:
    """A whole message of this kind."""
    width = rnd.choice((76, 76, 72, 60, 20))
    made = (body(rnd, html, codec, transfer, eol, first, wrong) for html, first in _kinds(shape))
    parts = [each.part(eol, width) for each in made]
    top = b"From: a@sender.example\nSubject: =?utf-8?q?x?=\nMIME-Version: 1.0\n".replace(b"\n", eol)
    if len(parts) == 1:
        return top + parts[0]
    blob = b"Content-Type: image/png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n".replace(b"\n", eol)
    if shape == "mixed":
        parts.insert(1, blob)
    if shape == "attached":
        wrapped = b"Content-Type: message/rfc822\n\nSubject: in\n".replace(b"\n", eol)
        parts[1] = wrapped + parts[1]
    if shape == "nested":
        parts = [multipart(parts[:2], "in", "alternative", eol), *parts[2:], blob]
    kind = "alternative" if shape == "alternative" else "mixed"
    return top + multipart(parts, "=_out", kind, eol)


def _kinds(shape: str) -> list[tuple[bool, int]]:
    if shape in ("text", "html"):
        return [(shape == "html", 1)]
    pair = [(False, 10), (True, 20)]
    return [*pair, (False, 30)] if shape == "nested" else pair


def multipart(parts: list[bytes], boundary: str, kind: str, eol: bytes) -> bytes:
    mark = eol + b"--" + boundary.encode()
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"'.encode() + eol + eol + b"preamble"
    return head + b"".join(mark + eol + part for part in parts) + mark + b"--" + eol + b"epilogue" + eol


def edits_for(inspection, rnd: random.Random) -> list[Edit]:
    links = [link for link in inspection.links if link.url.startswith("http")]
    chosen = rnd.sample(links, rnd.randint(min(1, len(links)), len(links)))
    base = rnd.choice(("https://c.example", "https://clicks.gateway.example", "http://127.0.0.1:8080"))
    ids = (f"{rnd.getrandbits(60):016d}"[:16] for _ in chosen)
    return [
        Edit(link, tokens.mint(base, link.host, each, RING)) for link, each in zip(chosen, ids, strict=True)
    ]


def contents(raw: bytes) -> list[bytes]:
    """The decoded content of each leaf as Python reads it."""
    parts = (part for part in email.message_from_bytes(raw).walk() if not part.is_multipart())
    return [part.get_payload(decode=True) or b"" for part in parts]


def check_laws(raw: bytes, rnd: random.Random):
    """Edit a random choice of links, as the gateway does, and hold the result against laws 2 to 4."""
    before = message.inspect(raw)
    rewriting = work.rewrite(raw, edits_for(before, rnd)).rewriting
    out = splice.apply(raw, rewriting.patches)
    # Locality: walking both messages side by side, everything between patches is the same.
    old = new = 0
    for patch in rewriting.patches:
        step = patch.span.start - old
        assert raw[old : patch.span.start] == out[new : new + step]
        old, new = patch.span.end, new + step + len(patch.data)
        assert out[new - len(patch.data) : new] == patch.data
    assert raw[old:] == out[new:]
    # Reversal
    assert splice.undo(out, [(p.span.start, p.span.of(raw), p.data) for p in rewriting.patches]) == raw
    # Re-reading
    after = message.inspect(out)
    assert message.compare(before, after, rewriting.done) == ()
    return before, after, out, rewriting


def check_contents(raw: bytes, codec: str, before, after, out: bytes, done) -> None:
    """What Python decodes is the text that came, with the edited URLs replaced and nothing else."""
    expected = contents(raw)
    plain = codec if codec != "utf-16" else "utf-16-le"
    edited = {edit.link for edit in done}
    certain = [[link for link in each.links if not link.ambiguous] for each in (before, after)]
    for old, new in zip(*certain, strict=True):
        if old not in edited:
            continue
        written = re.compile(re.escape(old.written.encode(plain)).replace(b"&", b"&(?:amp;|#38;)?"))
        if plain == "utf-16-le":
            variants = [old.written.replace("&", each) for each in ("&", "&amp;", "&#38;")]
            written = re.compile(b"|".join(re.escape(each.encode(plain)) for each in variants))
        hits = [index for index, content in enumerate(expected) if written.search(content)]
        assert len(hits) == 1
        replacement = new.url.encode(plain)
        expected[hits[0]], count = written.subn(lambda _, r=replacement: r, expected[hits[0]])
        assert count == 1
    # On a line that would grow too long, a URL in HTML may have been put on a line of its own.
    found = contents(out)
    for link in (new for old, new in zip(before.links, after.links, strict=True) if old in edited):
        own_line = re.compile(rb"\r?\n(" + re.escape(link.url.encode(plain)) + rb")\r?\n")
        expected = [own_line.sub(rb"\1", content) for content in expected]
        found = [own_line.sub(rb"\1", content) for content in found]
    assert found == expected


def check_lines(raw: bytes, out: bytes, transfer: str) -> None:
    longest = [max(len(line.rstrip(b"\r")) for line in each.split(b"\n")) for each in (raw, out)]
    bound = 998 if transfer in ("7bit", "8bit") else 78  # 78: the header lines and boundaries of the test
    assert longest[1] <= max(bound, longest[0])
    for strange in (rb"\r\n", rb"(?<!\r)\n"):  # no line end of a kind that was not there before
        assert re.search(strange, raw) or not re.search(strange, out)


def check(raw: bytes, codec: str, transfer: str, rnd: random.Random, wrong: bool = False) -> int:
    before, after, out, rewriting = check_laws(raw, rnd)
    check_contents(raw, codec, before, after, out, rewriting.done)
    check_lines(raw, out, transfer)
    for _, reason in rewriting.refused:
        exact = wrong and any(
            each in reason for each in ("read again", "no bytes of its own", "only another reading")
        )
        assert exact or transfer in MAY_REFUSE[reason]
    return len(rewriting.done)


@pytest.mark.parametrize("codec", WORDS)
def test_every_encoding_line_end_and_shape_keeps_the_laws(codec):
    rnd = random.Random(codec)
    done = 0
    for transfer in ENCODINGS:
        for eol in (b"\r\n", b"\n"):
            for shape in SHAPES:
                done += check(build(rnd, codec, transfer, eol, shape), codec, transfer, rnd)
    assert done > 48


@settings(max_examples=250, deadline=None)
@given(
    st.randoms(use_true_random=False),
    st.sampled_from(sorted(WORDS)),
    st.sampled_from(ENCODINGS),
    st.sampled_from((b"\r\n", b"\n")),
    st.sampled_from(SHAPES),
)
def test_any_generated_message_keeps_the_laws(rnd, codec, transfer, eol, shape):
    check(build(rnd, codec, transfer, eol, shape), codec, transfer, rnd)


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from(sorted(WRONG)), st.sampled_from(ENCODINGS))
def test_a_wrong_charset_label_keeps_the_laws(rnd, codec, transfer):
    check(build(rnd, codec, transfer, b"\r\n", "alternative", wrong=True), codec, transfer, rnd, wrong=True)


@given(st.binary(max_size=600))
def test_bytes_without_edits_leave_as_they_came(raw):
    inspection = message.inspect(raw)
    rewriting = message.rewrite(inspection, [])
    assert rewriting.patches == ()
    assert splice.apply(raw, rewriting.patches) == raw


@settings(max_examples=150, deadline=None)
@given(
    st.randoms(use_true_random=False), st.sampled_from(sorted(WORDS)), st.sampled_from(ENCODINGS), st.data()
)
def test_damaged_messages_keep_the_laws(rnd, codec, transfer, data):
    raw = bytearray(build(rnd, codec, transfer, b"\r\n", rnd.choice(SHAPES)))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(raw) - 1))
        kind = data.draw(st.sampled_from(("flip", "cut", "double")))
        if kind == "flip":
            raw[at] = data.draw(st.integers(0, 255))
        elif kind == "cut":
            del raw[at : at + data.draw(st.integers(1, 30))]
        else:
            raw[at:at] = raw[at : at + data.draw(st.integers(1, 200))]
        if not raw:
            return
    check_laws(bytes(raw), rnd)


@pytest.mark.corpus
def test_real_mail_keeps_the_laws():
    root = os.environ.get("ODDLINK_CORPUS")
    if not root:
        pytest.skip("ODDLINK_CORPUS does not name a folder of mail")
    files = sorted(
        path for path in Path(root).rglob("*") if path.is_file() and path.stat().st_size < 5_000_000
    )
    rnd = random.Random(1)
    done = 0
    for path in files:
        raw = path.read_bytes()
        if not raw.startswith(b"%PDF-"):
            *_, rewriting = check_laws(raw, rnd)
            done += len(rewriting.done)
    assert not files or done
