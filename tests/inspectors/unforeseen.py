"""Messages whose tricks were thought of after the second reading was written, without looking at it.

At the first try it found 58 of 69 of them, and two of the others were not even flagged.

Does not grow with the reader: what is learned later belongs in ``ambiguous.py``.
"""

from __future__ import annotations

import base64
import gzip
import zlib
from collections.abc import Iterator

from tests.inspectors.ambiguous import (
    ENCODED,
    PLAIN,
    QP,
    Ambiguous,
    Hide,
    b64,
    escaped,
    multipart,
    note,
    page,
    pdf,
    top,
    utf7,
    uuencoded,
    yencoded,
)


def messages() -> Iterator[Ambiguous]:
    """All of them, always the same."""
    for number, (name, build) in enumerate(_tricks(), 1):
        url = f"http://blind{number}-hidden.test/go?x={number}"
        yield Ambiguous("unforeseen", name, build(url), url)


def _tricks() -> Iterator[tuple[str, Hide]]:
    mixed = b"Content-Type: multipart/mixed; boundary=b"
    alt = b"Content-Type: multipart/alternative; boundary=b"
    yield (
        "lf-cr-line-ends",
        lambda u: multipart(mixed, PLAIN, ENCODED + b64(page(u))).replace(b"\r\n", b"\n\r"),
    )
    yield "cr-only", lambda u: multipart(mixed, PLAIN, ENCODED + b64(page(u))).replace(b"\r\n", b"\r")
    yield (
        "mixed-ends",
        lambda u: multipart(mixed, PLAIN, ENCODED + b64(page(u))).replace(b"--b\r\n", b"--b\n"),
    )
    yield "crcrlf", lambda u: multipart(mixed, PLAIN, ENCODED + b64(page(u))).replace(b"\r\n", b"\r\r\n")
    yield "vt-ends", lambda u: multipart(mixed, PLAIN, QP.replace(b"\r\n", b"\x0b") + escaped(page(u)))
    yield "part-in-header-of-part", lambda u: multipart(mixed, b"X-A: a\r\n--b\r\n" + ENCODED + b64(page(u)))
    yield (
        "header-folded-body",
        lambda u: top(b"X-Body: a", b" " + b64(page(u)).replace(b"\r\n", b"\r\n ")) + b"\r\nhi\r\n",
    )
    yield (
        "boundary-with-dashes",
        lambda u: multipart(
            b'Content-Type: multipart/mixed; boundary="--b"', PLAIN, ENCODED + b64(page(u)), boundary=b"b"
        ),
    )
    yield "extra-dash", lambda u: multipart(mixed, PLAIN, ENCODED + b64(page(u)), boundary=b"-b")
    yield "boundary-case", lambda u: multipart(mixed, PLAIN, ENCODED + b64(page(u)), boundary=b"B")
    yield (
        "boundary-tail-spaces-and-tab",
        lambda u: multipart(mixed, PLAIN, ENCODED + b64(page(u))).replace(b"--b\r\n", b"--b \t \r\n"),
    )
    yield "closing-as-opener", lambda u: top(mixed) + b"\r\n--b--\r\n" + ENCODED + b64(page(u)) + b"--b--\r\n"
    yield (
        "double-header-block",
        lambda u: (
            top(b"Content-Type: text/plain")
            + b"\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + b64(page(u))
        ),
    )
    yield (
        "mbox-body-from",
        lambda u: (
            top()
            + b"\r\nhello\r\n\r\nFrom x@y.test Mon Jan 1 00:00:00 2026\r\nSubject: b\r\n"
            + ENCODED
            + b64(page(u))
        ),
    )
    yield (
        "digest-html",
        lambda u: multipart(
            b"Content-Type: multipart/digest; boundary=b",
            b"Content-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b64(page(u)),
        ),
    )
    yield (
        "alternative-qp-text-in-rfc822-headers",
        lambda u: multipart(
            alt,
            PLAIN,
            b"Content-Type: text/rfc822-headers\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b64(note(u)),
        ),
    )
    yield (
        "deep-nest",
        lambda u: (
            top(b"Content-Type: multipart/mixed; boundary=n0")
            + b"\r\n"
            + b"".join(
                b"--n%d\r\nContent-Type: multipart/mixed; boundary=n%d\r\n\r\n" % (k, k + 1)
                for k in range(45)
            )
            + b"--n45\r\n"
            + ENCODED
            + b64(page(u))
        ),
    )
    yield "many-parts", lambda u: multipart(mixed, *([PLAIN] * 2500), ENCODED + b64(page(u)))
    yield (
        "boundary-ends-with-backslash",
        lambda u: multipart(b'Content-Type: multipart/mixed; boundary="b\\"', PLAIN, ENCODED + b64(page(u))),
    )
    yield (
        "2231-charset-junk",
        lambda u: multipart(
            b"Content-Type: multipart/mixed; boundary*=x-none'en'b", PLAIN, ENCODED + b64(page(u))
        ),
    )
    yield (
        "two-mime-versions-and-encodings",
        lambda u: (
            top(
                b"Content-Type: text/html",
                b"Content-Transfer-Encoding: quoted-printable",
                b"Content-Transfer-Encoding: base64",
            )
            + b"\r\n"
            + escaped(b64(page(u)))
        ),
    )
    yield "bom-before-header", lambda u: b"\xef\xbb\xbf" + multipart(mixed, PLAIN, ENCODED + b64(page(u)))
    yield (
        "utf16-whole-message",
        lambda u: multipart(mixed, PLAIN, ENCODED + b64(page(u))).decode().encode("utf-16"),
    )
    yield "leading-blank-lines", lambda u: b"\r\n\r\n" + multipart(mixed, PLAIN, ENCODED + b64(page(u)))
    yield (
        "leading-blank-lines-7bit-header",
        lambda u: (
            b"\r\n"
            + top(b"Content-Type: text/html", b"Content-Transfer-Encoding: base64")
            + b"\r\n"
            + b64(page(u))
        ),
    )
    yield (
        "base64-hi-bit",
        lambda u: (
            top(b"Content-Type: text/html", b"Content-Transfer-Encoding: base64")
            + b"\r\n"
            + bytes(c | 128 if c > 32 and i % 7 == 0 else c for i, c in enumerate(b64(page(u))))
        ),
    )
    yield (
        "base64-in-7bit-html-attr-data",
        lambda u: (
            top(b"Content-Type: text/html")
            + b'\r\n<a href="data:text/html;base64,'
            + base64.b64encode(page(u))
            + b'">x</a>'
        ),
    )
    yield (
        "base64-tabs",
        lambda u: (
            top(b"Content-Type: text/html", b"Content-Transfer-Encoding: base64")
            + b"\r\n"
            + b64(page(u)).replace(b"a", b"\ta")
        ),
    )
    yield (
        "qp-in-base64",
        lambda u: (
            top(b"Content-Type: text/html", b"Content-Transfer-Encoding: base64")
            + b"\r\n"
            + b64(escaped(page(u)))
        ),
    )
    yield "base64x3", lambda u: top(b"Content-Type: text/plain") + b"\r\n" + b64(b64(b64(note(u))))
    yield "qp-x2-label-none", lambda u: top() + b"\r\n" + escaped(escaped(note(u)))
    yield (
        "uu-in-base64",
        lambda u: top(b"Content-Transfer-Encoding: base64") + b"\r\n" + b64(uuencoded(page(u))),
    )
    yield "uu-blanks-instead-of-grave", lambda u: top() + b"\r\n" + uuencoded(page(u)).replace(b"`", b" ")
    yield (
        "uu-trailing-stripped",
        lambda u: top() + b"\r\n" + b"\r\n".join(x.rstrip() for x in uuencoded(page(u)).split(b"\r\n")),
    )
    yield (
        "uu-quoted",
        lambda u: top() + b"\r\n" + b"\r\n".join(b"> " + x for x in uuencoded(page(u)).split(b"\r\n")),
    )
    yield "xx-begin-mode-short", lambda u: top() + b"\r\n" + uuencoded(page(u), b"begin 0644 a\r\n")
    yield (
        "yenc-multipart",
        lambda u: (
            top()
            + b"\r\n"
            + yencoded(page(u)).replace(b"name=a.html\r\n", b"name=a.html\r\n=ypart begin=1 end=99\r\n", 1)
        ),
    )
    yield (
        "deflate",
        lambda u: (
            top(
                b"Content-Type: text/html", b"Content-Encoding: deflate", b"Content-Transfer-Encoding: base64"
            )
            + b"\r\n"
            + b64(zlib.compress(page(u)))
        ),
    )
    yield (
        "gzip-cte",
        lambda u: (
            top(b"Content-Type: text/html", b"Content-Transfer-Encoding: x-gzip64")
            + b"\r\n"
            + b64(gzip.compress(page(u)))
        ),
    )
    yield (
        "gzip-clean-base64-octet",
        lambda u: (
            top(b"Content-Type: text/html", b"Content-Transfer-Encoding: base64")
            + b"\r\n"
            + b64(gzip.compress(page(u)))
        ),
    )
    yield (
        "qp-missing-soft",
        lambda u: (
            top(b"Content-Type: text/html", b"Content-Transfer-Encoding: quoted-printable")
            + b"\r\n"
            + page(u).replace(b"://", b":=\r\n \r\n//")
        ),
    )
    yield (
        "qp-underscore-q",
        lambda u: (
            top()
            + b"\r\n=?utf-8?q?"
            + escaped(note(u)).replace(b"=\r\n", b"").replace(b"\r\n", b"")
            + b"?=\r\n"
        ),
    )
    yield "b-word-in-body", lambda u: top() + b"\r\n=?utf-8?b?" + base64.b64encode(note(u)) + b"?=\r\n"
    yield (
        "base64-ended-by-dashes",
        lambda u: (
            top(b"Content-Type: text/html", b"Content-Transfer-Encoding: base64")
            + b"\r\n"
            + b64(page(u))[:32]
            + b"--\r\n"
            + b64(page(u))[32:]
        ),
    )
    yield (
        "base64-reversed-pad-each-4",
        lambda u: (
            top(b"Content-Type: text/html", b"Content-Transfer-Encoding: base64")
            + b"\r\n"
            + b"".join(base64.b64encode(page(u)[i : i + 2]) for i in range(0, len(page(u)), 2))
        ),
    )
    yield (
        "base64-one-byte-runs",
        lambda u: (
            top(b"Content-Type: text/html", b"Content-Transfer-Encoding: base64")
            + b"\r\n"
            + b"".join(base64.b64encode(page(u)[i : i + 1]) for i in range(len(page(u))))
        ),
    )
    yield (
        "hex-percent-body",
        lambda u: (
            top(b"Content-Type: text/html")
            + b'\r\n<a href="'
            + "".join(f"&#x{ord(c):x};" for c in u).encode()
            + b'">a</a>'
        ),
    )
    yield (
        "plain-with-entities-page",
        lambda u: (
            top(b"Content-Type: text/plain")
            + b'\r\n<html><a href="'
            + "".join(f"&#{ord(c)};" for c in u).encode()
            + b'">a</a></html>'
        ),
    )
    yield (
        "two-charsets-utf16",
        lambda u: (
            top(
                b"Content-Type: text/plain; charset=utf-8; charset=utf-16le",
                b"Content-Transfer-Encoding: base64",
            )
            + b"\r\n"
            + b64(note(u).decode().encode("utf-16-le"))
        ),
    )
    yield (
        "html-meta-utf-7",
        lambda u: top(b"Content-Type: text/html") + b"\r\n<meta charset=utf-7>" + utf7(page(u).decode()),
    )
    yield (
        "utf7-partial",
        lambda u: (
            top(b"Content-Type: text/plain; charset=us-ascii")
            + b"\r\n"
            + note(u).replace(b"http", b"h+AHQAdA-p").replace(b"/", b"+AC8-")
        ),
    )
    yield (
        "ebcdic-octet",
        lambda u: (
            top(b"Content-Type: text/plain; charset=ebcdic-us", b"Content-Transfer-Encoding: base64")
            + b"\r\n"
            + b64(note(u).decode().encode("cp037"))
        ),
    )
    yield (
        "iso2022kr",
        lambda u: (
            top(b"Content-Type: text/plain; charset=iso-2022-kr")
            + b"\r\n\x1b$)C"
            + note(u).replace(b"hid", b"hi\x0f\x1b(Bd")
        ),
    )
    yield (
        "nul-doubled-html",
        lambda u: top(b"Content-Type: text/html") + b"\r\n" + b"\0".join(bytes([c]) for c in page(u)),
    )
    yield (
        "utf32-qp",
        lambda u: (
            top(b"Content-Transfer-Encoding: quoted-printable")
            + b"\r\n"
            + escaped(note(u).decode().encode("utf-32-be"))
        ),
    )
    yield (
        "pdf-in-qp-text",
        lambda u: (
            top(b"Content-Type: text/plain", b"Content-Transfer-Encoding: quoted-printable")
            + b"\r\n"
            + escaped(pdf(u))
        ),
    )
    yield "pdf-base64-behind-text", lambda u: top() + b"\r\nsee below\r\n" + b64(pdf(u))
    yield (
        "pdf-as-image",
        lambda u: multipart(
            mixed,
            PLAIN,
            b"Content-Type: image/jpeg; name=a.jpg\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + b64(b"junk\n" + pdf(u)),
        ),
    )
    yield (
        "pdf-letter-first",
        lambda u: multipart(
            mixed,
            PLAIN,
            b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nA" + b64(pdf(u)),
        ),
    )
    yield (
        "pdf-dirty-base64",
        lambda u: multipart(
            mixed,
            PLAIN,
            b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + b"*\r\n".join(base64.b64encode(pdf(u)[i : i + 20]) for i in range(0, len(pdf(u)), 20)),
        ),
    )
    yield (
        "pdf-7bit-label",
        lambda u: multipart(
            mixed,
            PLAIN,
            b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: 7bit\r\n\r\n" + b64(pdf(u)),
        ),
    )
    yield "pdf-in-epilogue", lambda u: multipart(mixed, PLAIN) + b64(pdf(u))
    yield (
        "pdf-in-preamble-qp",
        lambda u: multipart(mixed, PLAIN).replace(b"\r\n\r\n", b"\r\n\r\n" + escaped(pdf(u)), 1),
    )
    yield (
        "delsp-unlabelled",
        lambda u: (
            top(b"Content-Type: text/plain; format=flowed; delsp=yes; format=fixed")
            + b"\r\nsee "
            + u.encode().replace(b"hidden", b"hid \r\nden")
            + b" now\r\n"
        ),
    )
    yield (
        "tab-in-href",
        lambda u: (
            top(b"Content-Type: text/html; boundary=x", b"Content-Transfer-Encoding: base64, 7bit")
            + b"\r\n"
            + b64(page(u).replace(b"hidden", b"hid\r\n\tden"))
        ),
    )
    yield (
        "access-type-anon-ftp-body",
        lambda u: (
            top(
                b'Content-Type: message/external-body; access-type="URL";\r\n URL="'
                + u.encode()[:12]
                + b"\r\n "
                + u.encode()[12:]
                + b'"'
            )
            + b"\r\nContent-Type: text/html\r\n\r\n"
        ),
    )
    yield (
        "octet-txt",
        lambda u: (
            top(
                b"Content-Type: application/octet-stream; name=readme.txt",
                b"Content-Transfer-Encoding: base64",
            )
            + b"\r\n"
            + b64(note(u))
        ),
    )
    yield (
        "type-unknown-html-body-plain",
        lambda u: (
            top(b"Content-Type: x-custom/thing", b"Content-Transfer-Encoding: base64")
            + b"\r\n"
            + b64(note(u))
        ),
    )
    yield (
        "url-cut-by-soft-hyphen-header",
        lambda u: (
            top(
                b"Content-Type: text/plain",
                b'Content-Disposition: attachment; filename="a.html"',
                b"Content-Transfer-Encoding: base64",
            )
            + b"\r\n"
            + b64(page(u))
        ),
    )
