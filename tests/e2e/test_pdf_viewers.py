"""A changed PDF in other people's programs: poppler, qpdf, PDFium, and a person's click in Chromium.

One small file for each place that a URL can live in. What the inspectors believe of their own work is not
asked here; only what the programs show.
"""

from __future__ import annotations

import ctypes
import http.server
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from PIL import Image

from gateway import work
from inspectors import message, splice
from inspectors.model import Edit

pytestmark = pytest.mark.e2e

OLD, NEW, OTHER = "http://odd.test/odd", "http://click.test/odd.test/AAAABBBB", "http://good.test/other"
WIDTH, HEIGHT = 500, 450
_OLD = OLD.encode()
_URI = b"<</S/URI/URI(%b)>>" % _OLD
_SPEC = b"<</Type/Filespec/FS/URL/F(%b)>>" % _OLD
_HERE = b"<</S/GoTo/D[3 0 R/Fit]%b>>"

CLICKED = {
    "annotation": b"/A" + _URI,
    "launch": b"/A<</S/Launch/F(%b)>>" % _OLD,
    "launch of a file specification": b"/A<</S/Launch/F%b/NewWindow true>>" % _SPEC,
    "launch for Windows": b"/A<</S/Launch/Win<</F(cmd.exe)/P(/c start %b)>>>>" % _OLD,
    "submitform": b"/A<</S/SubmitForm/F%b/Flags 4>>" % _SPEC,
    "importdata": b"/A<</S/ImportData/F(%b)>>" % _OLD,
    "gotor": b"/A<</S/GoToR/F(%b)/D[0/Fit]>>" % _OLD,
    "gotoe": b"/A<</S/GoToE/F%b/T<</R/C>>>>" % _SPEC,
    "rendition": b"/A<</S/Rendition/OP 0/R<</S/MR/C<</S/MCD/D%b>>>>>>" % _SPEC,
    "javascript": b"/A<</S/JavaScript/JS(app.launchURL\\('http://odd.te'+'st/odd', true\\))>>",
}
"""Under a link annotation: a click opens the new URL."""
ON_ITS_OWN = {
    "next": b"/A" + _HERE % (b"/Next" + _URI),
    "additional": b"/A%b/AA<</D%b>>" % (_HERE % b"", _URI),
    "openaction": b"/OpenAction" + _URI,
    "javascript of the document": b"/Names<</JavaScript<</Names[(a)<</S/JavaScript/JS(x('%b'))>>]>>>>" % _OLD,
}
"""Done without a click, or behind another action: nothing happens any more."""
IN_TEXT = {"text": (_OLD,), "text over two lines": (b"http://odd.test/odd-", b"and-more/of-it")}
"""Lines of page text that viewers make a link of."""
PLACES = {**CLICKED, **ON_ITS_OWN, **IN_TEXT}


def made(name: str) -> bytes:
    """One page of 500 by 450 with a harmless link below and the place above it."""
    extra = PLACES[name]
    catalogue = b""
    annotations = b"<</Subtype/Link/Rect[20 20 480 80]/Border[0 0 0]/A<</S/URI/URI(%b)>>>>" % OTHER.encode()
    lines: tuple[bytes, ...] = (b"Some words",)
    if isinstance(extra, tuple):
        lines = extra
    elif extra.startswith((b"/OpenAction", b"/Names")):
        catalogue = extra
    else:
        annotations += b"<</Subtype/Link/Rect[20 300 480 400]/Border[0 0 0]%b>>" % extra
    drawn = b"BT /F 30 Tf 34 TL 30 360 Td %b ET" % b" ".join(b"(%b) Tj T*" % line for line in lines)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R%b>>" % catalogue,
        b"<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 %d %d]>>" % (WIDTH, HEIGHT),
        b"<</Type/Page/Parent 2 0 R/Resources<</Font<</F 5 0 R>>>>/Contents 4 0 R/Annots[%b]>>" % annotations,
        b"<</Length %d>>stream\n%b\nendstream" % (len(drawn), drawn),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out = bytearray(b"%PDF-1.6\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    at = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n%btrailer\n<</Size 6/Root 1 0 R>>\n" % table
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % at)


def forced(content: bytes) -> bytes:
    """The file with all links to the odd host rewritten, proved by reading it again."""
    links = message.inspect_pdf(content).links
    edits = [Edit(link, (NEW,)) for link in links if link.host == "odd.test"]
    done = work.rewrite(work.BareFile(content), edits)
    assert done.rewriting.done == tuple(edits) != ()
    after = splice.apply(content, done.rewriting.patches)
    assert after.startswith(content)
    return after


@pytest.fixture(scope="module")
def pairs() -> dict[str, tuple[bytes, bytes]]:
    """Each file before and after."""
    return {name: (made(name), forced(made(name))) for name in PLACES}


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., bytes]:
    """Output of a program given a PDF as its last argument; the test is skipped where it is missing."""

    def run(content: bytes, program: str, *arguments: str, after: tuple[str, ...] = ()) -> bytes:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
        file = tmp_path / "file.pdf"
        file.write_bytes(content)
        command = [program, *arguments, str(file), *after]
        return subprocess.run(command, capture_output=True, timeout=30, check=False).stdout

    return run


@pytest.mark.parametrize("name", PLACES)
def test_every_place_is_in_the_inventory_and_its_change_touches_one_object(pairs, name: str) -> None:
    before, after = pairs[name]
    odd = [link for link in message.inspect_pdf(before).links if link.host == "odd.test"]
    assert [link.place for link in odd] == ["pdf:" + name.split()[0]]
    old, new = (objects(content) for content in (before, after))
    assert old.keys() == new.keys()
    assert len([number for number in old if old[number] != new[number]]) == 1
    links = message.inspect_pdf(after).links
    assert {link.url for link in links} == {NEW, OTHER}
    assert len(after) - len(before) < 900


@pytest.mark.parametrize("name", PLACES)
def test_poppler_shows_the_same_page_and_the_new_url(pairs, run, name: str) -> None:
    before, after = pairs[name]
    for program, arguments, last in (("pdftotext", (), ("-",)), ("pdftoppm", ("-r", "40", "-png"), ())):
        shown = run(before, program, *arguments, after=last)
        assert shown == run(after, program, *arguments, after=last) != b""
    urls = run(after, "pdfinfo", "-url").decode().split()
    assert OLD not in urls
    assert OTHER in urls
    assert (NEW in urls) == (name not in ON_ITS_OWN)


@pytest.mark.parametrize("name", PLACES)
def test_qpdf_finds_nothing_wrong(pairs, run, name: str) -> None:
    assert b"No syntax or stream encoding errors found" in run(pairs[name][1], "qpdf", "--check")


@pytest.mark.parametrize("name", PLACES)
def test_pdfium_shows_the_same_page_and_opens_the_new_url(pairs, name: str) -> None:
    before, after = (pypdfium2.PdfDocument(content) for content in pairs[name])
    assert picture(before) == picture(after)
    clicked = {opened_at(after, 60, y) for y in ((375, 335) if "two" in name else (365,))}
    assert clicked == ({b""} if name in ON_ITS_OWN else {NEW.encode()})
    assert opened_at(after, 100, 50) == OTHER.encode()


def objects(content: bytes) -> dict[tuple[int, int], bytes]:
    with pikepdf.open(BytesIO(content), attempt_recovery=False, inherit_page_attributes=False) as pdf:
        return {each.objgen: each.unparse(resolved=True) for each in pdf.objects if each is not None}


def picture(document: pypdfium2.PdfDocument) -> bytes:
    return bytes(document[0].render(scale=0.5, may_draw_forms=True).buffer)


def opened_at(document: pypdfium2.PdfDocument, x: float, y: float) -> bytes:
    page = document[0]  # closed when nothing holds it
    found = pdfium.FPDFLink_GetLinkAtPoint(page.raw, x, y)
    action = pdfium.FPDFLink_GetAction(found) if found else None
    buffer = ctypes.create_string_buffer(500)
    if action and pdfium.FPDFAction_GetType(action) == pdfium.PDFACTION_URI:
        pdfium.FPDFAction_GetURIPath(document.raw, action, buffer, 500)
    return buffer.value


# Chromium's own viewer, driven with a mouse. Every name leads to the loopback server, so nothing leaves.

CHROMIUM = Path("/usr/bin/chromium")
WITHOUT = ["--headless", "--disable-extensions", "--disable-component-extensions-with-background-pages"]
"""Switches that keep the PDF viewer, which is an extension, from being there."""


class Web(http.server.BaseHTTPRequestHandler):
    """Gives the PDF under its name, and keeps what else is asked for."""

    def do_GET(self) -> None:
        url = f"http://{self.headers['Host']}{self.path}"
        content = self.server.files.get(self.path, b"")
        if self.headers["Host"] in ("click.test", "odd.test", "good.test") and "favicon" not in url:
            self.server.seen.append(url)
        self.send_response(200)
        self.send_header("Content-Type", "application/pdf" if content else "text/html")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def web() -> Iterator[http.server.ThreadingHTTPServer]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Web)
    server.files, server.seen = {}, []
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def chromium(web):
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    arguments = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-features=HttpsUpgrades,HttpsFirstBalancedMode",
        f"--host-resolver-rules=MAP * 127.0.0.1:{web.server_port}",
    ]
    with playwright.sync_playwright() as running:
        try:
            browser = running.chromium.launch(
                executable_path=str(CHROMIUM), args=arguments, ignore_default_args=WITHOUT, headless=False
            )
        except playwright.Error as problem:
            pytest.skip(f"Chromium does not start: {str(problem).splitlines()[0]}")
        yield browser
        browser.close()


@pytest.mark.parametrize("name", ["annotation", "launch", "text over two lines", "openaction"])
def test_a_click_in_chromium_opens_the_click_page_or_nothing(pairs, chromium, web, name: str) -> None:
    assert clicks(chromium, web, pairs[name][1], 365) == ([] if name in ON_ITS_OWN else [NEW])


def test_a_click_on_either_line_of_a_url_in_text_opens_the_click_page(pairs, chromium, web) -> None:
    assert clicks(chromium, web, pairs["text over two lines"][1], 335) == [NEW]


def test_what_was_not_rewritten_opens_in_chromium_what_it_did(pairs, chromium, web) -> None:
    assert clicks(chromium, web, pairs["text"][1], 50) == [OTHER]
    assert clicks(chromium, web, pairs["text"][0], 365) == [OLD]


def clicks(chromium, web, content: bytes, height: int) -> list[str]:
    """The URLs a browser asks for after a click on the page at this height, 60 units from the left."""
    path = f"/{len(web.files)}.pdf"
    web.files[path] = content
    web.seen.clear()
    page = chromium.new_page(viewport={"width": 1000, "height": 900})
    try:
        page.goto(f"http://files.test{path}#toolbar=0&navpanes=0&view=Fit")
        left, top, right, bottom = shown_at(page)
        x = left + (right - left) * 60 / WIDTH
        page.mouse.click(x, top + (bottom - top) * (HEIGHT - height) / HEIGHT)
        page.wait_for_timeout(500)
    finally:
        page.close()
    return list(dict.fromkeys(web.seen))


def shown_at(page) -> tuple[int, int, int, int]:
    """Where on the screen the viewer shows the white page, once it stays there."""
    before = None
    until = time.monotonic() + 15
    while time.monotonic() < until:
        screen = Image.open(BytesIO(page.screenshot())).convert("L")
        box = screen.point(lambda value: 255 * (value > 250)).getbbox()
        if box and box == before and box[2] - box[0] > 500:
            return box
        before = box
        page.wait_for_timeout(150)
    raise AssertionError("the viewer showed no page")
