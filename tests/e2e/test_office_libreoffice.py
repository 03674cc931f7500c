"""Documents that LibreOffice wrote, with one link changed, as it opens them again."""

from __future__ import annotations

import base64
import email
import re
import shutil
import subprocess
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest

from inspectors import message, splice
from inspectors.model import Edit

SOFFICE = shutil.which("soffice")
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed"),
]
ODD = "https://odd.example/login/verify.php?id=9&x=1"
USUAL = ["https://one.example/path?a=1&b=2", "http://two.example/"]
NEW = "https://click.example/odd.example/Xk3vQ9-bT_71mZpLr0YcWd8sHf2GaUeN5oJi"
PAGE = "<html><body>" + "".join(f'<p><a href="{url}">x</a></p>' for url in [*USUAL, ODD]) + "</body></html>"
TABLE = "".join(f'"=HYPERLINK(""{url}"",""words"")"\n' for url in [*USUAL, ODD])
FORMATS = [
    ("odt", "--writer", "page.html"),
    ("docx:MS Word 2007 XML", "--writer", "page.html"),
    ("ods", "--calc", "table.csv"),
    ("xlsx", "--calc", "table.csv"),
]
NEEDS_CALC = Path("/usr/lib/libreoffice/program/libsclo.so")


@pytest.fixture(scope="module")
def convert(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str, Path, Path], None]:
    profile = tmp_path_factory.mktemp("profile")

    def run(to: str, program: str, source: Path, folder: Path) -> None:
        assert SOFFICE
        subprocess.run(
            [
                SOFFICE, f"-env:UserInstallation=file://{profile}", "--headless", program,
                "--convert-to", to, "--outdir", str(folder), str(source),
            ],
            check=True, capture_output=True, timeout=180,
        )  # fmt: skip

    return run


def mail(name: str, content: bytes) -> bytes:
    letters = base64.encodebytes(content).replace(b"\n", b"\r\n")
    return (
        b"From: a@office.example\r\nMIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\n"
        b"Content-Disposition: attachment; filename=%b\r\nContent-Transfer-Encoding: base64\r\n\r\n%b"
    ) % (name.encode(), letters)


@pytest.mark.parametrize(("to", "program", "source"), FORMATS)
def test_the_changed_link_leads_elsewhere_and_the_others_where_they_did(
    tmp_path: Path, convert: Callable[..., None], to: str, program: str, source: str
) -> None:
    if program == "--calc" and not NEEDS_CALC.exists():
        pytest.skip("LibreOffice Calc is not installed")
    (tmp_path / "page.html").write_text(PAGE.replace("&", "&amp;"))
    (tmp_path / "table.csv").write_text(TABLE)
    convert(to, program, tmp_path / source, tmp_path)
    document = (tmp_path / source).with_suffix("." + to.partition(":")[0])
    raw = mail(document.name, document.read_bytes())
    before = message.inspect(raw)
    assert [each.url for each in before.links] == [*USUAL, ODD]
    (odd,) = [each for each in before.links if each.url == ODD]
    result = message.rewrite(before, [Edit(odd, (NEW,))])
    assert result.refused == ()
    out = splice.apply(raw, result.patches)
    assert message.compare(before, message.inspect(out), result.done) == ()
    changed = tmp_path / ("changed" + document.suffix)
    changed.write_bytes(email.message_from_bytes(out).get_payload(decode=True))  # type: ignore[arg-type]  # bytes of a leaf part
    convert("html", program, changed, tmp_path)
    page = (tmp_path / "changed.html").read_text()
    assert [unescape(url) for url in re.findall(r'(?i)href="([^"]*)"', page)] == [*USUAL, NEW]
