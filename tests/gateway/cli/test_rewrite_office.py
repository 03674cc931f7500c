"""One odd link in an attached document: rewritten by the command, and put back bit for bit."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from inspectors import message

URL = "https://odd.example/login?a=1&b=2"
KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = (
    b"From: a@office.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
    b"--x\r\n\r\nThe report.\r\n--x\r\nContent-Type: application/octet-stream\r\n"
    b"Content-Disposition: attachment; filename=report.docx\r\nContent-Transfer-Encoding: base64\r\n\r\n"
)


def document() -> bytes:
    """Three hyperlinks."""
    targets = ["https://www.office.example/a", URL.replace("&", "&amp;"), "https://www.office.example/b"]
    rows = "".join(
        f'<Relationship Id="r{n}" Type="{KINDS}/hyperlink" Target="{target}" TargetMode="External"/>'
        for n, target in enumerate(targets)
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w:document/>")
        archive.writestr("word/_rels/document.xml.rels", f"<Relationships>{rows}</Relationships>")
        archive.writestr("word/media/picture.emf", bytes(range(256)) * 20)
    return buffer.getvalue()


def test_one_link_of_a_document_is_rewritten_and_restored(
    oddlink: Callable[..., Any], tmp_path: Path
) -> None:
    raw = HEAD + base64.encodebytes(document()).replace(b"\n", b"\r\n") + b"--x--\r\n"
    ran = oddlink("rewrite", "--force", URL, "--manifest", "m.json", stdin=raw)
    assert ran.code == 0
    urls = [link.url for link in message.inspect(ran.out).links]
    assert [urls[0], urls[2]] == ["https://www.office.example/a", "https://www.office.example/b"]
    assert urls[1].startswith("http://127.0.0.1:8080/odd.example/")
    content = base64.b64decode(ran.out.partition(b"base64\r\n\r\n")[2].partition(b"--x--")[0])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
    kept = sum(line in set(raw.splitlines()) for line in ran.out.splitlines())
    assert kept > len(raw.splitlines()) * 0.6
    assert oddlink("restore", "--manifest", "m.json", stdin=ran.out).out == raw
