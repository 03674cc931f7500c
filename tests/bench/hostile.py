"""Input made to be slow: what twice as much of it costs, to read and to rewrite every link.

Prints CPU seconds and their ratio for each shape; linear work gives about 2. Does not judge the figures.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable

from inspectors import message, splice
from inspectors.model import Edit

JAPANESE = "日 http://h.example/ 本\n".encode("iso-2022-jp")
TABLE = b"<table><tr><td><a href=http://h.example/>www.i.example</a>"
SOFT = b"h=\r\ntt=\r\np://h.exa=\r\nmple/ "
NEW = tuple("https://c.example/h.example/" + "T" * length for length in (38, 37, 36))


def part(body: bytes, kind: str = "text/html", transfer: str = "8bit") -> bytes:
    return f"A: b\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: {transfer}\r\n\r\n".encode() + body


def see(number: int) -> bytes:
    return b"".join(b"see http://h%d.example/path ok " % each for each in range(number))


def plain(body: bytes, transfer: str = "8bit", charset: str = "utf-8") -> bytes:
    return part(body, f"text/plain; charset={charset}", transfer)


def encoded(body: bytes, charset: str = "utf-8") -> bytes:
    return plain(base64.b64encode(body), "base64", charset)


def junk(body: bytes) -> bytes:
    return b"!".join(b"%c" % each for each in base64.b64encode(body))


def nested(number: int) -> bytes:
    one = b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n"
    return b"".join(one % (each, each) for each in range(number))


def parts(number: int, one: bytes) -> bytes:
    return b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + one * number


SHAPES: dict[str, tuple[int, Callable[[int], bytes]]] = {
    "open tags": (20_000, lambda n: part(b"<a " * n)),
    "links in deep nesting": (2_000, lambda n: part(b"<div>http://h.example/a " * n)),
    "links in deep tables": (1_500, lambda n: part(TABLE * n)),
    "anchors never closed": (3_000, lambda n: part(b"<a href=http://h.example/><nobr><p>\r\n" * n)),
    "comments never closed": (50_000, lambda n: part(b"<!--" * n)),
    "references": (30_000, lambda n: part(b"&amp;" * n + b"http://h.example/?" + b"&#38;" * n)),
    "quoted-printable links on one line": (1_500, lambda n: plain(see(n), "quoted-printable")),
    "soft breaks in links": (1_500, lambda n: plain(SOFT * n, "quoted-printable")),
    "base64 links on one line": (1_500, lambda n: encoded(see(n))),
    "base64 with junk": (1_000, lambda n: plain(junk(see(n)), "base64")),
    "utf-16 links": (1_500, lambda n: encoded(see(n).decode().encode("utf-16"), "utf-16")),
    "iso-2022-jp links": (1_500, lambda n: plain(JAPANESE * n, charset="iso-2022-jp")),
    "bytes of no character": (50_000, lambda n: plain(b"\xff" * n + b"http://h.example/ \xff" * 99)),
    "schemes without end": (30_000, lambda n: plain(b"http://" * n)),
    "www without end": (30_000, lambda n: plain(b"www." * n)),
    "boundary-like lines": (20_000, lambda n: parts(n, b"--b x\r\n--bb\r\n")),
    "parts": (20_000, lambda n: parts(n, b"--b\r\n\r\nwww.h.example\r\n")),
    "nested multiparts": (3_000, nested),
    "parameters": (4_000, lambda n: part(b"x", "text/html;" + "a=1;" * n)),
    "header lines": (10_000, lambda n: b"A: b\r\nnot a field\r\n" * n + b"\r\nhttp://h.example/"),
}  # fmt: skip


def changed(raw: bytes) -> tuple[str, ...]:
    """Inspect a message, rewrite all its links, read it again; gives what is wrong then."""
    before = message.inspect(raw)
    result = message.rewrite(before, [Edit(link, NEW) for link in before.links])
    return message.compare(before, message.inspect(splice.apply(raw, result.patches)), result.done)


def run() -> list[tuple[str, float, float]]:
    """(shape, CPU seconds at its size, at twice its size); the least of three rounds each."""
    rows = []
    for shape, (size, make) in SHAPES.items():
        spent = []
        for number in (size, 2 * size):
            raw, rounds = make(number), []
            for _ in range(3):
                start = time.process_time()
                changed(raw)
                rounds.append(time.process_time() - start)
            spent.append(min(rounds))
        rows.append((shape, spent[0], spent[1]))
    return rows


def main() -> None:
    """Print the table."""
    print(f"{'hostile input':40} {'N':>8} {'2N':>8} {'ratio':>6}")
    for shape, once, twice in run():
        print(f"{shape:40} {once:7.3f}s {twice:7.3f}s {twice / max(once, 1e-3):6.1f}")


if __name__ == "__main__":
    main()
