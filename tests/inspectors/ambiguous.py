"""Messages that two readers read differently, each hiding one URL or one PDF, made by tricks of ten classes.

Every trick is named, and has a host of its own, so that a miss says what was missed.

Does not know what the second reading does: it only knows what mail has been seen to do.
"""

from __future__ import annotations

import base64
import binascii
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass

VISIBLE = b"Good morning, the figures for March are below.\r\n"


@dataclass(frozen=True)
class Ambiguous:
    """One message."""

    kind: str
    name: str
    raw: bytes
    url: str


def b64(data: bytes, width: int = 76) -> bytes:
    letters = base64.b64encode(data)
    return b"\r\n".join(letters[at : at + width] for at in range(0, len(letters), width)) + b"\r\n"


def escaped(data: bytes) -> bytes:
    """Quoted-printable with everything escaped."""
    codes = [b"=%02X" % byte for byte in data]
    return b"=\r\n".join(b"".join(codes[at : at + 24]) for at in range(0, len(codes), 24)) + b"\r\n"


def page(url: str) -> bytes:
    return b'<html><body><p>Please <a href="' + url.encode() + b'">confirm</a> today.</p></body></html>'


def note(url: str) -> bytes:
    return b"Please confirm today at " + url.encode() + b" before noon.\r\n"


def pdf(url: str) -> bytes:
    """A minimal document with one link, without a table of references: readers rebuild it."""
    action = b"<</S/URI/URI(" + url.encode() + b")>>"
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Annots[<</Type/Annot/Subtype/Link"
        b"/Rect[0 0 9 9]/A" + action + b">>]>>endobj\ntrailer<</Root 1 0 R/Size 4>>\n%%EOF\n"
    )


def top(*fields: bytes) -> bytes:
    lines = (b"From: desk@office.example", b"To: you@home.example", b"Subject: figures", b"MIME-Version: 1.0")
    return b"\r\n".join((*lines, *fields)) + b"\r\n"


def multipart(field: bytes, *parts: bytes, boundary: bytes = b"b", close: bytes | None = None) -> bytes:
    out = top(field) + b"\r\n"
    for part in parts:
        out += b"--" + boundary + b"\r\n" + part + b"\r\n"
    return out + (b"--" + boundary + b"--\r\n" if close is None else close)


ENCODED = b"Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n"
QP = b"Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
PLAIN = b"Content-Type: text/plain\r\n\r\n" + VISIBLE

Hide = Callable[[str], bytes]


def _part64(url: str) -> bytes:
    return ENCODED + b64(page(url))


def _part_qp(url: str) -> bytes:
    return QP + escaped(page(url))


def _pdf_part(url: str) -> bytes:
    return b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b64(pdf(url))


PARTS: tuple[tuple[str, Hide], ...] = (("base64", _part64), ("escaped", _part_qp), ("pdf", _pdf_part))
BODIES: tuple[tuple[str, bytes, Hide], ...] = (
    ("base64", b"base64", lambda url: b64(page(url))),
    ("escaped", b"quoted-printable", lambda url: escaped(page(url))),
)

BOUNDARY_FIELDS = {
    "twice": b"multipart/mixed; boundary=a; boundary=b",
    "twice-reversed": b"multipart/mixed; boundary=b; boundary=a",
    "2231": b"multipart/mixed; boundary*=us-ascii''b; boundary=a",
    "2231-parts": b'multipart/mixed; boundary=a; boundary*0=""; boundary*1=b',
    "2231-percent": b"multipart/mixed; boundary*0*=utf-8''%62; boundary=a",
    "word": b'multipart/mixed; boundary="=?utf-8?q?b?="',
    "quoted-pair": b'multipart/mixed; boundary="\\b"',
    "half-quoted": b'multipart/mixed; boundary="b',
    "quote-behind": b'multipart/mixed; boundary=b"a"',
    "blank-before": b'multipart/mixed; boundary=" b"',
    "blank-behind": b'multipart/mixed; boundary="b "',
    "blank-inside": b"multipart/mixed; boundary=b a",
    "no-semicolon": b"multipart/mixed boundary=b",
    "two-semicolons": b"multipart/mixed;; boundary=b",
    "hidden-in-value": b'multipart/mixed; x="boundary=a; y="; boundary=b',
    "invalid-before": b"multipart/mixed; name; boundary=b",
    "invalid-name": b"multipart/mixed; a b=c; boundary=b",
    "equals-twice": b"multipart/mixed; boundary==b",
    "upper": b'MULTIPART/MIXED; BOUNDARY="b"',
    "single-quotes": b"multipart/mixed; boundary='b'",
    "colon": b"multipart/mixed; boundary:b",
    "comma": b"multipart/mixed, boundary=b",
    "8bit": b'multipart/mixed; boundary="b\xe4"; boundary=b',
    "comment-value": b"multipart/mixed; boundary=(x)b",
    "comment-behind": b"multipart/mixed; boundary=b(x)",
    "comment-name": b"multipart/mixed; (x)boundary=b",
    "comment-nested": b"multipart/mixed; boun(a(b)c)dary=b",
    "comment-type": b"multipart(x)/mixed; boundary=b",
    "comment-first": b"(text/plain) multipart/mixed; boundary=b",
    "comment-open": b"multipart/mixed; (boundary=a; boundary=b",
    "nul": b"multipart/mixed; boundary=b\0a",
    "tab": b"multipart/mixed;\tboundary\t=\tb",
    "folded": b"multipart/mixed;\r\n boundary\r\n =\r\n b",
    "folded-value": b'multipart/mixed; boundary=\r\n "b"',
    "cr": b"multipart/mixed; x=y\rz; boundary=b",
    "unknown-subtype": b"multipart/x-unheard; boundary=b",
    "no-subtype": b"multipart; boundary=b",
    "slash-only": b"multipart/; boundary=b",
    "type-quoted": b'"multipart/mixed"; boundary=b',
    "empty-then-b": b'multipart/mixed; boundary=""; boundary=b',
    "missing": b"multipart/mixed",
    "empty": b'multipart/mixed; boundary=""',
    "text-type": b"text/plain; boundary=b",
}

HEADERS = {
    "two-types": b"Content-Type: text/plain\r\nContent-Type: multipart/mixed; boundary=b",
    "two-types-reversed": b"Content-Type: multipart/mixed; boundary=b\r\nContent-Type: text/plain",
    "two-boundaries": (
        b"Content-Type: multipart/mixed; boundary=a\r\nContent-Type: multipart/mixed; boundary=b"
    ),
    "blank-before-colon": b"Content-Type : multipart/mixed; boundary=b",
    "tab-before-colon": b"Content-Type\t: multipart/mixed; boundary=b",
    "blank-before-name": b" Content-Type: multipart/mixed; boundary=b",
    "underscore": b"Content_Type: multipart/mixed; boundary=b",
    "nul-in-name": b"Content-\0Type: multipart/mixed; boundary=b",
    "8bit-name": b"Content-Type\xa0: multipart/mixed; boundary=b",
    "garbage-line": b"this is no field\r\nContent-Type: multipart/mixed; boundary=b",
    "blank-line": b"X-A: b\r\n \r\nContent-Type: multipart/mixed; boundary=b",
    "tab-line": b"X-A: b\r\n\t\r\nContent-Type: multipart/mixed; boundary=b",
    "cr-line": b"X-A: b\r\rContent-Type: multipart/mixed; boundary=b",
    "lf-line": b"X-A: b\nContent-Type: multipart/mixed; boundary=b",
    "cr-only": b"X-A: b\rContent-Type: multipart/mixed; boundary=b",
    "folded-inside": b"X-A: b\r\n Content-Type: multipart/mixed; boundary=b",
    "long": b"X-A: " + b"a" * 300_000 + b"\r\nContent-Type: multipart/mixed; boundary=b",
    "many": b"X-A: b\r\n" * 1200 + b"Content-Type: multipart/mixed; boundary=b",
    "colon-line": b": x\r\nContent-Type: multipart/mixed; boundary=b",
    "from-line": b">From x\r\nContent-Type: multipart/mixed; boundary=b",
    "formfeed": b"Content-Type:\x0cmultipart/mixed; boundary=b",
    "near": b"Content-Type:: multipart/mixed; boundary=b",
}

TRANSFERS = {
    "two": b"Content-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: %s",
    "two-reversed": b"Content-Transfer-Encoding: %s\r\nContent-Transfer-Encoding: 7bit",
    "blank-colon": b"Content-Transfer-Encoding : %s",
    "quoted": b'Content-Transfer-Encoding: "%s"',
    "comment": b"Content-Transfer-Encoding: (x)%s",
    "comment-behind": b"Content-Transfer-Encoding: %s (x)",
    "semicolon": b"Content-Transfer-Encoding: %s;",
    "parameter": b"Content-Transfer-Encoding: %s; a=b",
    "list": b"Content-Transfer-Encoding: 7bit, %s",
    "words": b"Content-Transfer-Encoding: %s junk",
    "word": b"Content-Transfer-Encoding: =?us-ascii?q?%s?=",
    "nul": b"Content-Transfer-Encoding: %s\0",
    "folded": b"Content-Transfer-Encoding:\r\n %s",
    "folded-twice": b"Content-Transfer-Encoding:\r\n \r\n %s",
    "x": b"Content-Transfer-Encoding: x-%s",
    "none": b"X-Note: %s",
    "8bit-blank": b"Content-Transfer-Encoding: \xa0%s",
    "encoding": b"Content-Encoding: %s",
    "misspelt": b"Content-Transfer-Encodin: %s",
    "cr": b"Content-Transfer-Encoding: %s\rX-A: b",
}


def _junk_every(letters: bytes, junk: bytes, step: int) -> bytes:
    return junk.join(letters[at : at + step] for at in range(0, len(letters), step))


def broken_base64(data: bytes) -> dict[str, bytes]:
    letters = base64.b64encode(data)
    runs = [base64.b64encode(data[at : at + 16]) for at in range(0, len(data), 16)]
    chunks = [base64.b64encode(data[at : at + 9]) for at in range(0, len(data), 9)]
    return {
        "blanks": _junk_every(letters, b" ", 7),
        "stars": _junk_every(letters, b"*", 5),
        "dots": _junk_every(letters, b".", 4),
        "exclamation-lines": _junk_every(letters, b"\r\n!!!\r\n", 40),
        "nul": _junk_every(letters, b"\0", 11),
        "8bit": _junk_every(letters, b"\xe4\xfc", 13),
        "minus": _junk_every(letters, b"-", 9),
        "underscore": _junk_every(letters, b"_", 9),
        "padding-inside": letters[:20] + b"==" + letters[20:],
        "padded-runs": b"".join(runs),
        "padded-lines": b"\r\n".join(runs),
        "one-equals": _junk_every(letters, b"=", 8),
        "equals-between": _junk_every(letters, b"====", 24),
        "padding-first": b"====" + letters,
        "padding-line": letters[:40] + b"\r\n====\r\n" + letters[40:],
        "letter-first": b"A" + letters,
        "two-letters-first": b"AA" + letters,
        "three-letters-first": b"AAA" + letters,
        "text-first": b"Note:\r\n" + letters,
        "no-padding": letters.rstrip(b"="),
        "one-letter-behind": letters.rstrip(b"=") + b"A",
        "short-lines": _junk_every(letters, b"\r\n", 3),
        "one-a-line": _junk_every(letters, b"\r\n", 1),
        "bare-cr": _junk_every(letters, b"\r", 20),
        "long-line": letters * 1,
        "empty-lines": _junk_every(letters, b"\r\n\r\n", 32),
        "aligned-runs": b"==".join(each.rstrip(b"=") for each in chunks),
        "quoted": b"\r\n".join(b"> " + letters[at : at + 60] for at in range(0, len(letters), 60)),
        "indented": b"\r\n".join(b"    " + letters[at : at + 60] for at in range(0, len(letters), 60)),
        "comments": _junk_every(letters, b"(*)", 16),
        "percent": _junk_every(letters, b"%", 10),
        "text-behind": letters + b"\r\n-- \r\nThe desk\r\n",
        "url-safe": letters.replace(b"+", b"-").replace(b"/", b"_"),
        "twice": base64.b64encode(b64(data)),
        "delimiter-look": letters[:30] + b"\r\n--c\r\n" + letters[30:],
    }


def broken_escapes(data: bytes) -> dict[str, bytes]:
    codes = [b"=%02X" % byte for byte in data]
    return {
        "lower": b"".join(codes).lower(),
        "blank-inside": b"".join(b"= " + code[1:] for code in codes),
        "split": b"".join(code[:2] + b"\r\n" + code[2:] for code in codes),
        "split-after-sign": b"".join(b"=\r\n" + code for code in codes),
        "sign-doubled": b"".join(b"=" + code for code in codes),
        "junk-sign": b"".join(b"=" + b"?" + code for code in codes),
        "soft-blanks": b"= \t\r\n".join(b"".join(codes[at : at + 5]) for at in range(0, len(codes), 5)),
        "cr-soft": b"=\r".join(b"".join(codes[at : at + 5]) for at in range(0, len(codes), 5)),
        "lf-soft": b"=\n".join(b"".join(codes[at : at + 5]) for at in range(0, len(codes), 5)),
        "double": b"".join(b"=3D" + code[1:] for code in codes),
        "end-sign": b"".join(codes) + b"=",
        "long-line": b"".join(codes),
        "mixed": b"".join(
            code if at % 2 else bytes((byte,))
            for at, (code, byte) in enumerate(zip(codes, data, strict=True))
        ),
        "bad-hex": b"=GG".join(b"".join(codes[at : at + 9]) for at in range(0, len(codes), 9)),
    }


def uuencoded(data: bytes, begin: bytes = b"begin 644 a.html\r\n") -> bytes:
    lines = [binascii.b2a_uu(data[at : at + 45]).rstrip(b"\n") for at in range(0, len(data), 45)]
    return begin + b"\r\n".join(lines) + b"\r\n`\r\nend\r\n"


def yencoded(data: bytes) -> bytes:
    out = b""
    for byte in data:
        value = (byte + 42) % 256
        out += b"=%c" % ((value + 64) % 256) if value in (0, 10, 13, 61) else b"%c" % value
    return b"=ybegin line=128 size=%d name=a.html\r\n" % len(data) + out + b"\r\n=yend size=1\r\n"


def zipped(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.html", data)
    return out.getvalue()


def _charsets() -> Iterator[tuple[str, Callable[[str], bytes]]]:
    yield "utf-16-unlabelled", lambda url: top() + b"\r\n" + note(url).decode().encode("utf-16-le")
    yield "utf-16-be", lambda url: top() + b"\r\n" + note(url).decode().encode("utf-16-be")
    for label in (b"us-ascii", b"utf-8", b"iso-8859-1"):
        for charset in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "utf-7-full"):

            def made(url: str, label: bytes = label, charset: str = charset) -> bytes:
                text = note(url).decode()
                data = utf7(text) if charset == "utf-7-full" else text.encode(charset)
                head = b"Content-Type: text/plain; charset=" + label
                return top(head, b"Content-Transfer-Encoding: base64") + b"\r\n" + b64(data)

            yield f"{charset}-as-{label.decode()}", made
    for code in ("cp037", "cp500", "cp1140"):

        def ebcdic(url: str, code: str = code) -> bytes:
            head = b"Content-Type: text/html; charset=" + code.replace("cp", "ibm").encode()
            data = page(url).decode().encode(code)
            return top(head, b"Content-Transfer-Encoding: base64") + b"\r\n" + b64(data)

        yield f"ebcdic-{code}", ebcdic
    yield (
        "two-labels",
        lambda url: (
            top(b"Content-Type: text/plain; charset=us-ascii; charset=utf-7")
            + b"\r\n"
            + utf7(note(url).decode())
        ),
    )
    yield (
        "escapes",
        lambda url: top() + b"\r\n" + note(url).replace(b"tt", b"t\x1b(Bt").replace(b".", b"\x1b(B."),
    )
    yield "hz", lambda url: top() + b"\r\n" + note(url).replace(b"tt", b"t~{~}t").replace(b".", b"~{~}.")
    yield "shift", lambda url: top() + b"\r\n" + note(url).replace(b"tt", b"t\x0e\x0ft")
    yield "nul", lambda url: top() + b"\r\n" + note(url).replace(b"tt", b"t\0t").replace(b".", b"\0.")
    yield (
        "backspace",
        lambda url: top() + b"\r\n" + note(url).replace(b"tt", b"t\x08t").replace(b".", b"\x08."),
    )


def utf7(text: str) -> bytes:
    return b"+" + base64.b64encode(text.encode("utf-16-be")).rstrip(b"=") + b"-"


def _containers() -> Iterator[tuple[str, Callable[[str], bytes]]]:
    attached = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: %s\r\n\r\n"
    inner = b"Subject: inside\r\nContent-Type: text/html\r\n\r\n"
    mixed = b"Content-Type: multipart/mixed; boundary=b"
    yield "message-base64", lambda url: multipart(mixed, PLAIN, attached % b"base64" + b64(inner + page(url)))
    yield (
        "message-escaped",
        lambda url: multipart(mixed, PLAIN, attached % b"quoted-printable" + escaped(inner + page(url))),
    )
    yield (
        "message-encoded-twice",
        lambda url: multipart(
            mixed, PLAIN, attached % b"base64" + b64(b"Subject: inside\r\n" + ENCODED + b64(page(url)))
        ),
    )
    nested = b"Content-Type: multipart/mixed; boundary=c\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    yield (
        "multipart-base64",
        lambda url: multipart(mixed, PLAIN, nested + b64(b"--c\r\n" + _part64(url) + b"--c--\r\n")),
    )
    yield (
        "partial",
        lambda url: (
            top(b'Content-Type: message/partial; id="x"; number=1; total=2')
            + b"\r\n"
            + ENCODED
            + b64(page(url))
        ),
    )
    yield (
        "partial-plain",
        lambda url: (
            top(b'Content-Type: message/partial; id="x"; number=1; total=2')
            + b"\r\nSubject: x\r\n\r\n"
            + note(url)
        ),
    )
    yield (
        "external",
        lambda url: (
            top(b'Content-Type: message/external-body; access-type=URL; URL="' + url.encode() + b'"')
            + b"\r\nContent-Type: text/html\r\n\r\n"
        ),
    )
    yield "uuencode", lambda url: top() + b"\r\n" + VISIBLE + uuencoded(page(url))
    yield (
        "uuencode-labelled",
        lambda url: top(b"Content-Transfer-Encoding: x-uuencode") + b"\r\n" + uuencoded(page(url)),
    )
    yield (
        "uuencode-no-begin",
        lambda url: top(b"Content-Transfer-Encoding: x-uuencode") + b"\r\n" + uuencoded(page(url), b""),
    )
    yield (
        "uuencode-base64",
        lambda url: top() + b"\r\nbegin-base64 644 a.html\r\n" + b64(page(url)) + b"====\r\n",
    )
    yield "uuencode-pdf", lambda url: top() + b"\r\n" + VISIBLE + uuencoded(pdf(url), b"begin 644 a.pdf\r\n")
    yield "yenc", lambda url: top() + b"\r\n" + VISIBLE + yencoded(page(url))
    yield "preamble", lambda url: multipart(mixed, PLAIN).replace(b"\r\n\r\n", b"\r\n\r\n" + note(url), 1)
    yield (
        "preamble-part",
        lambda url: multipart(mixed, PLAIN).replace(b"\r\n\r\n", b"\r\n\r\n--\r\n" + _part64(url), 1),
    )
    yield "epilogue", lambda url: multipart(mixed, PLAIN) + note(url)
    yield "epilogue-part", lambda url: multipart(mixed, PLAIN) + b"--c\r\n" + _part_qp(url)
    yield "message-in-text", lambda url: top() + b"\r\nMIME-Version: 1.0\r\n" + ENCODED + b64(page(url))
    yield (
        "content-base",
        lambda url: (
            top(b"Content-Type: text/html", b"Content-Base: " + url.encode().partition(b"pay")[0])
            + b'\r\n<html><a href="'
            + b"".join(url.encode().partition(b"pay")[1:])
            + b'">pay</a></html>\r\n'
        ),
    )
    yield "zip-in-text", lambda url: top() + b"\r\n" + VISIBLE + b64(zipped(page(url)))
    yield "gzip", lambda url: top() + b"\r\n" + VISIBLE + b64(__import__("gzip").compress(page(url)))
    yield "raw-pdf", lambda url: top() + b"\r\n" + VISIBLE + pdf(url)
    yield (
        "octet-page",
        lambda url: (
            top(b"Content-Type: application/octet-stream", b"Content-Transfer-Encoding: base64")
            + b"\r\n"
            + b64(page(url))
        ),
    )
    yield (
        "image-page",
        lambda url: (
            top(b"Content-Type: image/png", b"Content-Transfer-Encoding: base64") + b"\r\n" + b64(page(url))
        ),
    )
    yield (
        "unfolded",
        lambda url: (
            top(b"Content-Type: text/html; Content-Type: text/plain")
            + b"\r\n"
            + page(url).replace(b"://", b":/\r\n/")
        ),
    )


def _types() -> Iterator[tuple[str, bytes]]:
    names = (
        b"text", b"html", b"text/html/plain", b"text/html,text/plain", b"text/ html", b"text /html", b"/html",
        b"text\\html", b"text/html\0", b"", b";", b"text/plain; text/html", b"x/y", b"text/x-html",
        b"image/jpeg", b"application/html", b"text/html (x)", b"text/plain; charset=\"",
        b"application/x-msdownload",
    )  # fmt: skip
    for name in names:
        yield f"type-{name.decode('latin-1')!r}", name


def messages() -> Iterator[Ambiguous]:
    """All of them, always the same."""
    number = 0

    def make(kind: str, name: str, build: Hide) -> Ambiguous:
        nonlocal number
        number += 1
        url = f"http://hidden{number}.test/pay?to={number}"
        return Ambiguous(kind, name, build(url), url)

    for name, field in BOUNDARY_FIELDS.items():
        for how, part in PARTS[:2] if len(name) % 2 else PARTS:
            kind = "comment" if name.startswith("comment") else "boundary-parameter"
            yield make(
                kind,
                f"{name}-{how}",
                lambda url, part=part, field=field: multipart(
                    b"Content-Type: " + field, b"Content-Type: text/plain\r\n\r\n", part(url)
                ),
            )
    for name, field in HEADERS.items():
        for how, part in PARTS:
            kind = "duplicate" if name.startswith("two") else "header"
            yield make(
                kind, f"{name}-{how}", lambda url, part=part, field=field: multipart(field, PLAIN, part(url))
            )
    for name, field in TRANSFERS.items():
        for how, value, body in BODIES:
            yield make(
                "transfer",
                f"{name}-{how}",
                lambda url, field=field, value=value, body=body: (
                    top(b"Content-Type: text/html", field % value) + b"\r\n" + body(url)
                ),
            )
    probe = "http://x.test/"
    for name in broken_base64(page(probe)):
        yield make(
            "base64",
            name,
            lambda url, name=name: (
                top(b"Content-Type: text/html", b"Content-Transfer-Encoding: base64")
                + b"\r\n"
                + broken_base64(page(url))[name]
                + b"\r\n"
            ),
        )
    for name in broken_escapes(page(probe)):
        yield make(
            "escapes",
            name,
            lambda url, name=name: (
                top(b"Content-Type: text/html", b"Content-Transfer-Encoding: quoted-printable")
                + b"\r\n"
                + broken_escapes(page(url))[name]
                + b"\r\n"
            ),
        )
    for name, kind_field in _types():
        yield make(
            "type",
            name,
            lambda url, field=kind_field: (
                top(b"Content-Type: " + field, b"Content-Transfer-Encoding: base64")
                + b"\r\n"
                + b64(page(url))
            ),
        )
    for name, build in _containers():
        yield make("container", name, build)
    for name, build in _charsets():
        yield make("charset", name, build)
    yield from _boundaries(make)


def _boundaries(make: Callable[[str, str, Hide], Ambiguous]) -> Iterator[Ambiguous]:
    mixed = b"Content-Type: multipart/mixed; boundary=b"
    head = top(mixed) + b"\r\n"
    for how, part in PARTS:
        yield make(
            "boundary",
            f"after-close-{how}",
            lambda url, p=part: multipart(mixed, PLAIN) + b"--b\r\n" + p(url),
        )
        yield make(
            "boundary", f"no-close-{how}", lambda url, p=part: multipart(mixed, PLAIN, p(url), close=b"")
        )
        yield make(
            "boundary",
            f"text-behind-{how}",
            lambda url, p=part: head + b"--b\r\n" + PLAIN + b"--b x\r\n" + p(url),
        )
        yield make(
            "boundary", f"prefix-{how}", lambda url, p=part: head + b"--b\r\n" + PLAIN + b"--bb\r\n" + p(url)
        )
        yield make(
            "boundary",
            f"indented-{how}",
            lambda url, p=part: head + b"--b\r\n" + PLAIN + b" --b\r\n" + p(url),
        )
        yield make(
            "boundary", f"bare-cr-{how}", lambda url, p=part: head + b"--b\r\n" + PLAIN + b"\r--b\r" + p(url)
        )
        yield make(
            "boundary",
            f"look-alike-close-{how}",
            lambda url, p=part: head + b"--b\r\n" + PLAIN + b"--b- -\r\n--b\r\n" + p(url),
        )
        yield make(
            "boundary",
            f"same-nested-{how}",
            lambda url, p=part: multipart(
                mixed, PLAIN, mixed + b"\r\n\r\n--b\r\n" + p(url) + b"\r\n--b--\r\n", close=b"--b--\r\n"
            ),
        )
        yield make(
            "boundary",
            f"long-{how}",
            lambda url, p=part: multipart(
                b"Content-Type: multipart/mixed; boundary=" + b"l" * 200, PLAIN, p(url), boundary=b"l" * 200
            ),
        )
        yield make(
            "boundary",
            f"too-long-{how}",
            lambda url, p=part: multipart(
                b"Content-Type: multipart/mixed; boundary=" + b"l" * 1200, PLAIN, p(url), boundary=b"l" * 1200
            ),
        )
        yield make("boundary", f"no-header-{how}", lambda url, p=part: b"--b\r\n" + p(url) + b"\r\n--b--\r\n")
        yield make(
            "header",
            f"no-empty-line-{how}",
            lambda url, p=part: top(mixed) + b"--b\r\n" + p(url) + b"\r\n--b--\r\n",
        )
        yield make(
            "header",
            f"part-no-empty-line-{how}",
            lambda url, p=part: multipart(mixed, PLAIN, p(url).replace(b"\r\n\r\n", b"\r\n", 1)),
        )
