"""What each stage of reading and rewriting costs, in megabytes a second and as a share of the whole.

    python -m tests.bench.stages

Messages are made here to the sizes of ordinary mail (half of them under 21 KB, one in ten over 67 KB, one in
a hundred over 348 KB; six links a message, pictures and attachments included: measured on 1,000 real
messages), so that the figures need no corpus; folders of ODDLINK_CORPUS follow where it is set. CPU time; the
best of some rounds, for the machine is shared.

    MIME and transfer   mime.read, and decoding every leaf; MB of raw message
    HTML, text          the inspector of the leaves; MB of decoded content
    second reading      the union reader; MB of raw message, and beside all the rest
    splicing            carrying out one edit; MB of raw message

Each stage is timed alone, so that the shares do not add up to 100 %: the whole takes a message through all of
them while it is in the processor's cache. Small messages have a low rate because each costs a fixed time.

Then the cost of a megabyte in a part of 10 MB against one of 1 MB, and what reading a megabyte of each
hostile shape costs against a megabyte of a newsletter of 333 links. Shapes of nothing but links stay above
it: a link costs some microseconds wherever it stands, up to the bound of 5,000.

Does not measure PDFs or other attachments that are opened.
"""

from __future__ import annotations

import base64
import os
import random
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from inspectors import html, message, mime, splice, text, transfer, union
from inspectors.model import Edit, Inspection, Leaf
from tests.bench import hostile

FOLDERS = (
    "mail/spamassassin/hard-ham-1",
    "mail/spamassassin/easy-ham-1",
    "mail/spamassassin/spam-1",
    "mail/history/2015",
)
MESSAGES, ROUNDS = 200, 5
SIZE = 1_000_000
WORDS = (
    "the", "minutes", "of", "our", "meeting", "are", "attached", "and", "the", "figures", "for", "this",
    "quarter", "stand", "in", "the", "annex", "below",
)  # fmt: skip
NEW = tuple("https://c.example/h.example/" + "T" * length for length in (38, 37, 36))


def main() -> None:
    """Print one row per kind of mail, and one per pair of sizes."""
    print("stages: MB/s (share of the whole)")
    _row("made to measure", _made(MESSAGES))
    if root := os.environ.get("ODDLINK_CORPUS"):
        for name in FOLDERS:
            files = sorted(path for path in (Path(root) / name).iterdir() if path.is_file())
            random.Random(1).shuffle(files)
            _row(name, [path.read_bytes() for path in files[: 3 * MESSAGES]])
    for kind in ("text/html", "text/plain"):
        print(f"  a megabyte of a 10 MB {kind} part costs {_growth(kind):.2f} of one of a 1 MB part")
    usual = _rate(_part("text/html", SIZE))
    for name, (number, make) in hostile.SHAPES.items():
        raw = make(max(1, number * SIZE // len(make(number))))
        print(f"  a megabyte of {name} costs {_rate(raw) / usual:.1f} of one of a newsletter")


def _growth(kind: str) -> float:
    return _rate(_part(kind, 10 * SIZE)) / _rate(_part(kind, SIZE))


def _rate(raw: bytes) -> float:
    """CPU seconds a byte."""
    return _best(lambda: message.inspect(raw)) / len(raw)


def _row(name: str, messages: Sequence[bytes]) -> None:
    structures = [mime.read(raw) for raw in messages]
    contents = [_contents(raw, one) for raw, one in zip(messages, structures, strict=True)]
    pages = [each for some in contents for each in some if each[0].type == "text/html"]
    texts = [each for some in contents for each in some if each[0].type == "text/plain"]
    found = [message.inspect(raw) for raw in messages]
    raw_size, page_size, text_size = sum(map(len, messages)), _size(pages), _size(texts)
    edited = [(raw, one) for raw, one in zip(messages, found, strict=True) if _first(one)]
    mimed = _best(lambda: [_contents(raw, mime.read(raw)) for raw in messages])
    paged = _best(lambda: [html.read(leaf, content) for leaf, content in pages])
    read = _best(lambda: [text.read(leaf, content) for leaf, content in texts])
    whole = _best(lambda: [message.inspect(raw) for raw in messages])
    again = _best(lambda: [union.read(one, each.links) for one, each in zip(structures, found, strict=True)])
    spliced = _best(lambda: [_rewritten(raw, one) for raw, one in edited])
    print(
        f"  {name}: {len(messages)} messages of {raw_size // len(messages)} bytes"
        f", {sum(len(one.links) for one in found) / len(found):.1f} links\n"
        f"    MIME and transfer {_speed(raw_size, mimed, whole)}  HTML {_speed(page_size, paged, whole)}"
        f"  text {_speed(text_size, read, whole)}  second reading {_speed(raw_size, again, whole)}"
        f" = {again / max(1e-9, whole - again):.2f} of the rest  whole {raw_size / whole / 1e6:.0f} MB/s\n"
        f"    splicing one link {sum(len(raw) for raw, _ in edited) / max(1e-9, spliced) / 1e6:.0f} MB/s"
    )


def _speed(size: int, seconds: float, whole: float) -> str:
    return f"{size / max(1e-9, seconds) / 1e6:.0f} ({100 * seconds / whole:.0f} %)" if size else "–"


def _best(run: Callable[[], object]) -> float:
    """CPU seconds."""
    found = []
    for _ in range(ROUNDS):
        start = time.process_time()
        run()
        found.append(time.process_time() - start)
    return min(found)


def _contents(raw: bytes, structure: mime.Structure) -> list[tuple[Leaf, bytes]]:
    return [(leaf, transfer.decode(raw, leaf).content) for leaf in structure.message.leaves]


def _size(parts: Iterable[tuple[Leaf, bytes]]) -> int:
    return sum(len(content) for _, content in parts)


def _first(inspection: Inspection) -> list[Edit]:
    return [
        Edit(link, NEW)
        for link in inspection.links
        if link.place in ("text", "html:a.href") and not link.ambiguous
    ][:1]


def _rewritten(raw: bytes, inspection: Inspection) -> bytes:
    return splice.apply(raw, message.rewrite(inspection, _first(inspection)).patches)


def _made(number: int) -> list[bytes]:
    pick = random.Random(5)
    sizes = [int(min(2_900_000, pick.lognormvariate(9.9, 0.95))) for _ in range(number)]
    return [_message(pick, size) for size in sizes]


def _message(pick: random.Random, size: int) -> bytes:
    """A newsletter of about this size: a text part, an HTML part of half its bytes, and a picture."""
    links = [f"http://h{pick.randrange(50)}.example/path/{pick.randrange(10**6)}?id=7" for _ in range(6)]
    plain = (
        "\r\n".join(" ".join(pick.choices(WORDS, k=12)) for _ in range(20)) + "\r\n" + "\r\n".join(links[:3])
    )
    page = _page(pick, links, size // 2)
    picture = base64.encodebytes(pick.randbytes(max(300, size // 4))).replace(b"\n", b"\r\n")
    head = (
        "Return-Path: <a@news.example>\r\n"
        "Received: from mx.news.example by mx.here.example; Mon, 1 Jan 2024\r\n"
        "From: News <a@news.example>\r\nTo: b@here.example\r\nSubject: Our news\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/alternative; boundary="=_b"\r\n\r\n'
    )
    return b"".join(
        (
            head.encode(),
            b"--=_b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n", plain.encode(),
            b"\r\n--=_b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n", page.encode(),
            b"\r\n--=_b\r\nContent-Type: application/octet-stream; name=a.bin\r\n",
            b"Content-Transfer-Encoding: base64\r\n\r\n", picture, b"\r\n--=_b--\r\n",
        )
    )  # fmt: skip


def _page(pick: random.Random, links: Sequence[str], size: int) -> str:
    """Tables, styles and words as newsletters have them, links spread over them."""
    rows = []
    length, turn = 0, 0
    every = max(1, size // len(links))
    while length < size:
        words = " ".join(pick.choices(WORDS, k=14))
        row = (
            f'<tr><td style="padding:4px 8px;font-family:Arial,sans-serif" align="left">{words}</td></tr>\r\n'
        )
        if length >= turn * every and turn < len(links):
            row += f'<tr><td><a href="{links[turn]}" style="color:#336699">read <b>more</b></a></td></tr>\r\n'
            turn += 1
        rows.append(row)
        length += len(row)
    return "<html><body><table>\r\n" + "".join(rows) + "</table></body></html>"


def _part(kind: str, size: int) -> bytes:
    pick = random.Random(3)
    links = [f"http://h{number}.example/{number}" for number in range(size // 3000)]
    if kind == "text/html":
        body = _page(pick, links, size)
    else:
        lines = [f"{' '.join(pick.choices(WORDS, k=12))} {link}" for link in links]
        body = "\r\n".join(line + "\r\n" + "\r\n".join([" ".join(WORDS)] * 28) for line in lines)[:size]
    return (
        f"From: a@news.example\r\nMIME-Version: 1.0\r\nContent-Type: {kind}\r\n\r\n".encode() + body.encode()
    )


if __name__ == "__main__":
    main()
